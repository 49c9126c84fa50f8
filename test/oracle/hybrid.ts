/** Variant two frames, hybrid: an image made of two, through a mask of large blots (Hinton 2022, §3.2). */
import type { Generator } from "./random.js";
import type { Spec } from "./spec.js";

/** One u8 for each place (row, column). */
export type Mask = readonly number[];

/** 255 where a place keeps the frame's values, 0 elsewhere; 32 places a draw. */
export function drawMask(places: number, generator: Generator): Mask {
  let bits = 0;
  return Array.from({ length: places }, (_, place) => {
    if (place % 32 === 0) bits = generator.next();
    return (bits >>> place % 32) & 1 ? 255 : 0;
  });
}

/** Along the rows, then along the columns: each place takes a quarter of each neighbour and half of itself. */
export function blurred(mask: Mask, width: number): Mask {
  const alongRows = mask.map((_, place) => {
    const row = Math.floor(place / width) * width;
    return mean(mask.slice(row, row + width), place - row);
  });
  return alongRows.map((_, place) => {
    const column = alongRows.filter((_, other) => other % width === place % width);
    return mean(column, Math.floor(place / width));
  });
}

/** v'(i) = (v(i−1) + 2 v(i) + v(i+1) + 2) >> 2; the edge's own value stands beyond it. */
function mean(line: readonly number[], index: number): number {
  const at = (i: number): number => line[Math.min(Math.max(i, 0), line.length - 1)]!;
  return (at(index - 1) + 2 * at(index) + at(index + 1) + 2) >> 2;
}

/** The frame where the mask is at least half, the one before elsewhere, alike in all channels. */
export function mixed(frame: Uint8Array, before: Uint8Array, mask: Mask, channels: number): Uint8Array {
  return frame.map((value, index) => (mask[Math.floor(index / channels)]! >= 128 ? value : before[index]!));
}

export function hybridOf(spec: Spec, frame: Uint8Array, before: Uint8Array, masks: Generator): Uint8Array {
  let mask = drawMask(spec.width * spec.height, masks);
  for (let blur = 0; blur < (spec.maskBlurs ?? 0); blur++) mask = blurred(mask, spec.width);
  return mixed(frame, before, mask, spec.channels);
}
