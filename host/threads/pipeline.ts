/**
 * Trains a network in several threads (docs/threads.md), which divide its layers between them or the units of every layer. The network in this thread is up to date whenever
 * `train` has ended, bit for bit what it would be had it learned all alone.
 */
import * as kinds from "../../assembly/abi/region.js";
import { NET_STEP } from "../../assembly/abi/state.js";
import { type SampleExtras, writeExtras } from "../engine/extras.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { geometryOfSpec } from "../spec/network_spec.js";
import type { LayerTimes } from "./costs.js";
import type { Crew } from "./crew.js";
import { copyExtents, extentsOf } from "./image.js";
import { passesOf } from "./lanes.js";
import { guessTimes, timeAlone } from "./divide_layers.js";
import { guessRepeated } from "./divide_units.js";
import type { TrainingMemory } from "./protocol.js";
import { bestShares, type Divide, type Shares, threadsOf, timeOfShares, unitThreads } from "./shares.js";
import type { Block, ShareTimes } from "./stage_runner.js";
import { StagedNetwork } from "./staged_network.js";
import { allocateStream, Streams, type StreamsMemory } from "./streams.js";
import { allocateUnits, resetUnits } from "./unit_runner.js";

/** A sample to learn from. */
export interface TrainingSample {
  readonly frame: Uint8Array;
  readonly label: number;
  readonly extras?: SampleExtras;
}

/** Most samples that stand ready for the threads at once. */
const BLOCK = 1000;
/** Layers or units change threads only when a sample is to take so much of its time. */
const WORTH_MOVING = 0.97;

/** How a block of samples went in a pipeline. */
export interface PipelineReport {
  readonly samples: number;
  /** The thread of every layer, from 0; null where every thread has some units of every layer. */
  readonly owners: readonly number[] | null;
  /** Of every thread: milliseconds in all, and of them without work. */
  readonly shares: readonly ShareTimes[];
  /** Of every layer, milliseconds of each stage as measured. */
  readonly stages: readonly LayerTimes[];
  /** How many times faster than one thread these stages are on paper, when every thread has a core to itself. */
  readonly speedup: number;
}

export class Pipeline {
  private readonly streams: Streams;
  private readonly extents;
  private readonly states;
  private readonly block;
  private times: LayerTimes[];
  /** Of these, milliseconds that every thread would take which has some units of every layer. */
  private repeated: number;
  private shares: Shares;
  private blocks = 0;
  /** Samples of the network after the last block; null before the first. */
  private leftAt: number | null = null;
  /** How the last block went. */
  report: PipelineReport | null = null;

  /** `memory` is what the crew was started with; of its threads so many take part. */
  constructor(private readonly network: Network, private readonly crew: Crew, private readonly threads: number, private readonly memory: TrainingMemory, private readonly divide: Divide | null = null) {
    this.streams = new Streams(memory.streams);
    this.extents = extentsOf(network);
    this.states = this.extents.filter(({ isState }) => isState);
    this.block = allocateBlock(network);
    this.times = guessTimes(geometryOfSpec(network.spec), network.spec);
    this.repeated = guessRepeated(network.spec);
    this.shares = bestShares(network.spec, this.times, this.repeated, threads, divide);
  }

  /** Trains on samples in order. A failure takes back the last block, of at most 1,000 samples, as a whole. */
  async train(samples: Iterable<TrainingSample>): Promise<void> {
    let count = 0;
    for (const sample of samples) {
      this.put(count++, sample);
      if (count < BLOCK) continue;
      await this.trainBlock(count);
      count = 0;
    }
    if (count > 0) await this.trainBlock(count);
  }

  private put(at: number, { frame, label, extras }: TrainingSample): void {
    const { network, block } = this;
    if (frame.length !== network.frame.length) throw new MayflyError(`the frame has ${frame.length} values, this network takes ${network.frame.length}`, 1);
    if (!(Number.isInteger(label) && label >= 0 && label < network.spec.classes)) throw new MayflyError(`label ${label} is outside the network's classes`, 1);
    // Alone, a network would move the negative it still has once more.
    if (network.negative && network.spec.jitter > 0 && !extras?.negative) throw new MayflyError("a sample brings no negative frame, and jitter has moved the one before: bring one with every sample", 1);
    // What a sample does not bring along is what stands in the network's memory, as in a network that is alone.
    if (extras) writeExtras(extras, network.negative, network.targets);
    block.frames.set(frame, at * frame.length);
    block.labels[at] = label;
    if (network.negative) block.negatives?.set(network.negative, at * frame.length);
    if (network.targets) block.targets?.set(network.targets, at * network.spec.classes);
  }

