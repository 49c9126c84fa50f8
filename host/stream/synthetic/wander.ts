import type { Noise } from "./noise.js";
import { decayOf } from "./noise.js";

/** What wanders about 1, as speeds and loads do: a target drawn anew every few seconds from 1 ± `spread`, approached exponentially. */
export class Wander {
  private value: number;
  private target: number;
  private left = 0;
  private readonly keep: number;

  /** `holdSeconds`: shortest and longest time between targets; `approachSeconds`: time constant. One step is one sample. */
  constructor(private readonly noise: Noise, private readonly rate: number, private readonly spread: number, private readonly holdSeconds: readonly [number, number], approachSeconds: number) {
    this.value = this.target = this.draw();
    this.keep = decayOf(1 / (approachSeconds * rate));
  }

  next(): number {
    if (this.left-- <= 0) {
      this.target = this.draw();
      this.left = Math.floor(this.noise.between(...this.holdSeconds) * this.rate);
    }
    this.value = this.target + (this.value - this.target) * this.keep;
    return this.value;
  }

  private draw(): number {
    return 1 + this.noise.between(-this.spread, this.spread);
  }
}
