import type { NetworkSpec } from "../spec/network_spec.js";
import type { Generator } from "../random.js";

/** A mask of large blots: 255 or 0 for each place by 32 bits a draw, blurred along the rows, then along the columns; u8 [height][width]. */
export function drawMask({ input: { width, height }, maskBlurs }: NetworkSpec, generator: Generator): Uint8Array {
  let mask = new Uint8Array(width * height);
  let bits = 0;
  for (let place = 0; place < mask.length; place++) {
    if (place % 32 === 0) bits = generator.next();
    mask[place] = (bits >>> place % 32) & 1 ? 255 : 0;
  }
  for (let blur = 0; blur < maskBlurs; blur++) {
    mask = blurred(mask, { lines: height, apart: width, length: width, step: 1 });
    mask = blurred(mask, { lines: width, apart: 1, length: height, step: width });
  }
  return mask;
}

/** v'(i) = (v(i−1) + 2 v(i) + v(i+1) + 2) >> 2 along each line; the edge's own value stands beyond it. */
function blurred(values: Uint8Array, { lines, apart, length, step }: { lines: number; apart: number; length: number; step: number }): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(values.length);
  for (let line = 0; line < lines; line++) {
    const at = (index: number): number => values[line * apart + Math.min(Math.max(index, 0), length - 1) * step]!;
    for (let index = 0; index < length; index++) result[line * apart + index * step] = (at(index - 1) + 2 * at(index) + at(index + 1) + 2) >> 2;
  }
  return result;
}

/** The frame where the mask is at least half, the one before elsewhere, alike in all channels (docs/variants.md, Two frames). */
export function hybridOf(spec: NetworkSpec, frame: Uint8Array, before: Uint8Array, masks: Generator): Uint8Array {
  const mask = drawMask(spec, masks);
  return frame.map((value, at) => (mask[Math.floor(at / spec.input.channels)]! >= 128 ? value : before[at]!));
}
