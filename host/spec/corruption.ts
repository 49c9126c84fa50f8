/** Corrupted negatives in a spec (docs/streams.md): what a user writes, and the word it becomes. */
import { z } from "zod";
import { CORRUPT_RAISE, CORRUPT_SHIFT, CORRUPT_SHUFFLE, CORRUPT_SPLICE, NEGATIVES_CORRUPTED } from "../../assembly/abi/spec.js";

const WAYS = { splice: CORRUPT_SPLICE, shuffle: CORRUPT_SHUFFLE, shift: CORRUPT_SHIFT, raise: CORRUPT_RAISE } as const;
export const WAY_NAMES = Object.keys(WAYS) as (keyof typeof WAYS)[];

export const corruptionSchema = z.strictObject({
  /** What happens to a run of the frame: taken from an earlier frame, permuted, rotated, moved up or down; each step one of them by chance. */
  ways: z.array(z.enum(WAY_NAMES as [keyof typeof WAYS, ...(keyof typeof WAYS)[]])).min(1).default(WAY_NAMES),
  /** Most of the frame that is corrupted. */
  share: z.number().min(1 / 256).max(1).default(0.5),
});
export type Corruption = z.output<typeof corruptionSchema>;

/** Ways in their order, each once; the share in steps of 1/256. */
export function resolveCorruption(input: z.input<typeof corruptionSchema> | null | undefined): Corruption {
  const { ways, share } = corruptionSchema.parse(input ?? {});
  return { ways: WAY_NAMES.filter((way) => ways.includes(way)), share: Math.max(1, Math.round(share * 256)) / 256 };
}

export function encodeCorruption({ ways, share }: Corruption): number {
  return NEGATIVES_CORRUPTED | (ways.reduce((sum, way) => sum | WAYS[way], 0) << 8) | (Math.round(share * 256) << 16);
}

export function decodeCorruption(word: number): Corruption | null {
  if ((word & 255) !== NEGATIVES_CORRUPTED) return null;
  return { ways: WAY_NAMES.filter((way) => (word >> 8) & WAYS[way]), share: (word >> 16) / 256 };
}
