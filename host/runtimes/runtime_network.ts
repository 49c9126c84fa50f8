import { createHash } from "node:crypto";
import * as abi from "../../assembly/abi/region.js";
import { ABI_VERSION } from "../../assembly/abi/status.js";
import { KIND_BOX, LAYER_KIND, SPEC_HEADER_WORDS, SPEC_LAYER_COUNT, SPEC_LAYER_WORDS } from "../../assembly/abi/spec.js";
import type { Build } from "../engine/artefacts.js";
import { encodeExtras, type SampleExtras } from "../engine/extras.js";
import type { EngineExports } from "../engine/instance.js";
import { pagesFor } from "../engine/memory_section.js";
import { type MemoryPlan, HEADER_BYTES, planOn } from "../engine/plan.js";
import { EngineError } from "../engine/status.js";
import { plannedWords } from "../engine/fit_bands.js";
import { decodeSpec, specLength } from "../spec/encode.js";
import type { NetworkSpec, NetworkSpecInput } from "../spec/network_spec.js";
import { sizedModule } from "./files.js";
import type { FunctionName } from "./protocol.js";
import { type Artefact, type Runtime, RuntimeError, type RuntimeInstance } from "./runtime.js";

export interface Sample extends SampleExtras {
  readonly frame: Uint8Array;
  readonly label: number;
}

export interface RuntimeNetworkOptions {
  /** Default: SIMD where the runtime has it. */
  readonly build?: Build;
  readonly timeoutMs?: number;
}

/** Requests that may be under way at once: enough to keep both sides busy, few enough to keep pipes small. */
const AT_ONCE = 256;
/** The batch build has a few more static bytes than the one that is planned on. */
const BATCH_STATIC_BYTES = 1024;

/**
 * A network in an engine of any runtime, in a memory of the planned size. The same steps as `Network`, but everything is asked for
 * and waited for; every region is where that engine says it is.
 */
export class RuntimeNetwork {
  private constructor(
    readonly runtime: Runtime, readonly build: Build, readonly spec: NetworkSpec, readonly plan: MemoryPlan,
    private readonly instance: RuntimeInstance, private readonly regions: readonly RemoteRegion[], private readonly checkpointAt: number,
  ) {}

  /** A fresh network: weights drawn from the spec's seed. */
  static create(runtime: Runtime, spec: NetworkSpecInput, options: RuntimeNetworkOptions = {}): Promise<RuntimeNetwork> {
    const words = plannedWords(spec);
    return RuntimeNetwork.start(runtime, words, "init", new Uint8Array(words.buffer), HEADER_BYTES, options);
  }

  /** Takes up a checkpoint. */
  static open(runtime: Runtime, checkpoint: Uint8Array, options: RuntimeNetworkOptions = {}): Promise<RuntimeNetwork> {
    return RuntimeNetwork.start(runtime, specWords(checkpoint), "open", checkpoint, 0, options);
  }

  /** Starts an engine, writes `bytes` so many bytes behind the start of the persistent part, and calls `init` or `open`. */
  private static async start(runtime: Runtime, words: Int32Array, take: "init" | "open", bytes: Uint8Array, offset: number, options: RuntimeNetworkOptions): Promise<RuntimeNetwork> {
    const build = options.build ?? (runtime.features.simd ? "simd" : "scalar");
    refuseBoxes(words, runtime.name);
    const plan = planFor(runtime.artefact, build, words);
    const pages = pagesFor(plan.bytes.total + (runtime.artefact === "batch" ? BATCH_STATIC_BYTES : 0));
    const instance = await startEngine(runtime, { build, pages, timeoutMs: options.timeoutMs });
    try {
      const checkpointAt = (await instance.call("spec_address")) - HEADER_BYTES;
      instance.write(checkpointAt + offset, bytes);
      await checkedCall(runtime, instance, take);
      return new RuntimeNetwork(runtime, build, decodeSpec(words), plan, instance, await readRegions(instance), checkpointAt);
    } catch (error) {
      await instance.dispose();
      throw error;
    }
  }

  /** Learns from samples, in order. `onDone` hears how many are done, now and then. */
  async train(samples: Iterable<Sample>, onDone?: (done: number) => void): Promise<void> {
    let done = 0;
    for (const chunk of chunked(samples)) {
      await Promise.all(chunk.map((sample) => this.learn(sample)));
      onDone?.((done += chunk.length));
    }
  }

  /** Learns `times` times from the frame that is there already, under one label after the other: what the engine alone takes. */
  async trainInPlace(labels: number, times: number): Promise<void> {
    await this.instance.repeat("train", labels, times);
  }

  /** The class of each frame. */
  async predict(frames: Iterable<Uint8Array>, by: "goodness" | "readout" = "goodness", onDone?: (done: number) => void): Promise<number[]> {
    const classes: number[] = [];
    for (const chunk of chunked(frames)) {
      classes.push(...(await Promise.all(chunk.map((frame) => this.onFrame(frame, `predict_${by}`)))));
      onDone?.(classes.length);
    }
    return classes;
  }

  async samples(): Promise<number> {
    return (await this.instance.call("samples")) >>> 0;
  }

