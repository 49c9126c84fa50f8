import { platform } from "#platform";
import { HEADER_CRC } from "../../assembly/abi/region.js";
import * as kinds from "../../assembly/abi/region.js";
import { SPEC_HEADER_WORDS } from "../../assembly/abi/spec.js";
import { BAD_SPEC, NO_MEMORY } from "../../assembly/abi/status.js";
import { equalBytes } from "../bytes.js";
import { MayflyError } from "../errors.js";
import { decodeSpec, encodeSpec, specLength } from "../spec/encode.js";
import { isMap } from "../spec/geometry.js";
import { hasTwoFrames, type NetworkSpec, type SpecInput } from "../spec/network_spec.js";
import type { Build, Size } from "./artefacts.js";
import { type Box, finishJob } from "./box.js";
import type { EngineExports } from "./exports.js";
import { type SampleExtras, writeExtras } from "./extras.js";
import { plannedWords, wholeMaps } from "./fit_bands.js";
import { EngineFrontEnd, type Pushed, type StreamCounters } from "./front_end.js";
import { checked } from "./instance.js";
import { type BuildChoice, type LoadedEngine, loadEngine } from "./load.js";
import { type MemoryPlan, HEADER_BYTES, planOn } from "./plan.js";
import { type Region, readRegions } from "./regions.js";
import { sizeFor } from "./size.js";
import { describeStatus, EngineError } from "./status.js";

/** A typed view of a region in the engine's memory; it stays valid, for the memory never moves or grows. */
export type RegionView = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array;

/** Activities that a pass left in a layer. */
export interface ObservedActivity {
  /** From 0. */
  readonly layer: number;
  /** The label in the input; null for none or the neutral one. */
  readonly label: number | null;
  /** Of a recurrent network: 0 is the bottom-up start, then 1, 2 …; 0 in all others. */
  readonly iteration: number;
  /** One value a unit, 128 = 1.0. */
  readonly y: Int16Array;
}

export interface NetworkOptions {
  /** Build of the engine; "auto" (default) takes SIMD where it works. The bits are the same. */
  build?: BuildChoice;
  /** What the network's boxes compute; only needed to train and to predict. */
  box?: Box;
  /** "full" takes the engine that knows every variant also for a network that the core could run, "auto" (default) the smallest that can. The bits are the same. */
  size?: "auto" | "full";
}

/**
 * A network in an engine of its own, in a memory of exactly the planned size.
 *
 * ```ts
 * const network = Network.create({ input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: [{ units: 64 }] });
 * network.train(frame, label);             // one step on one sample
 * network.predict(frame, "goodness");      // a class
 * const bytes = network.checkpoint();      // everything needed to go on, bit for bit
 * const again = Network.open(bytes);
 * ```
 */
export class Network {
  /** The engine the network runs in. */
  readonly build: Build;
  readonly size: Size;
  readonly spec: NetworkSpec;
  readonly regions: readonly Region[];
  /** The frame the engine reads: width * height * channels values, 0..255. */
  readonly frame: Uint8Array;
  /** Score of every class after a prediction by goodness (q8), and its logits after one by the readout (q8). */
  readonly scores: Int32Array;
  readonly logits: Int32Array;
  /** The negative frame, which the host writes before a training step; null unless negatives are "given". */
  readonly negative: Uint8Array | null;
  /** Target of every class, 32768 = 1, which the host writes before a training step; null unless targets are "given". */
  readonly targets: Int32Array | null;
  private readonly hasBoxes: boolean;
  /** Of a network with maps in bands: one with whole maps, to be watched in its place. */
  private twin: Network | undefined;
  private readonly front: EngineFrontEnd | null;

