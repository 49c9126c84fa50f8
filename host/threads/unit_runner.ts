/**
 * One thread's share of a block of training samples where every thread has some units of every layer. All do the same steps, and meet where one needs what the others have:
 * once for a sample's frame, and in both passes for each layer above the first. While the others' part is on its way there is always something else to do that no other
 * thread waits for: the readout's part of the layer before, or what that layer learns, and behind the last pair the next sample's frame.
 */
import type { Network } from "../engine/network.js";
import { UnitClock } from "./costs.js";
import type { Doorbells } from "./doorbells.js";
import { allocateExchange, Exchange, type ExchangeMemory, Meeting, type Part, resetExchange } from "./exchange.js";
import { allUnits, ownUnits } from "./own_units.js";
import type { Pass } from "./staged_network.js";
import type { Block, ShareTimes } from "./stage_runner.js";
import { UnitNetwork } from "./unit_network.js";

/** What threads share that divide units. Frames have an exchange of their own, for they are put down before the last layer's activities are taken up. */
export interface UnitMemory {
  readonly frames: ExchangeMemory;
  readonly activities: ExchangeMemory;
}

export function allocateUnits({ spec: { layers } }: Network, threads: number): UnitMemory {
  const bytes = 4 * Math.max(...layers.flatMap(({ units }) => Array.from({ length: threads }, (_, thread) => ownUnits(units, thread, threads)).map(({ from, to }) => to - from)));
  return { frames: allocateExchange(threads, bytes), activities: allocateExchange(threads, bytes) };
}

export function resetUnits({ frames, activities }: UnitMemory): void {
  resetExchange(frames);
  resetExchange(activities);
}

export class UnitRunner {
  readonly units: UnitNetwork;
  private readonly frames: Exchange;
  private readonly activities: Exchange;
  private readonly frame: Meeting;
  private readonly layers: readonly Record<Pass, Meeting>[];
  private readonly top: number;

  constructor(private readonly network: Network, thread: number, threads: number, memory: UnitMemory, bells: Doorbells) {
    const { layers } = network.spec;
    const everybody = Array.from({ length: threads }, (_, each) => layers.map(({ units }) => ownUnits(units, each, threads)));
    const units = this.units = new UnitNetwork(network, everybody[thread]!);
    this.frames = new Exchange(memory.frames, thread, bells);
    this.activities = new Exchange(memory.activities, thread, bells);
    this.frame = new Meeting(this.frames, everybody.map(([own]) => [units.frameSumBytes.subarray(4 * own!.from, 4 * own!.to)]));
    this.layers = layers.map((layer, index) => {
      const plane = 2 * allUnits(layer.units).to;
      const parts = (planes: readonly number[]): Part[] => everybody.map((own) => planes.map((start) => units.activityBytes.subarray(start + 2 * own[index]!.from, start + 2 * own[index]!.to)));
      return { single: new Meeting(this.activities, parts([0])), pair: new Meeting(this.activities, parts([0, plane])) };
    });
    this.top = layers.length - 1;
  }

  /** Trains on every sample of the block. */
  run(block: Block): ShareTimes {
    const clock = new UnitClock(this.layers.length);
    const start = performance.now();
    this.frames.reset();
    this.activities.reset();
    this.takeIn(block, 0, clock);
    for (let sample = 0; sample < block.count; sample++) {
      clock.start(sample);
      this.frames.take(this.frame);
      clock.waited();
      this.begin(block, sample);
      this.single(clock);
      this.pair(clock, () => this.takeIn(block, sample + 1, clock));
      clock.end();
    }
    return { stages: clock.times("divided"), repeated: clock.times("repeated"), total: performance.now() - start, idle: clock.idle };
  }

  private begin({ step, labels, targets }: Block, sample: number): void {
    const { network, units } = this;
    units.begin({ step: (step + sample) >>> 0, label: labels[sample] ?? 0 });
    if (targets) network.targets!.set(targets.subarray(sample * network.spec.classes, (sample + 1) * network.spec.classes));
  }

  /** The frame of a sample, while the one before may still be in its last pair. */
  private takeIn({ count, frames }: Block, sample: number, clock: UnitClock): void {
    if (sample === count) return;
    const { network, units } = this;
    const size = network.frame.length;
    network.frame.set(frames.subarray(sample * size, (sample + 1) * size));
    units.frameRows();
    clock.repeated(0, "single");
    units.frameSums();
    this.frames.give(this.frame);
    clock.divided(0, "single");
  }

  private single(clock: UnitClock): void {
    const { units, activities, layers, top } = this;
    units.singleUnits(0);
    units.singleRows(0);
    clock.repeated(0, "single");
    for (let layer = 1; layer <= top; layer++) {
      units.singleUnits(layer);
      activities.give(layers[layer]!.single);
      clock.divided(layer, "single");
      units.readout(layer - 1);
      clock.repeated(layer - 1, "single");
      activities.take(layers[layer]!.single);
      clock.waited();
      units.singleRows(layer);
      clock.repeated(layer, "single");
    }
    units.readout(top);
    units.negative();
    clock.repeated(top, "single");
  }

  private pair(clock: UnitClock, next: () => void): void {
    const { units, activities, layers, top } = this;
    units.pairUnits(0);
    let learns = units.pairRows(0);
    clock.repeated(0, "pair");
    for (let layer = 1; layer <= top; layer++) {
      units.pairUnits(layer);
      activities.give(layers[layer]!.pair);
      clock.divided(layer, "pair");
      if (learns) units.update(layer - 1);
      clock.divided(layer - 1, "update");
      if (layer === top) next();
      activities.take(layers[layer]!.pair);
      clock.waited();
      learns = units.pairRows(layer);
      clock.repeated(layer, "pair");
    }
    if (learns) units.update(top);
    clock.divided(top, "update");
    if (top === 0) next();
  }
}
