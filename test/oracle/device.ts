/** Variant device: hardware whose units are not quite alike (Hinton 2022, §8). */
import { rshr, shiftRight } from "./fixed.js";
import { Generator, streamOfDevice } from "./random.js";

/** What is peculiar to one unit. */
export interface Peculiarity {
  /** q8. */
  gain: number;
  /** q7: from here on the activity grows four times slower. */
  knee: number;
  /** q7. */
  offset: number;
}

export function peculiarities(device: number, layer: number, units: number): Peculiarity[] {
  const generator = new Generator(device, streamOfDevice(layer));
  return Array.from({ length: units }, () => peculiarityOf(generator.next()));
}

export function peculiarityOf(r: number): Peculiarity {
  return { gain: 128 + (r & 255), knee: 64 + ((r >>> 8) & 255), offset: ((r >>> 16) & 255) - 128 };
}

/** Activity of a unit of this device, q7, before the ceiling. */
export function deviceActivity(acc: number, scale: number, { gain, knee, offset }: Peculiarity): number {
  const product = shiftRight((rshr(acc, scale - 3) + offset) * gain, 8);
  const v = Math.min(Math.max(product, 0), 32767);
  return v <= knee ? v : knee + ((v - knee) >> 2);
}
