/** What stands between the digits and the chip's sensor. The same for the same sample number, so that a sample comes again after a power cut as it was. */
import { Random } from "../../firmware-sim/devices/random.js";

export type WorldKind = "clean" | "noise" | "invert" | "rotate";

export interface World {
  readonly kind: WorldKind;
  /** noise: percent of the pixels; rotate: degrees; otherwise unused. */
  readonly amount: number;
}

export const CLEAN: World = { kind: "clean", amount: 0 };

const SEED = 9;

/** The frame as the sensor delivers it, as sample `number`: width × height grey values. */
export function through(world: World, frame: Uint8Array, width: number, height: number, number: number): Uint8Array {
  switch (world.kind) {
    case "clean": return frame;
    case "invert": return frame.map((value) => 255 - value);
    case "noise": return noisy(frame, world.amount / 100, number);
    case "rotate": return rotated(frame, width, height, (world.amount * Math.PI) / 180);
  }
}

/** A share of the pixels shows anything from black to white. */
function noisy(frame: Uint8Array, share: number, number: number): Uint8Array {
  const random = new Random(SEED, number);
  return frame.map((value) => (random.chance(share) ? random.word() >>> 24 : value));
}

/** About the middle, clockwise, between four pixels each. */
function rotated(frame: Uint8Array, width: number, height: number, angle: number): Uint8Array {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const at = (x: number, y: number): number => (x >= 0 && y >= 0 && x < width && y < height ? frame[y * width + x]! : 0);
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const [dx, dy] = [(pixel % width) - middleX, Math.floor(pixel / width) - middleY];
    const [x, y] = [cos * dx + sin * dy + middleX, cos * dy - sin * dx + middleY];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, low] = [x - left, y - top];
    return Math.round((1 - low) * ((1 - right) * at(left, top) + right * at(left + 1, top)) + low * ((1 - right) * at(left, top + 1) + right * at(left + 1, top + 1)));
  });
}

/** For people: "noise on 30 % of pixels". */
export function describeWorld({ kind, amount }: World): string {
  switch (kind) {
    case "clean": return "as it was";
    case "noise": return `noise on ${amount} % of pixels`;
    case "invert": return "black and white swapped";
    case "rotate": return `rotated by ${amount}°`;
  }
}
