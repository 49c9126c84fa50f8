/** One thread's share of a block of training samples: the stages of its layers, each as soon as what it needs is there. */
import { type LayerTimes, StageClock, type StageTimes } from "./costs.js";
import type { Doorbells } from "./doorbells.js";
import { comesBefore, type Division, drawsNegative, type Lane, passesOf, Turns } from "./lanes.js";
import type { StagedNetwork, Step } from "./staged_network.js";
import type { Streams } from "./streams.js";

/** The samples of a block, as every thread sees them. */
export interface Block {
  readonly count: number;
  /** Samples trained before the first, u32. */
  readonly step: number;
  readonly labels: Uint8Array;
  /** u8 [count][values]; the negative frames likewise, and targets i32 [count][classes], where the spec says they are given. */
  readonly frames: Uint8Array;
  readonly negatives: Uint8Array | null;
  readonly targets: Int32Array | null;
}

/** What one thread does of a division of the layers. */
export interface Share extends Division {
  readonly thread: number;
}

/** What a share took. */
export interface ShareTimes {
  readonly stages: StageTimes;
  /** Besides, what every thread does that has some units of every layer; null where threads have whole layers. */
  readonly repeated: readonly LayerTimes[] | null;
  /** Milliseconds from first to last, and of them without work. */
  readonly total: number;
  readonly idle: number;
}

export class StageRunner {
  private readonly passes;
  private readonly draws;
  private readonly top: number;

  constructor(private readonly staged: StagedNetwork, private readonly streams: Streams, private readonly bells: Doorbells) {
    const { spec } = staged.network;
    this.passes = passesOf(spec);
    this.draws = drawsNegative(spec);
    this.top = spec.layers.length - 1;
  }

  /** Trains the thread's layers on every sample of the block. */
  run(block: Block, { thread, owners, rounds }: Share): ShareTimes {
    const lanes: Lane[] = owners.flatMap((owner, layer) => (owner === thread ? [{ layer, sample: 0, pass: 0 }] : []));
    const clock = new StageClock(owners.length);
    const start = performance.now();
    let idle = 0;
    const turns = rounds && new Turns(lanes, rounds[thread]!, block.count);
    const find = (): Lane | null => {
      if (turns) {
        const lane = turns.next();
        return lane && this.isReady(lane) ? lane : null;
      }
      let next: Lane | null = null;
      for (const lane of lanes) if (lane.sample < block.count && this.isReady(lane) && (next === null || comesBefore(lane, next))) next = lane;
      return next;
    };
    const ring = (layer: number): void => {
      const owner = owners[layer]!;
      if (owner !== thread) this.bells.ring(owner);
    };
    let left = lanes.length;
    while (left > 0) {
      let lane = find();
      if (!lane) {
        const from = performance.now();
        this.bells.wait(thread, () => (lane = find()) !== null);
        idle += performance.now() - from;
      }
      this.work(lane!, block, clock, ring);
      turns?.done();
      if (lane!.sample === block.count) left--;
    }
    return { stages: clock.times(), repeated: null, total: performance.now() - start, idle };
  }

  private isReady({ layer, sample, pass }: Lane): boolean {
    const kind = this.passes[pass]!;
    if (layer > 0 && !this.streams.between[layer - 1]![kind]!.has(sample)) return false;
    if (layer === 0 && kind === "pair" && this.draws === "top" && !this.streams.negatives.has(sample)) return false;
    return layer === this.top || this.streams.between[layer]![kind]!.hasRoom(sample);
  }

  private work(lane: Lane, block: Block, clock: StageClock, ring: (layer: number) => void): void {
    const { staged, streams } = this;
    const { layer, sample, pass } = lane;
    const kind = this.passes[pass]!;
    const at = { step: (block.step + sample) >>> 0, label: block.labels[sample] ?? 0 };
    clock.start(sample);
    if (layer > 0) {
      const input = streams.between[layer - 1]![kind]!;
      staged.give(layer - 1, kind, input.slot(sample));
      input.read(sample);
      ring(layer - 1);
    }
    const handOver = (): void => {
      clock.handOver();
      if (layer === this.top) return;
      const output = streams.between[layer]![kind]!;
      staged.take(layer, kind, output.slot(sample));
      output.written(sample);
      ring(layer + 1);
    };
    if (layer === 0 && pass === 0) this.putSample(block, sample, at);
    if (kind === "single") {
      this.putTargets(block, sample);
      staged.single(layer, at);
      handOver();
      if (layer === this.top && this.draws === "top") this.passNegative(sample, staged.negative(at), ring);
    } else {
      staged.pair(layer, at, layer === 0 ? this.otherLabel(sample, at) : 0, handOver);
    }
    clock.end(layer, kind);
    lane.pass = (pass + 1) % this.passes.length;
    if (lane.pass === 0) lane.sample++;
  }

  private putSample(block: Block, sample: number, at: Step): void {
    const { network } = this.staged;
    const size = network.frame.length;
    network.frame.set(block.frames.subarray(sample * size, (sample + 1) * size));
    if (block.negatives) network.negative!.set(block.negatives.subarray(sample * size, (sample + 1) * size));
    this.staged.frame(at);
  }

  private putTargets({ targets }: Block, sample: number): void {
    if (!targets) return;
    const { classes } = this.staged.network.spec;
    this.staged.network.targets!.set(targets.subarray(sample * classes, (sample + 1) * classes));
  }

  /** The label of the negative, where there is one. */
  private otherLabel(sample: number, at: Step): number {
    if (this.draws === null) return 0;
    if (this.draws === "bottom") return this.staged.negative(at);
    const { negatives } = this.streams;
    const label = negatives.slot(sample).words[0]!;
    negatives.read(sample);
    return label;
  }

  private passNegative(sample: number, label: number, ring: (layer: number) => void): void {
    const { negatives } = this.streams;
    negatives.slot(sample).words[0] = label;
    negatives.written(sample);
    ring(0);
  }
}
