/** Synthetic signals by name, with their options as they are written on a command line. */
import { z } from "zod";
import { MayflyError } from "../../errors.js";
import { activities } from "./activities.js";
import { bearings } from "./bearings.js";
import { keywords } from "./keywords.js";
import type { SyntheticSignal } from "./signal.js";

const seed = z.coerce.number().int().min(0).max(0xffffffff).optional();
const least = (low: number) => z.coerce.number().min(low).optional();
/** "0+2+5", or an array. */
const labels = z.preprocess((value) => (typeof value === "string" ? value.split("+").map(Number) : value), z.array(z.int().min(0)).min(1)).optional();
const range = z.preprocess((value) => (typeof value === "string" ? value.split("-").map(Number) : value), z.tuple([z.number().min(0), z.number().min(0)])).optional();

const KINDS = {
  bearings: {
    make: bearings,
    schema: z.strictObject({
      seed, machine: seed, fault: z.enum(["none", "outer", "inner", "ball"]).optional(), onset: least(0), severity: least(0), growth: least(0), speed: z.coerce.number().min(1).max(100).optional(),
      speedSpread: z.coerce.number().min(0).max(0.9).optional(), loadSpread: z.coerce.number().min(0).max(0.9).optional(), shocks: least(0), drift: least(0), driftSeconds: z.coerce.number().positive().optional(),
    }),
  },
  activities: { make: activities, schema: z.strictObject({ seed, person: seed, only: labels, bout: range }) },
  keywords: { make: keywords, schema: z.strictObject({ seed, speaker: seed, only: labels, pause: range, noise: least(0) }) },
} as const;

export const SYNTHETIC_NAMES = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];

/** Makes a signal from its name and options that may be text, e.g. { fault: "inner", onset: "60" }. */
export function synthetic(name: string, options: Readonly<Record<string, unknown>> = {}): SyntheticSignal {
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof typeof KINDS] : undefined;
  if (!kind) throw new MayflyError(`there is no synthetic signal "${name}": choose from ${SYNTHETIC_NAMES.join(", ")}`, 2);
  const parsed = kind.schema.safeParse(options);
  if (parsed.success) return (kind.make as (options: object) => SyntheticSignal)(parsed.data);
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".");
  throw new MayflyError(`synthetic ${name}${where ? `, ${where}` : ""}: ${issue?.message ?? "wrong"}; its options are ${Object.keys(kind.schema.shape).join(", ")}`, 2);
}
