/** A made data set that small networks learn in a few dozen samples, and the networks. */
import type { Dataset } from "../../../host/data/dataset.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { sampleOf } from "../engine/networks.js";

export const PAIR: NetworkSpecInput = { input: { width: 6, height: 5, channels: 1 }, classes: 4, seed: 3, inputDropout: 0, layers: [{ units: 24 }, { units: 16 }] };
export const CLASSWISE: NetworkSpecInput = { ...PAIR, objective: "classwise", layers: [{ units: 32, weights: "i8" }] };

/** Samples `from`..`from + count - 1`: stripes whose place tells the class. */
export function stripes(count: number, from = 0): Dataset {
  const samples = Array.from({ length: count }, (_, index) => sampleOf(PAIR, from + index));
  return {
    name: "stripes", shape: PAIR.input, classes: PAIR.classes, count,
    frames: Uint8Array.from(samples.flatMap(({ frame }) => [...frame])),
    labels: Uint8Array.from(samples, ({ label }) => label),
  };
}
