/** A network that is larger than its memory limit may still fit when its maps are worked in bands of rows: docs/maps.md, "Bands". */
import { NO_MEMORY } from "../../assembly/abi/status.js";
import { MayflyError } from "../errors.js";
import { encodeSpec } from "../spec/encode.js";
import { isMap } from "../spec/geometry.js";
import { type NetworkSpec, type SpecInput, geometryOfSpec, resolveSpec } from "../spec/network_spec.js";
import type { EngineExports } from "./exports.js";
import { type BuildChoice, loadEngine } from "./load.js";
import { sizeFor } from "./size.js";

/**
 * The spec block of what a user wrote. Where it does not fit its memory limit as it is, and the user has not chosen bands, its maps get bands as
 * high as fit: those layers alone whose activities are larger than what all of them share. Weights come out the same either way.
 */
export function plannedWords(input: SpecInput, build?: BuildChoice): Int32Array {
  const spec = resolveSpec(input);
  const words = encodeSpec(spec);
  if (spec.memoryLimitBytes === 0 || !spec.layers.some(mayHaveBands) || spec.recurrence.iterations > 0 || spec.layers.some(({ bandRows }) => bandRows > 0)) return words;
  const engine = loadEngine(build, sizeFor(words)).start(1);
  if (planned(engine, words) !== NO_MEMORY) return words;
  let missing = engine.status_detail();
  for (const units of sizesOfBands(spec)) {
    const banded = encodeSpec(withBandsOf(spec, units));
    const bytes = planned(engine, banded);
    if (bytes >= 0) return banded;
    missing = Math.min(missing, engine.status_detail());
  }
  throw new MayflyError(`the network needs ${missing.toLocaleString("en")} bytes more than the memory limit, even with its maps worked in bands of rows: use fewer channels, pooling, i8 weights or a readout of fewer layers`, 2);
}

/** The same network with whole maps and no memory limit, for those who want to see all activities of a layer at once. */
export function wholeMaps(spec: NetworkSpec): NetworkSpec {
  return { ...spec, memoryLimitBytes: 0, layers: spec.layers.map((layer) => ({ ...layer, bandRows: 0 })) };
}

function planned(engine: EngineExports, words: Int32Array): number {
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  return engine.plan();
}

/** Peer normalisation has a mean for every unit of a map, so its places are worked all at once. */
function mayHaveBands(layer: NetworkSpec["layers"][number]): boolean {
  return isMap(layer) && layer.peer === 0;
}

/** Units of a whole number of rows of any layer: what a band may have, largest first. */
function sizesOfBands(spec: NetworkSpec): number[] {
  const sizes = geometryOfSpec(spec).flatMap(({ above }, layer) => {
    if (!mayHaveBands(spec.layers[layer]!)) return [];
    return Array.from({ length: above.height - 1 }, (_, row) => (row + 1) * above.width * above.channels);
  });
  return [...new Set(sizes)].sort((a, b) => b - a);
}

/** Bands of at most so many units, and at least a row; a layer that has no more stays whole. */
function withBandsOf(spec: NetworkSpec, units: number): NetworkSpec {
  const geometry = geometryOfSpec(spec);
  return {
    ...spec,
    layers: spec.layers.map((layer, index) => {
      const { width, height, channels } = geometry[index]!.above;
      const rows = Math.max(1, Math.floor(units / (width * channels)));
      return mayHaveBands(layer) && rows < height ? { ...layer, bandRows: rows } : layer;
    }),
  };
}
