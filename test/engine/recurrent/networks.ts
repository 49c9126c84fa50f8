/** Recurrent networks of awkward shapes, and samples for them. */
import { createHash } from "node:crypto";
import type { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";

const recurrence = { iterations: 6, first: 2, last: 4 };
const base: NetworkSpecInput = { input: { width: 7, height: 5, channels: 1 }, classes: 5, layers: [{ units: 17 }, { units: 24 }, { units: 9 }], readout: { from: 0 }, seed: 11, recurrence };

/** All in the full build's reach, none of a round size. */
export const RECURRENT: Readonly<Record<string, NetworkSpecInput>> = {
  "three layers, hard negatives": base,
  "one layer, between frame and label": { ...base, layers: [{ units: 33 }] },
  "two layers, i8, bias, decay": { ...base, bias: 1, layers: [{ units: 40, weights: "i8", decay: 0.01 }, { units: 8, weights: "i8", decay: 0.01 }] },
  "threshold loss, no readout, random negatives": { ...base, loss: "threshold", negatives: "random", readout: { from: null } },
  "two classes, no damping, one iteration": { ...base, classes: 2, recurrence: { iterations: 1, damping: 0 } },
  "dropout, a schedule, goodness of the last layer": { ...base, inputDropout: 0.4, goodnessFrom: 2, schedule: { holdSamples: 10, totalSamples: 30 } },
  "large steps": { ...base, layers: [{ units: 16, rate: 3.8e-3, init: 4 }, { units: 31, rate: 3.8e-3, init: 4 }], readout: { from: 0, rate: 0.25 } },
  "peers, a ceiling, a device, jitter": { ...base, jitter: 1, device: 7, layers: [{ units: 16, peer: 0.2, ceiling: 3 }, { units: 20, peer: 0.2 }] },
  "blocks, little goodness for positives": { ...base, sense: "minimise", layers: [{ units: 16, blocks: 4 }, { units: 9, blocks: 3 }] },
  "phases apart in time": { ...base, loss: "threshold", phases: { awake: 3, asleep: 2 } },
  "two local layers, padded": { ...base, layers: [{ kind: "local", channels: 3, field: 3, padding: 1 }, { kind: "local", channels: 10, field: 5, padding: 2 }] },
  "a local layer under two dense ones, bias, decay, peers": {
    ...base, bias: 0.5, layers: [{ kind: "local", channels: 5, field: 3, stride: 2, padding: 1, peer: 0.1, decay: 0.01, weights: "i8" }, { units: 20, decay: 0.01 }, { units: 9, weights: "i8" }],
  },
  "one local layer with labels above": { ...base, layers: [{ kind: "local", channels: 8, field: 4 }] },
  "a stream of maps, an odd number of classes": { ...base, layers: [{ kind: "local", channels: 3, field: 3, padding: 1 }, { kind: "local", channels: 4, field: 3, padding: 1 }], recurrence: { iterations: 1, stream: true } },
  "a stream": { ...base, recurrence: { iterations: 1, stream: true } },
  "a stream of an even number of classes, two iterations a frame, no readout": { ...base, classes: 4, negatives: "random", readout: { from: null }, bias: 0.5, recurrence: { iterations: 2, damping: 0.6, stream: true } },
};

export interface Sample {
  readonly frame: Uint8Array;
  readonly label: number;
}

/** Frames a third full, and now and then an empty or a full one. */
export function samplesFor({ spec, frame }: Pick<Network, "spec" | "frame">, count: number, seed: number): Sample[] {
  const random = xorshift(seed);
  return Array.from({ length: count }, () => {
    const kind = random() % 12;
    const values = Uint8Array.from(frame, () => (kind === 0 ? 0 : kind === 1 ? 255 : random() % 3 === 0 ? random() & 255 : 0));
    return { frame: values, label: random() % spec.classes };
  });
}

export function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Everything a network keeps, and what it answers to some frames. */
export function fingerprint(network: Network, samples: readonly Sample[]): unknown {
  const answers = samples.map(({ frame }) => {
    const goodness = [network.predict(frame), ...network.scores];
    return network.spec.readout.from === null ? goodness : [...goodness, network.predict(frame, "readout"), ...network.logits];
  });
  return { answers, checkpoint: createHash("sha256").update(network.checkpoint()).digest("hex") };
}