  private constructor(loaded: Pick<LoadedEngine, "build" | "size">, readonly engine: EngineExports, readonly plan: MemoryPlan, private readonly box: Box | undefined) {
    this.build = loaded.build;
    this.size = loaded.size;
    this.spec = readSpec(engine);
    this.regions = readRegions(engine);
    this.frame = this.view(this.region(kinds.REGION_FRAME)) as Uint8Array;
    this.scores = (this.view(this.region(kinds.REGION_SCORES)) as Int32Array).subarray(0, this.spec.classes);
    this.logits = (this.view(this.region(kinds.REGION_LOGITS)) as Int32Array).subarray(0, this.spec.classes);
    this.negative = this.spec.negatives === "given" ? (this.view(this.region(kinds.REGION_NEGATIVE)) as Uint8Array) : null;
    this.targets = this.spec.targets === "given" ? (this.view(this.region(kinds.REGION_TARGETS)) as Int32Array) : null;
    this.front = this.spec.stream ? new EngineFrontEnd(engine, (kind) => this.region(kind), this.spec.stream) : null;
    this.hasBoxes = this.spec.layers.some(({ kind }) => kind === "box");
  }

  /** A fresh network: weights drawn from the spec's seed. */
  static create(input: SpecInput, options: NetworkOptions = {}): Network {
    const words = plannedWords(input, options.build);
    const loaded = loadEngine(options.build, sizeOf(words, options));
    const plan = planOn(loaded, words);
    const engine = startPlanned(loaded, plan, words);
    checked(engine, engine.init());
    return new Network(loaded, engine, plan, options.box);
  }

  /** Takes up a checkpoint. `name` is what errors call it, e.g. the file. */
  static open(checkpoint: Uint8Array, name = "the model", options: NetworkOptions = {}): Network {
    const words = specOfCheckpoint(checkpoint, name);
    const loaded = loadEngine(options.build, sizeOf(words, options));
    const plan = planOfCheckpoint(loaded, words, name);
    // Before the engine gets its memory: a damaged spec may ask for a lot of it.
    if (checkpoint.length !== plan.bytes.checkpoint) {
      const verb = checkpoint.length < plan.bytes.checkpoint ? "truncated" : "too long";
      throw new MayflyError(`${name} is damaged or ${verb}: ${checkpoint.length} bytes, its spec needs ${plan.bytes.checkpoint}`, 1);
    }
    // The CRC covers what is behind the header; the header's padding is 0.
    if (checkpoint.subarray(HEADER_CRC + 4, HEADER_BYTES).some((byte) => byte !== 0)) throw new MayflyError(`${name} is damaged: its header is not one`, 1);
    const engine = startPlanned(loaded, plan, words);
    new Uint8Array(engine.memory.buffer).set(checkpoint, engine.spec_address() - HEADER_BYTES);
    checked(engine, engine.open(), name);
    return new Network(loaded, engine, plan, options.box);
  }

  /** @internal A network in an engine that another has started, such as a packed module's (host/pack/packed_network.ts). */
  static inside(loaded: Pick<LoadedEngine, "build" | "size">, engine: EngineExports, plan: MemoryPlan, box?: Box): Network {
    return new Network(loaded, engine, plan, box);
  }

  /**
   * Learns from one sample: a frame of u8 values and its class. Throws on a wrong label; the network stays as it was. Where negatives or targets are
   * "given" they may come along; without, those that stand in `negative` and `targets` count. Jitter moves both frames in memory.
   */
  train(frame: Uint8Array, label: number, extras?: SampleExtras): void {
    this.put(frame);
    if (extras) writeExtras(extras, this.negative, this.targets);
    // WebAssembly would take 1.5 for 1 and NaN for 0.
    if (!Number.isInteger(label)) throw new MayflyError(`label ${label} is not a whole number`, 1);
    const status = this.engine.train(label);
    if (status !== 0) finishJob(this.engine, this.regions, this.box, status);
  }

