import { z } from "zod";

/**
 * A board as data: one JSON file (README.md beside this file). Every number is a figure: a value in the unit its name ends in, with the
 * document it was read from or, where there was none, marked as an estimate with the reasoning.
 */
const sourced = z.strictObject({
  value: z.number(),
  /** Document, and the section or table. */
  source: z.string().min(4),
});
const estimated = z.strictObject({
  value: z.number(),
  estimate: z.literal(true),
  reason: z.string().min(4),
});
const isFigure = (text: string): string => `${text}, as { "value": …, "source": "document, table" } or { "value": …, "estimate": true, "reason": "…" }`;

/** Any figure. */
export const figureSchema = z.union([sourced, estimated]);

function figure(says: string, accepts: (value: number) => boolean) {
  return z.union([sourced, estimated], { error: isFigure(says) }).refine(({ value }) => accepts(value), { error: says });
}

const bytes = figure("must be a whole number of bytes from 1", (value) => Number.isSafeInteger(value) && value >= 1);
const bytesOrNone = figure("must be a whole number of bytes from 0", (value) => Number.isSafeInteger(value) && value >= 0);
const positive = figure("must be a number above 0", (value) => value > 0);
const atLeastZero = figure("must be a number from 0", (value) => value >= 0);
const cycles = figure("must be a whole number from 1", (value) => Number.isSafeInteger(value) && value >= 1);
const factor = figure("must be a factor from 1 to 20", (value) => value >= 1 && value <= 20);

/** Cores that have a cost table (metering/cores.json). */
export const CORES = ["cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "xtensa-lx6", "xtensa-lx7", "rv32imc"] as const;
export type CoreName = (typeof CORES)[number];

export const boardSchema = z.strictObject({
  /** What `--board` takes: the name of the file without .json. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: "must be small letters, digits and hyphens" }),
  title: z.string().min(1),
  /** Other names `--board` takes. */
  aliases: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/)).default([]),
  core: z.enum(CORES, { error: `must be one of ${CORES.join(", ")}` }),
  /** Where core, DSP, FPU and SIMD are said. */
  coreSource: z.string().min(4),
  /** Instructions for pairs of 16-bit numbers, e.g. SMLAD. */
  dsp: z.boolean(),
  fpu: z.enum(["none", "single", "double"]),
  /** Vectors wider than a register. */
  simd: z.enum(["none", "mve", "pie"]),
  /** Clock at which `activeMilliAmps` holds and times are computed. */
  clockMHz: positive,
  /** Internal SRAM that data can use, all banks. External PSRAM does not count. */
  ramBytes: bytes,
  /** The longest run of it without a gap: linear memory must lie in one piece. */
  ramContiguousBytes: bytes,
  /** What code loses by waiting for flash and buses, best and worst: cycles are multiplied by these. */
  stallLow: factor,
  stallHigh: factor,
  flash: z.strictObject({
    kind: z.enum(["internal-nor", "external-nor", "mram"]),
    bytes,
    /** Least that can be programmed. */
    programUnitBytes: bytes,
    /** What one program operation writes at most, and `programMs` is for. */
    programPageBytes: bytes,
    programMs: positive,
    /** What one erase clears; where sectors differ, the size of those a checkpoint would use. MRAM needs no erase: its program unit. */
    eraseBytes: bytes,
    eraseMs: atLeastZero,
    enduranceCycles: cycles,
  }),
  /** Current of the running core at that clock, and the supply it is drawn from. */
  activeMilliAmps: positive,
  supplyVolts: positive,
  /** Where more than the bare machine is needed (an operating system, a second-stage boot loader): what that takes. */
  platform: z.strictObject({ name: z.string().min(1), ramBytes: bytesOrNone, flashBytes: bytesOrNone }).optional(),
}).superRefine((board, context) => {
  const fault = (path: (string | number)[], message: string): void => context.addIssue({ code: "custom", path, message });
  if (board.ramContiguousBytes.value > board.ramBytes.value) fault(["ramContiguousBytes"], "must not be more than ramBytes");
  if (board.stallLow.value > board.stallHigh.value) fault(["stallLow"], "must not be more than stallHigh");
  const { programUnitBytes, programPageBytes, eraseBytes, bytes: flashBytes, eraseMs, kind } = board.flash;
  if (programPageBytes.value % programUnitBytes.value !== 0) fault(["flash", "programPageBytes"], "must be a multiple of programUnitBytes");
  if (eraseBytes.value % programPageBytes.value !== 0) fault(["flash", "eraseBytes"], "must be a multiple of programPageBytes");
  if (flashBytes.value % eraseBytes.value !== 0) fault(["flash", "bytes"], "must be a multiple of eraseBytes");
  if (kind !== "mram" && eraseMs.value === 0) fault(["flash", "eraseMs"], "must be above 0, unless the kind is mram");
});

export type Board = z.output<typeof boardSchema>;
export type Figure = z.output<typeof sourced> | z.output<typeof estimated>;

/** Every figure of a board with its path, e.g. "flash.eraseMs". */
export function figuresOf(board: Board): { readonly path: string; readonly figure: Figure }[] {
  const found: { path: string; figure: Figure }[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    if ("value" in value) found.push({ path, figure: value as Figure });
    else for (const [key, inner] of Object.entries(value)) visit(inner, path ? `${path}.${key}` : key);
  };
  visit(board, "");
  return found;
}

export function isEstimate(figure: Figure): boolean {
  return "estimate" in figure;
}
