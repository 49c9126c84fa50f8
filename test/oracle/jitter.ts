/** Variant jitter: a training frame is seen a few pixels off. */
import type { Generator } from "./random.js";
import type { Spec } from "./spec.js";

export interface Shift {
  dx: number;
  dy: number;
}

/** dx and dy from one draw, each −J..J. */
export function drawShift(jitter: number, generator: Generator): Shift {
  const r = generator.next();
  const choices = 2 * jitter + 1;
  return { dx: (((r & 0xffff) * choices) >>> 16) - jitter, dy: (((r >>> 16) * choices) >>> 16) - jitter };
}

/** The frame, moved dx columns to the right and dy rows down; 0 comes in from outside. */
export function shifted({ width, height, channels }: Spec, frame: Uint8Array, { dx, dy }: Shift): Uint8Array {
  const result = new Uint8Array(frame.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [fromRow, fromColumn] = [row - dy, column - dx];
      if (fromRow < 0 || fromRow >= height || fromColumn < 0 || fromColumn >= width) continue;
      for (let channel = 0; channel < channels; channel++) {
        result[(row * width + column) * channels + channel] = frame[(fromRow * width + fromColumn) * channels + channel]!;
      }
    }
  }
  return result;
}

/** The frame without the values that the label stands in. */
export function withoutLabelValues(spec: Spec, frame: Uint8Array): Uint8Array {
  return spec.placement === "replace" ? frame.map((value, index) => (index < spec.classes ? 0 : value)) : frame;
}