  /**
   * The class of a frame. "goodness": the label with the most goodness (the papers' accurate way); "readout": the softmax
   * on one neutral pass (the fast way). Without labels in the input goodness tells no classes apart: it is in `scores`, and the class is 0.
   */
  predict(frame: Uint8Array, by: "goodness" | "readout" = "goodness"): number {
    if (by === "readout" && this.spec.readout.from === null) throw new MayflyError("this network has no readout: predict by goodness", 1);
    this.put(frame);
    if (this.hasBoxes) return this.predictWithBoxes(by);
    return checked(this.engine, by === "goodness" ? this.engine.predict_goodness() : this.engine.predict_readout());
  }

  /**
   * The activities of every layer (i16, 128 = 1.0, before normalisation) as a prediction makes them, by the engine itself. "readout": one pass
   * with the neutral label, or without one; "goodness": one pass for each label (class-wise, and without labels: one in all), of a recurrent network its
   * start and every iteration up to the last that counts. A stream's state moves on, as in any prediction by goodness.
   */
  activities(frame: Uint8Array, by: "readout" | "goodness" = "readout"): ObservedActivity[] {
    const { engine, spec } = this;
    if (spec.layers.some(({ bandRows }) => bandRows > 0)) return this.withWholeMaps().activities(frame, by);
    if (by === "readout" && spec.readout.from === null) throw new MayflyError("this network has no readout: watch a prediction by goodness", 1);
    if (!engine.completed) throw new MayflyError("this engine cannot be watched: it was packed for a device", 1);
    const completedLayer = engine.completed;
    this.put(frame);
    checked(engine, by === "readout" ? engine.begin_readout() : engine.begin_goodness());
    const activity = this.view(this.region(kinds.REGION_ACTIVITY)) as Int16Array;
    const seen: ObservedActivity[] = [];
    const { iterations, last, stream } = spec.recurrence;
    /** Passes that one pair of labels goes through, and the number of the first. */
    const rounds = iterations === 0 ? 1 : stream ? last : last + 1;
    const firstRound = stream && iterations > 0 ? 1 : 0;
    /** Pairs of labels that each layer has seen: layer by layer, or one pair through all layers after the other. */
    const passes = spec.layers.map(() => 0);
    finishJob(engine, this.regions, this.box, engine.step(1), () => {
      const completed = completedLayer();
      if (completed < 0) return;
      const layer = completed & 255;
      const pair = completed > 255;
      const pass = pair ? passes[layer]!++ : 0;
      const units = spec.layers[layer]?.units ?? 0;
      // The second half of a pair stands behind the first, padded; a map's with a block of 8 to spare.
      const plane = ((units + 7) & ~7) + (isMap(spec.layers[layer]!) ? 8 : 0);
      const label = pair ? 2 * Math.floor(pass / rounds) : null;
      const iteration = pair ? firstRound + (pass % rounds) : 0;
      seen.push({ layer, label, iteration, y: activity.slice(0, units) });
      if (label !== null && label + 1 < spec.classes) seen.push({ layer, label: label + 1, iteration, y: activity.slice(plane, plane + units) });
    });
    return seen;
  }

  /** A network whose maps are there at once, with what this one has learned so far. In bands no layer's activities are. */
  private withWholeMaps(): Network {
    if (!this.twin) {
      const words = encodeSpec(wholeMaps(this.spec));
      const loaded = loadEngine(this.build, sizeFor(words));
      const plan = planOn(loaded, words);
      const engine = startPlanned(loaded, plan, words);
      checked(engine, engine.init());
      this.twin = new Network(loaded, engine, plan, this.box);
    }
    for (const region of this.regions) {
      if (!region.persistent || region.kind === kinds.REGION_HEADER || region.kind === kinds.REGION_SPEC) continue;
      this.twin.view(this.twin.region(region.kind, region.layer)).set(this.view(region));
    }
    return this.twin;
  }

