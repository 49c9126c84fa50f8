/**
 * From units of work to cycles. A core's table gives cycles a unit of each class, best and worst; where the instructions of real
 * firmware have been counted (calibration.json), each class is corrected by how far the firmware's instructions are from the expected.
 */
import { z } from "zod";
import type { CoreName } from "../boards/schema.js";
import { CORES, figureSchema } from "../boards/schema.js";
import calibrationData from "./calibration.json" with { type: "json" };
import coresData from "./cores.json" with { type: "json" };
import type { Work } from "./meter.js";
import { CLASSES, type WorkClass } from "./opcodes.js";

export interface Range {
  readonly low: number;
  readonly high: number;
}

const units = z.strictObject(Object.fromEntries(CLASSES.map((name) => [name, z.number().min(0)])) as Record<WorkClass, z.ZodNumber>);
const range = z.tuple([z.number().min(0), z.number().min(0)]).refine(([low, high]) => low <= high, { error: "low must not be more than high" });
const cycles = z.strictObject(Object.fromEntries(CLASSES.map((name) => [name, range])) as Record<WorkClass, typeof range>);

export const coresSchema = z.strictObject({
  /** Instructions that a unit of each class is expected to become. */
  isas: z.record(z.string(), z.strictObject({
    basis: z.string(),
    instructions: units,
    /** Bytes of machine code for a byte of WebAssembly code. */
    codeFlashPerWasmByte: figureSchema,
  })),
  cores: z.record(z.enum(CORES), z.strictObject({ title: z.string(), isa: z.string(), basis: z.string(), cycles })),
});

/** What one run of firmware was measured to take, beside what the meter counted for the same samples. */
const measurement = z.strictObject({ network: z.string(), work: units, instructions: z.number().positive() });

export const calibrationSchema = z.strictObject({
  /** For people; "not yet calibrated against firmware" until there is a core below. */
  status: z.string(),
  cores: z.partialRecord(z.enum(CORES), z.strictObject({
    /** How it was measured: emulator, board, compiler, options. */
    tool: z.string(),
    measured: z.array(measurement).min(1),
    /** Fitted to them by `fit` (calibrate.ts). */
    instructions: units,
    /** How far off a network that is not among `measured` may be, as `fit` says. */
    errorPercent: z.number().min(0),
  })),
});

export type Measurement = z.output<typeof measurement>;
export type Calibration = z.output<typeof calibrationSchema>;

export interface CostModel {
  /** Cycles of some work, before stalls of the board's memory. */
  cycles(work: Work): Range;
  /** Instructions expected for it. */
  instructions(work: Work): number;
  readonly codeFlashPerWasmByte: number;
  readonly basis: string;
  readonly calibrated: boolean;
}

const known = new Map<CoreName, CostModel>();

export function costModel(core: CoreName): CostModel {
  let model = known.get(core);
  if (!model) known.set(core, model = buildModel(core, calibrationSchema.parse(calibrationData)));
  return model;
}

/** Expected instructions a unit, before any calibration. */
export function expectedInstructions(core: CoreName): Readonly<Record<WorkClass, number>> {
  return tables().of(core).instructions;
}

export function buildModel(core: CoreName, calibration: Calibration): CostModel {
  const { table, instructions, codeFlashPerWasmByte } = tables().of(core);
  const fitted = calibration.cores[core];
  const used = fitted?.instructions ?? instructions;
  const sum = (work: Work, each: (name: WorkClass) => number): number => CLASSES.reduce((total, name) => total + work[name] * each(name), 0);
  const correction = (name: WorkClass): number => (instructions[name] > 0 ? used[name] / instructions[name] : 1);
  return {
    cycles: (work) => ({ low: sum(work, (name) => table.cycles[name][0] * correction(name)), high: sum(work, (name) => table.cycles[name][1] * correction(name)) }),
    instructions: (work) => sum(work, (name) => used[name]),
    codeFlashPerWasmByte,
    basis: fitted
      ? `${table.title} cycle table (${table.basis}), its instructions fitted to firmware measured in ${fitted.tool} within ${fitted.errorPercent.toFixed(1)} %`
      : `${table.title} cycle table (${table.basis}), not yet calibrated against firmware`,
    calibrated: fitted !== undefined,
  };
}

let parsed: z.output<typeof coresSchema> | null = null;

function tables() {
  const data = (parsed ??= coresSchema.parse(coresData));
  return {
    of(core: CoreName) {
      const table = data.cores[core];
      const isa = data.isas[table.isa];
      if (!isa) throw new Error(`metering/cores.json: ${core} names the ISA ${table.isa}, which is not there`);
      return { table, instructions: isa.instructions, codeFlashPerWasmByte: isa.codeFlashPerWasmByte.value };
    },
  };
}
