import { HEADER_BYTES as ENGINE_HEADER_BYTES } from "../../assembly/abi/region.js";
import * as kinds from "../../assembly/abi/region.js";
import { decodeSpec } from "../spec/encode.js";
import { type SpecInput, geometryOfSpec } from "../spec/network_spec.js";
import { plannedWords } from "./fit_bands.js";
import { checked } from "./instance.js";
import { type BuildChoice, type LoadedEngine, loadEngine } from "./load.js";
import { pagesFor } from "./memory_section.js";
import { type Region, readRegions } from "./regions.js";
import { sizeFor } from "./size.js";

export const HEADER_BYTES = ENGINE_HEADER_BYTES;

/** Bytes of linear memory, as the engine plans them. */
export interface PlannedBytes {
  /** Everything, from address 0: what `__heap_base` would be, and what a chip must have. */
  readonly total: number;
  /** The weights of all layers. */
  readonly weights: number;
  /** The readout's weights. */
  readonly readout: number;
  /** Spec, counters, random generators: the rest of a checkpoint. */
  readonly state: number;
  /** Working memory, which depends on the widest layer and never on depth. */
  readonly scratch: number;
  /** The layer table, rebuilt at every start. */
  readonly table: number;
  /** Tables of the engine and alignment. */
  readonly static: number;
  /** A checkpoint: weights, readout, state. */
  readonly checkpoint: number;
}

export interface MemoryPlan {
  readonly bytes: PlannedBytes;
  readonly pages: number;
  readonly regions: readonly Region[];
  /** Layers that are maps in bands, from 0, with the rows of places worked at a time. */
  readonly bands: readonly { readonly layer: number; readonly rows: number; readonly of: number }[];
}

/** What a network needs, before anything is built: computed by the engine itself, from the spec alone. Maps that do not fit the memory limit are planned in bands. */
export function planMemory(input: SpecInput, options: { build?: BuildChoice } = {}): MemoryPlan {
  const words = plannedWords(input, options.build);
  return planOn(loadEngine(options.build, sizeFor(words)), words);
}

function bandsOf(words: Int32Array): MemoryPlan["bands"] {
  const spec = decodeSpec(words);
  if (!spec.layers.some(({ bandRows }) => bandRows > 0)) return [];
  const geometry = geometryOfSpec(spec);
  return spec.layers.flatMap(({ bandRows }, layer) => {
    const of = geometry[layer]!.above.height;
    return bandRows > 0 && bandRows < of ? [{ layer, rows: bandRows, of }] : [];
  });
}

/** Plans a spec block on a one-page engine. `context` names a model file in errors. */
export function planOn(loaded: Pick<LoadedEngine, "start">, words: Int32Array, context?: string): MemoryPlan {
  const engine = loaded.start(1);
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  const total = checked(engine, engine.plan(), context);
  const regions = readRegions(engine);
  const sum = (of: (region: Region) => boolean): number => regions.filter(of).reduce((bytes, region) => bytes + region.bytes, 0);
  const first = regions[0]?.offset ?? 0;
  const persistent = regions.filter((region) => region.persistent);
  const transientStart = regions[persistent.length]?.offset ?? total;
  const weights = sum((region) => region.kind === kinds.REGION_WEIGHTS);
  const readout = sum((region) => region.kind === kinds.REGION_READOUT_WEIGHTS);
  const table = sum((region) => region.kind === kinds.REGION_LAYER_TABLE);
  const checkpoint = transientStart - first;
  return {
    bytes: { total, weights, readout, state: checkpoint - weights - readout, table, scratch: total - transientStart - table, static: first, checkpoint },
    pages: pagesFor(total),
    regions,
    bands: bandsOf(words),
  };
}