  /** In steps, for the engine stops at each box. */
  private predictWithBoxes(by: "goodness" | "readout"): number {
    const { engine } = this;
    checked(engine, by === "goodness" ? engine.begin_goodness() : engine.begin_readout());
    finishJob(engine, this.regions, this.box, engine.step(0));
    const values = by === "goodness" ? this.scores : this.logits;
    const unlabelled = by === "goodness" && hasTwoFrames(this.spec.negatives);
    return unlabelled ? 0 : values.indexOf(values.reduce((best, value) => Math.max(best, value)));
  }

  /**
   * Takes samples of the signal (i16, channels in turn) from `from` on, until a window ends or none are left. After "frame" the frame stands in `frame`:
   *
   * ```ts
   * for (let at = 0; at < samples.length; ) {
   *   const { taken, event } = network.push(samples, at);
   *   at += taken;
   *   if (event !== "frame") continue;
   *   network.predict(network.frame);               // its goodness is in scores[0] when there are no labels
   *   if (network.alarm(true)) sound();
   *   network.train(network.frame, 0);
   * }
   * ```
   */
  push(samples: ArrayLike<number>, from = 0): Pushed {
    return this.frontEnd().push(samples, from);
  }

  /** Says that the signal was interrupted here: the window under way is dropped, what was learned stays. */
  gap(): void {
    this.frontEnd().gap();
  }

  /** Whether the score of the last prediction by goodness is below the threshold; with `learn` the threshold follows the score. */
  alarm(learn: boolean): boolean {
    return this.frontEnd().alarm(learn);
  }

  /** The score below which there is an alarm. */
  get alarmThreshold(): number {
    return this.frontEnd().threshold;
  }

  /** What the front end has counted. */
  get streamCounters(): StreamCounters {
    return this.frontEnd().counters;
  }

  private frontEnd(): EngineFrontEnd {
    if (!this.front) throw new MayflyError("this network takes frames, not samples: it has no front end (stream)", 1);
    return this.front;
  }

  /** Starts a new stream (recurrence.stream): every class's state is 0, as in a fresh network. What was learned stays. */
  restartStream(): void {
    if (!this.spec.recurrence.stream) throw new MayflyError("this network keeps no state between samples: it is not one for streams (recurrence.stream)", 1);
    for (const region of this.regions) if (region.kind === kinds.REGION_UNIT_STATE || region.kind === kinds.REGION_UNIT_INPUTS) this.view(region).fill(0);
  }

  /** Samples trained so far. */
  get samples(): number {
    return this.engine.samples() >>> 0;
  }

  /** A copy of everything persistent: spec, state, weights, with a CRC. `Network.open` goes on from it, bit for bit. */
  checkpoint(): Uint8Array {
    checked(this.engine, this.engine.seal());
    const start = this.engine.spec_address() - HEADER_BYTES;
    return new Uint8Array(this.engine.memory.buffer).slice(start, start + this.plan.bytes.checkpoint);
  }

  /**
   * All bytes that make a checkpoint, as they stand in memory: its header is only right after `checkpoint`. For those who carry parts of a network
   * between engines.
   * @internal
   */
  get persistent(): Uint8Array {
    return new Uint8Array(this.engine.memory.buffer, this.engine.spec_address() - HEADER_BYTES, this.plan.bytes.checkpoint);
  }

  /** Takes up another checkpoint of the same network, in the memory it has: what `open` does in a new one. Throws on any other, and stays as it was. */
  restore(checkpoint: Uint8Array): void {
    const memory = new Uint8Array(this.engine.memory.buffer);
    const start = this.engine.spec_address() - HEADER_BYTES;
    const spec = HEADER_BYTES + 4 * specLength(new Int32Array(memory.buffer, start + HEADER_BYTES, (this.plan.bytes.checkpoint - HEADER_BYTES) >> 2));
    if (checkpoint.length !== this.plan.bytes.checkpoint || !equalBytes(checkpoint.subarray(HEADER_BYTES, spec), memory.subarray(start + HEADER_BYTES, start + spec))) {
      throw new MayflyError("this checkpoint is of another network: open it with Network.open", 1);
    }
    const before = this.checkpoint();
    memory.set(checkpoint, start);
    const status = this.engine.open();
    if (status >= 0) return;
    const detail = this.engine.status_detail();
    memory.set(before, start);
    checked(this.engine, this.engine.open());
    throw new EngineError(status, detail, "the checkpoint");
  }

