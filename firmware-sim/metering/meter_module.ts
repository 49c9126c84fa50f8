/** Counts what training steps and predictions of a network take in a module, by doing them. Needs nothing that only Node has. */
import { HEADER_BYTES, REGION_FRAME } from "../../assembly/abi/region.js";
import { readArtefact } from "../../host/engine/artefacts.js";
import type { EngineExports } from "../../host/engine/exports.js";
import { checked } from "../../host/engine/instance.js";
import { withMemory } from "../../host/engine/memory_section.js";
import type { Network } from "../../host/engine/network.js";
import { MayflyError } from "../../host/errors.js";
import { encodeSpec } from "../../host/spec/encode.js";
import { equalBytes } from "../../host/bytes.js";
import { Random, STREAM_SENSOR } from "../devices/random.js";
import type { FrameSource } from "./frames.js";
import { type Meter, type Work, largestWork, meanWork, startMetered } from "./meter.js";

export interface MeteredStretch {
  /** Samples trained before it, and samples in it. */
  readonly from: number;
  readonly samples: number;
  /** Work of a training step. */
  readonly mean: Work;
  readonly max: Work;
}

export interface MeteredNetwork {
  /** The first samples, when nearly every one causes an update, and some after a while, when fewer do. */
  readonly early: MeteredStretch;
  readonly late: MeteredStretch;
  readonly predictGoodness: Work;
  /** Null without a readout. */
  readonly predictReadout: Work | null;
  /** From one window to the next: taking its samples, features, scaling. Null without a front end. */
  readonly window: Work | null;
  /** Which module ran, and the bytes of its code and of its initialised data. */
  readonly module: string;
  readonly codeBytes: number;
  readonly dataBytes: number;
  readonly basis: string;
}

/** Weights times samples that are worth waiting for: some seconds for the widest network. */
const METERED_WORK = 3e7;
const TRAINED_WORK = 6e8;

/** A scalar module that runs the network, in a memory of its size. */
export interface DeviceModule {
  readonly module: Uint8Array;
  readonly name: string;
  readonly codeBytes: number;
  readonly dataBytes: number;
}

/** The engine as it is, which knows more than this network needs. */
export function engineModule(network: Network): DeviceModule {
  const module = withMemory(readArtefact("scalar", network.size), network.plan.pages);
  return { module, name: "scalar engine", codeBytes: module.length, dataBytes: 0 };
}

/** `effort` below 1 takes so much less time, and fewer samples. `reference` is fresh, and trained on the way. */
export function meterModule(reference: Network, { module, name, codeBytes, dataBytes }: DeviceModule, frames: FrameSource, effort = 1): MeteredNetwork {
  // The reference trains beside the metered one, without counters: the two must stay equal to the bit.
  const { engine, meter } = startMetered(module, name);
  new Int32Array(engine.memory.buffer, engine.spec_address()).set(encodeSpec(reference.spec));
  checked(engine, engine.init(), name);

  const weights = reference.plan.bytes.weights;
  const samples = clamp(Math.floor((effort * METERED_WORK) / weights), 20, Math.ceil(effort * 200));
  const between = clamp(Math.floor((effort * TRAINED_WORK) / weights), Math.ceil(effort * 200), Math.ceil(effort * 5000));
  const run = (from: number): MeteredStretch => {
    const works = Array.from({ length: samples }, (_, index) => {
      const { frame, label } = frames.sample(from + index);
      reference.train(frame, label);
      return trainOne(engine, meter, reference, frame, label);
    });
    compare(engine, reference);
    return { from, samples, mean: meanWork(works), max: largestWork(works) };
  };
  const early = run(0);
  for (let index = samples; index < samples + between; index++) {
    const { frame, label } = frames.sample(index);
    reference.train(frame, label);
  }
  takeUp(engine, reference);
  const late = run(samples + between);
  const predictions = (call: () => number): Work => meanWork(Array.from({ length: clamp(samples >> 2, 5, 50) }, (_, index) => {
    put(engine, reference, frames.sample(index).frame);
    return meter.of(() => checked(engine, call(), name)).work;
  }));
  return {
    early, late,
    predictGoodness: predictions(() => engine.predict_goodness()),
    predictReadout: reference.spec.readout.from === null ? null : predictions(() => engine.predict_readout()),
    window: reference.spec.stream && meterWindow(engine, meter, reference),
    module: name, codeBytes, dataBytes,
    basis: `exact instruction counts of the ${name}, ${samples} training steps from the first and ${samples} from sample ${samples + between + 1}, ${frames.basis}`,
  };
}

/** Windows metered, after as many as the warm-up takes. */
const WINDOWS = 20;

/** Noise, sample by sample as a sensor gives it: the work of a window does not depend on what is in it, but for the shifts of the transform. */
function meterWindow(engine: EngineExports, meter: Meter, reference: Network): Work {
  const { window, hop, warmup, channels } = reference.spec.stream!;
  const noise = new Random(reference.spec.seed, STREAM_SENSOR);
  const push = (samples: number): void => {
    for (let value = 0; value < samples * channels; value++) checked(engine, engine.push!(noise.below(4001) - 2000), "the metered engine");
  };
  push(window + hop * warmup);
  return meanWork(Array.from({ length: WINDOWS }, () => meter.of(() => push(hop)).work));
}

function put(engine: EngineExports, reference: Network, frame: Uint8Array): void {
  new Uint8Array(engine.memory.buffer).set(frame, reference.region(REGION_FRAME).offset);
}

function trainOne(engine: EngineExports, meter: Meter, reference: Network, frame: Uint8Array, label: number): Work {
  put(engine, reference, frame);
  return meter.of(() => checked(engine, engine.train(label), "the metered engine")).work;
}

function takeUp(engine: EngineExports, reference: Network): void {
  new Uint8Array(engine.memory.buffer).set(reference.checkpoint(), engine.spec_address() - HEADER_BYTES);
  checked(engine, engine.open(), "the metered engine");
}

/** Throws unless the metered engine holds the same network: counts of another program would be worth nothing. */
function compare(engine: EngineExports, reference: Network): void {
  checked(engine, engine.seal(), "the metered engine");
  const expected = reference.checkpoint();
  const found = new Uint8Array(engine.memory.buffer, engine.spec_address() - HEADER_BYTES, expected.length);
  if (!equalBytes(found, expected)) throw new MayflyError("the metered engine computes other weights than the engine: this is a bug, please report it", 1);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
