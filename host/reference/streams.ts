/** The engine's streams of random numbers (docs/algorithm.md, Random numbers), once for the whole reference: tensors take their random bits from here. */
import { Generator } from "../random.js";

export const STREAM_SAMPLER = 1;
export const STREAM_DROPOUT = 2;
export const STREAM_JITTER = 3;
export const STREAM_MASKS = 4;
export const streamOfLanes = (layer: number): number => 16 * (layer + 1);
export const streamOfInitialWeights = (layer: number): number => 16 * (layer + 1) + 4;
export const streamOfReadoutLanes = (layer: number): number => 16 * (layer + 1) + 5;
export const streamOfDevice = (layer: number): number => 16 * (layer + 1) + 9;

/** Four generators whose halves give every unit of a layer its first remainder. */
export class Lanes {
  readonly generators: readonly Generator[];

  constructor(seed: number, firstStream: number) {
    this.generators = [0, 1, 2, 3].map((lane) => Generator.of(seed, firstStream + lane));
  }

  advance(): void {
    for (const generator of this.generators) generator.next();
  }

  /** start_i of every unit: u16. */
  starts(units: number): Float32Array {
    const halves = this.generators.flatMap(({ state }) => [state & 0xffff, state >>> 16]);
    return Float32Array.from({ length: units }, (_, unit) => (halves[unit & 7]! + Math.imul(unit >> 3, 0x9e37)) & 0xffff);
  }
}