  /** First 16 hex digits of the SHA-256 of all weights, readout included, in memory order. Equal in every runtime. */
  weightsHash(): string {
    const learned = this.regions.filter(({ kind }) => kind === kinds.REGION_WEIGHTS || kind === kinds.REGION_READOUT_WEIGHTS);
    return platform.sha256(learned.map(({ offset, bytes }) => new Uint8Array(this.engine.memory.buffer, offset, bytes))).slice(0, 16);
  }

  /** The region of a kind (assembly/abi/region.ts), of a layer from 0 where there is one for each. */
  region(kind: number, layer = -1): Region {
    const found = this.regions.find((region) => region.kind === kind && region.layer === layer);
    if (!found) throw new MayflyError(`this network has no region of kind ${kind}${layer < 0 ? "" : ` for layer ${layer + 1}`}`, 1);
    return found;
  }

  /** All elements of a region, padding included. */
  view(region: Region): RegionView {
    const { buffer } = this.engine.memory;
    switch (region.type) {
      case "u8": return new Uint8Array(buffer, region.offset, region.bytes);
      case "i8": return new Int8Array(buffer, region.offset, region.bytes);
      case "u16": return new Uint16Array(buffer, region.offset, region.bytes >> 1);
      case "i16": return new Int16Array(buffer, region.offset, region.bytes >> 1);
      case "i32": return new Int32Array(buffer, region.offset, region.bytes >> 2);
      case "u32": return new Uint32Array(buffer, region.offset, region.bytes >> 2);
    }
  }

  private put(frame: Uint8Array): void {
    if (frame.length !== this.frame.length) throw new MayflyError(`the frame has ${frame.length} values, this network takes ${this.frame.length}`, 1);
    this.frame.set(frame);
  }
}

function sizeOf(words: Int32Array, { size = "auto" }: NetworkOptions): Size {
  return size === "auto" ? sizeFor(words) : size;
}

function startPlanned(loaded: LoadedEngine, plan: MemoryPlan, words: Int32Array): EngineExports {
  const engine = loaded.start(plan.pages);
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  return engine;
}

function planOfCheckpoint(loaded: LoadedEngine, words: Int32Array, name: string): MemoryPlan {
  try {
    return planOn(loaded, words, name);
  } catch (error) {
    // An engine sealed this spec once, so it was possible then.
    if (error instanceof EngineError && (error.status === BAD_SPEC || error.status === NO_MEMORY)) {
      throw new MayflyError(`${name} is damaged: ${describeStatus(error.status, error.detail)}`, 1, error);
    }
    throw error;
  }
}

function readSpec(engine: EngineExports): NetworkSpec {
  const words = new Int32Array(engine.memory.buffer, engine.spec_address());
  return decodeSpec(words.subarray(0, specLength(words)));
}

/** The spec block inside a checkpoint; whether it is a sound one the engine tells. */
function specOfCheckpoint(checkpoint: Uint8Array, name: string): Int32Array {
  const least = HEADER_BYTES + 4 * SPEC_HEADER_WORDS;
  if (checkpoint.length < least) throw new MayflyError(`${name} is not a Mayfly model: ${checkpoint.length} bytes, the smallest has more than ${least}`, 1);
  // A copy; not by slice, which for a Buffer is a view.
  const aligned = new Uint8Array(checkpoint.subarray(HEADER_BYTES, HEADER_BYTES + ((checkpoint.length - HEADER_BYTES) & ~3)));
  const all = new Int32Array(aligned.buffer);
  return all.slice(0, specLength(all));
}
