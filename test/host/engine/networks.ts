/** Small networks and samples for tests of the host. */
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";

const shape = { input: { width: 6, height: 5, channels: 1 }, classes: 4, seed: 3 };

/** Between them: both objectives, both weight types, label rows, readouts, bias, dropout, decay, a schedule, widths off the blocks of 8. */
export const NETWORKS: Readonly<Record<string, NetworkSpecInput>> = {
  "pair, i16 and i8": { ...shape, layers: [{ units: 24 }, { units: 17, weights: "i8" }] },
  "pair, label replaced, bias, dropout, decay, schedule": {
    ...shape, label: { placement: "replace" }, bias: 1, inputDropout: 0.25, schedule: { holdSamples: 3, totalSamples: 60 }, loss: "threshold",
    layers: [{ units: 9, weights: "i8", decay: 0.001 }, { units: 40, decay: 0.001 }, { units: 8 }],
  },
  "pair, no readout": { ...shape, readout: { from: null }, negatives: "random", layers: [{ units: 33 }] },
  "class-wise, i8": { ...shape, objective: "classwise", layers: [{ units: 32, weights: "i8" }, { units: 20, weights: "i8" }] },
  "class-wise, i16, no readout, bias": { ...shape, objective: "classwise", bias: 1, readout: { from: null }, layers: [{ units: 12 }] },
};

export const PAIR = NETWORKS["pair, i16 and i8"]!;
export const CLASSWISE = NETWORKS["class-wise, i8"]!;

/** Sample `index`: stripes that depend on the label, with noise. */
export function sampleOf(spec: NetworkSpecInput, index: number): { frame: Uint8Array; label: number } {
  const { width, height, channels } = spec.input;
  const label = index % spec.classes;
  let state = index + 1;
  const frame = Uint8Array.from({ length: width * height * channels }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (at + label * 2) % 7 < 3 ? state >>> 24 : 0;
  });
  return { frame, label };
}
