import { type Dataset, frame } from "../../host/data/dataset.js";
import { permutation } from "../../host/data/shuffle.js";
import type { Random } from "./random.js";

/** One sample as the sensor hands it over. Its number lets the device see repeats and gaps. */
export interface Sample {
  readonly number: number;
  readonly frame: Uint8Array;
  readonly label: number;
}

/** What a poll of the sensor gives: a sample, or for how long there will be none (Infinity: it is dead). */
export type SensorReply = { readonly sample: Sample } | { readonly busyUs: number };

/** A source of labelled samples that can be asked again from any number on. */
export interface Sensor {
  /** The next poll is to give this sample. */
  seek(number: number): void;
  poll(): SensorReply;
}

/** What goes wrong with a sensor, when told. */
export interface SensorFaults {
  /** Share of the polls that find it busy, and for how long. */
  readonly stalls?: number;
  readonly stallUs?: number;
  /** Share of the samples that come twice. */
  readonly repeats?: number;
  /** From this sample on it gives nothing. */
  readonly diesAt?: number;
  /** From this sample on it gives the one before, for ever. */
  readonly stuckAt?: number;
  /** This sample is left out. */
  readonly skips?: number;
}

const DEFAULT_STALL_US = 20_000;

/**
 * Delivers the samples of a data set in the order of `mayfly train`: a fresh permutation for each pass, from the seed and the
 * pass alone. So sample n is the same after every reboot.
 */
export class DatasetSensor implements Sensor {
  /** What went wrong so far. */
  stalls = 0;
  repeats = 0;

  private next = 0;
  private pass = 0;
  private order: Uint32Array = new Uint32Array(0);
  private repeating = false;
  private stalling = false;

  constructor(private readonly data: Dataset, private readonly seed: number, private readonly random: Random, private readonly faults: SensorFaults = {}) {}

  seek(number: number): void {
    this.next = number;
    this.repeating = false;
  }

  poll(): SensorReply {
    const { stalls = 0, stallUs = DEFAULT_STALL_US, repeats = 0, diesAt = Infinity, stuckAt = Infinity, skips } = this.faults;
    if (this.next >= diesAt) return { busyUs: Infinity };
    if (!this.stalling && stalls > 0 && this.random.chance(stalls)) {
      this.stalling = true;
      this.stalls++;
      return { busyUs: stallUs };
    }
    this.stalling = false;
    if (this.next >= stuckAt && this.next > 0) {
      this.repeats++;
      return { sample: this.sample(this.next - 1) };
    }
    if (this.next === skips) this.next++;
    if (this.repeating) {
      this.repeating = false;
      this.repeats++;
      return { sample: this.sample(this.next - 1) };
    }
    this.repeating = repeats > 0 && this.random.chance(repeats);
    return { sample: this.sample(this.next++) };
  }

  private sample(number: number): Sample {
    const pass = Math.floor(number / this.data.count) + 1;
    if (pass !== this.pass) {
      this.pass = pass;
      this.order = permutation(this.data.count, this.seed, pass);
    }
    const index = this.order[number % this.data.count]!;
    return { number, frame: frame(this.data, index), label: this.data.labels[index]! };
  }
}