  /** Everything needed to go on, in this runtime or another. */
  async checkpoint(): Promise<Uint8Array> {
    await checkedCall(this.runtime, this.instance, "seal");
    return this.instance.read(this.checkpointAt, this.plan.bytes.checkpoint);
  }

  /** The weights' bytes, readout included, in memory order. */
  async weights(): Promise<Uint8Array> {
    const parts = this.regions.filter(({ kind }) => kind === abi.REGION_WEIGHTS || kind === abi.REGION_READOUT_WEIGHTS);
    return Buffer.concat(await Promise.all(parts.map(({ offset, bytes }) => this.instance.read(offset, bytes))));
  }

  /** The same as `Network.weightsHash`. */
  async weightsHash(): Promise<string> {
    return createHash("sha256").update(await this.weights()).digest("hex").slice(0, 16);
  }

  dispose(): Promise<void> {
    return this.instance.dispose();
  }

  private learn(sample: Sample): Promise<number> {
    for (const { kind, bytes } of encodeExtras(sample, this.spec)) this.instance.write(this.regions.find((region) => region.kind === kind)!.offset, bytes);
    return this.onFrame(sample.frame, "train", sample.label);
  }

  private onFrame(frame: Uint8Array, name: FunctionName, label?: number): Promise<number> {
    const region = this.regions.find(({ kind }) => kind === abi.REGION_FRAME)!;
    if (frame.length !== region.bytes) throw new RuntimeError(this.runtime.name, `the frame has ${frame.length} values, this network takes ${region.bytes}`);
    this.instance.write(region.offset, frame);
    return checkedCall(this.runtime, this.instance, name, label);
  }
}

interface RemoteRegion {
  readonly kind: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Starts an engine and checks that it is one of this ABI. */
export async function startEngine(runtime: Runtime, options: Parameters<Runtime["instantiate"]>[0]): Promise<RuntimeInstance> {
  const instance = await runtime.instantiate(options);
  try {
    const version = await instance.call("abi");
    const asText = String.fromCharCode(version & 255, (version >> 8) & 255, (version >> 16) & 255, version >>> 24);
    if (/^[\x20-\x7e]{4}$/.test(asText)) throw new RuntimeError(runtime.name, `it refuses the engine: it printed a text that begins with "${asText}" in place of a reply`);
    if (version !== ABI_VERSION) throw new RuntimeError(runtime.name, `this engine has ABI version ${version}, this host needs ${ABI_VERSION}: use the engine and the host of one release`);
    return instance;
  } catch (error) {
    await instance.dispose();
    throw error;
  }
}

/** An engine that is driven by a stream of commands has nobody to ask. */
export function refuseBoxes(words: Int32Array, name: string): void {
  const kinds = Array.from({ length: words[SPEC_LAYER_COUNT] ?? 0 }, (_, layer) => words[SPEC_HEADER_WORDS + layer * SPEC_LAYER_WORDS + LAYER_KIND]);
  const at = kinds.indexOf(KIND_BOX);
  if (at >= 0) throw new RuntimeError(name, `layer ${at + 1} is a box, which only a host in the same process can answer: use Network`);
}

/** The spec block inside a checkpoint; whether it is a sound one the engine tells. */
export function specWords(checkpoint: Uint8Array): Int32Array {
  const words = new Int32Array(Uint8Array.prototype.slice.call(checkpoint, HEADER_BYTES, HEADER_BYTES + ((checkpoint.length - HEADER_BYTES) & ~3)).buffer);
  return words.slice(0, specLength(words));
}

/** The plan of a spec for a shape of the engine, computed in this process: the same engine, with imports that do nothing. */
export function planFor(artefact: Artefact, build: Build, words: Int32Array): MemoryPlan {
  // The SIMD builds have one layout, and this host may not run the relaxed one.
  const module = new WebAssembly.Module(sizedModule(artefact === "engine" ? "engine" : "wasi", build === "relaxed" ? "simd" : build, 1));
  const nothing = (): number => 0;
  const imports = { wasi_snapshot_preview1: { fd_read: nothing, fd_write: nothing, proc_exit: nothing } };
  return planOn({ start: () => new WebAssembly.Instance(module, imports).exports as unknown as EngineExports }, words);
}

async function checkedCall(runtime: Runtime, instance: RuntimeInstance, name: FunctionName, argument?: number): Promise<number> {
  const result = await instance.call(name, argument);
  if (result < 0) throw new EngineError(result, await instance.call("status_detail"), runtime.name);
  return result;
}

async function readRegions(instance: RuntimeInstance): Promise<RemoteRegion[]> {
  const count = await instance.call("region_count");
  const field = (id: number): Promise<number[]> => Promise.all(Array.from({ length: count }, (_, index) => instance.call("region", index, id)));
  const [kinds, offsets, bytes] = await Promise.all([field(abi.FIELD_KIND), field(abi.FIELD_OFFSET), field(abi.FIELD_BYTES)]);
  return kinds.map((kind, index) => ({ kind, offset: offsets[index]!, bytes: bytes[index]! }));
}

function* chunked<T>(items: Iterable<T>): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === AT_ONCE) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
