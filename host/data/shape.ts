import { MayflyError } from "../errors.js";

/** The shape of one frame in values; one value is one byte. */
export interface Shape {
  width: number;
  height: number;
  channels: number;
}

/** Bytes in one frame: width · height · channels. */
export function frameSize(shape: Shape): number {
  return shape.width * shape.height * shape.channels;
}

/** "28×28×1": width × height × channels. */
export function formatShape(shape: Shape): string {
  return `${shape.width}×${shape.height}×${shape.channels}`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.width === b.width && a.height === b.height && a.channels === b.channels;
}

/** Reads "784", "28x28" or "32x32x3" (width × height × channels; what is left out is 1). */
export function parseShape(text: string): Shape {
  const parts = text.trim().split(/[x×]/i);
  if (parts.length > 3 || !parts.every((part) => /^[1-9]\d{0,8}$/.test(part))) {
    throw new MayflyError(`shape "${text}": expected width x height x channels in whole numbers from 1, such as 28x28 or 32x32x3`, 2);
  }
  const [width = 1, height = 1, channels = 1] = parts.map(Number);
  return { width, height, channels };
}

/** Throws (exit code 2) unless all three sides are whole numbers from 1. */
export function checkShape(shape: Shape): void {
  for (const side of ["width", "height", "channels"] as const) {
    if (!Number.isInteger(shape[side]) || shape[side] < 1) {
      throw new MayflyError(`shape ${formatShape(shape)}: ${side} is ${shape[side]}, expected a whole number from 1`, 2);
    }
  }
}