  private async trainBlock(count: number): Promise<void> {
    const { network, crew } = this;
    const step = network.samples;
    // Others may have trained the network since, and predictions count rows.
    const isForeign = step !== this.leftAt;
    copyExtents(network.persistent, crew.image, isForeign ? this.extents : this.states);
    const moved = this.divideAnew();
    this.streams.reset();
    if (this.memory.units) resetUnits(this.memory.units);
    const task = { type: "train", shares: this.shares, reload: isForeign || moved, ...this.block, count, step } as const;
    this.leftAt = null;
    const took = (await Promise.all(Array.from({ length: threadsOf(this.shares) }, (_, thread) => crew.ask(thread, task)))).map(({ times }) => times);
    copyExtents(crew.image, network.persistent, this.extents);
    network.view(network.region(kinds.REGION_STATE))[NET_STEP >> 2] = (step + count) >>> 0;
    this.leftAt = network.samples;
    this.blocks++;
    this.note(took);
    this.report = { samples: count, owners: this.shares.owners, shares: took, stages: this.times, speedup: this.speedup() };
  }

  /** Takes in what the stages took, as one thread would have taken for them. */
  private note(shares: readonly ShareTimes[]): void {
    const repeated = shares[0]?.repeated;
    if (!repeated) {
      this.times = this.times.map((before, layer) => shares.map(({ stages }) => stages[layer]).find((times) => times != null) ?? before);
      return;
    }
    const over = (kind: keyof LayerTimes, layer: number): number => shares.reduce((sum, { stages, repeated: each }) => sum + stages[layer]![kind] + each![layer]![kind] / shares.length, 0);
    this.times = this.times.map((_, layer) => ({ single: over("single", layer), pair: over("pair", layer), update: over("update", layer) }));
    this.repeated = shares.reduce((sum, { repeated: each }) => sum + timeAlone(each!) / shares.length, 0);
  }

  private speedup(): number {
    return timeAlone(this.times) / timeOfShares(this.network.spec, this.times, this.repeated, this.shares);
  }

  /** Divides anew by what the stages took, after 1, 2, 4, 8 … blocks. Returns whether anything has changed. */
  private divideAnew(): boolean {
    if (this.blocks === 0 || (this.blocks & (this.blocks - 1)) !== 0) return false;
    const { network: { spec }, times, repeated } = this;
    const shares = bestShares(spec, times, repeated, this.threads, this.divide);
    if (timeOfShares(spec, times, repeated, shares) > WORTH_MOVING * timeOfShares(spec, times, repeated, this.shares)) return false;
    this.shares = shares;
    return true;
  }
}

/** What the threads of a crew share to train a network, of which so many train. */
export function allocateTraining(network: Network, threads: number): TrainingMemory {
  const units = unitThreads(network.spec, threads);
  return { streams: allocateStreams(network), units: units > 1 ? allocateUnits(network, units) : null };
}

/** Memory of the streams between the layers of a network. */
export function allocateStreams(network: Network): StreamsMemory {
  const { spec } = network;
  // Only an engine knows what its layers give; a full one with fresh weights serves as well as any.
  const staged = new StagedNetwork(network.engine.begin_stage ? network : Network.open(network.checkpoint(), "the network", { build: network.build, size: "full" }));
  return {
    between: spec.layers.slice(1).map((_, layer) => Object.fromEntries(passesOf(spec).map((pass) => [pass, allocateStream(staged.slotBytes(layer, pass))]))),
    negatives: allocateStream(Int32Array.BYTES_PER_ELEMENT),
  };
}

function allocateBlock({ spec, frame, negative, targets }: Network): Omit<Block, "count" | "step"> {
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(BLOCK * bytes);
  return {
    labels: new Uint8Array(shared(1)),
    frames: new Uint8Array(shared(frame.length)),
    negatives: negative && new Uint8Array(shared(frame.length)),
    targets: targets && new Int32Array(shared(4 * spec.classes)),
  };
}
