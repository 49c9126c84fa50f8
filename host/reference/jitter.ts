import type { NetworkSpec } from "../spec/network_spec.js";
import type { Generator } from "../random.js";

/** A frame's way: columns to the right, rows down. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/** One draw: −J..J both ways (docs/variants.md, Jitter). */
export function drawShift(jitter: number, generator: Generator): Shift {
  const r = generator.next();
  const choices = 2 * jitter + 1;
  return { dx: (((r & 0xffff) * choices) >>> 16) - jitter, dy: (((r >>> 16) * choices) >>> 16) - jitter };
}

/** The frame moved, u8 [height][width][channels]; what comes in from outside is 0, and so are the first `ignored` values before, where a label stands. */
export function shifted({ input: { width, height, channels } }: NetworkSpec, frame: Uint8Array, { dx, dy }: Shift, ignored = 0): Uint8Array {
  const moved = new Uint8Array(frame.length);
  const run = width * channels;
  for (let row = 0; row < height; row++) {
    const from = row - dy;
    if (from < 0 || from >= height) continue;
    for (let column = Math.max(0, dx); column < Math.min(width, width + dx); column++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = from * run + (column - dx) * channels + channel;
        if (at >= ignored) moved[row * run + column * channels + channel] = frame[at]!;
      }
    }
  }
  return moved;
}
