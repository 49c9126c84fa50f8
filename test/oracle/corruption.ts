/** docs/streams.md, "Corrupted negatives". */
import { sat } from "./fixed.js";
import type { Generator } from "./random.js";
import type { Spec } from "./spec.js";

export const WAYS = ["splice", "shuffle", "shift", "raise"] as const;

const below = (u16: number, n: number): number => Math.floor((u16 * n) / 65536);

/** The negative of a frame. */
export function corruptedOf(spec: Spec, frame: Uint8Array, kept: Uint8Array, generator: Generator): Uint8Array {
  const { channels } = spec;
  const { ways, share } = spec.corruption!;
  const inUse = WAYS.filter((_, bit) => (ways >> bit) & 1);
  const places = Array.from({ length: spec.width * spec.height }, (_, place) => [...frame.slice(place * channels, (place + 1) * channels)]);
  const [one, two] = [generator.next(), generator.next()];
  const way = inUse[below(one & 0xffff, inUse.length)]!;
  const length = 1 + below(one >>> 16, Math.max((places.length * share) >> 8, 1));
  const first = below(two & 0xffff, places.length - length + 1);
  const q = two >>> 16;
  let run = places.slice(first, first + length);
  if (way === "splice") run = run.map((_, i) => [...kept.slice((first + i) * channels, (first + i + 1) * channels)]);
  if (way === "shift") run = run.map((_, i) => run[(i + below(q, length)) % length]!);
  if (way === "raise") run = run.map((values) => values.map((value) => sat(value + (q & 0x8000 ? -1 : 1) * (32 + (q & 127)), 0, 255)));
  if (way === "shuffle") {
    for (let last = length - 1; last >= 1; last--) {
      const other = below(generator.next() & 0xffff, last + 1);
      [run[last], run[other]] = [run[other]!, run[last]!];
    }
  }
  return Uint8Array.from([...places.slice(0, first), ...run, ...places.slice(first + length)].flat());
}
