/** Networks that train in several threads are, byte for byte, those that train in one. */
import { describe, expect, test } from "vitest";
import { frame } from "../../../host/data/dataset.js";
import type { SampleExtras } from "../../../host/engine/extras.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { type EpochResult, type TrainEvent, type TrainOptions, train } from "../../../host/train/train.js";
import { expectMayflyError } from "../data/expect-error.js";
import { stripes } from "../train/stripes.js";

const INPUT = { width: 6, height: 5, channels: 1 };
const three = [{ units: 24 }, { units: 16 }, { units: 20 }];
const data = stripes(70);
const unseen = stripes(30, 500);

/** What a sample brings where negatives or targets are given: another frame, and soft targets. */
function extrasOf(index: number): SampleExtras {
  const other = frame(data, (index + 7) % data.count);
  return { negative: other, targets: [0.7, 0.1, 0.1, 0.1] };
}

const SPECS: Record<string, NetworkSpecInput> = {
  "pair, hard negatives": { input: INPUT, classes: 4, layers: three },
  "pair, hard negatives, threshold loss, i8, decay, bias": { input: INPUT, classes: 4, loss: "threshold", bias: 1, layers: three.map((layer) => ({ ...layer, weights: "i8" as const, decay: 0.01 })) },
  "pair, random negatives, readout of the last layer": { input: INPUT, classes: 4, negatives: "random", readout: { from: 2 }, layers: three },
  "pair, random negatives, no readout, label appended": { input: INPUT, classes: 4, negatives: "random", readout: { from: null }, label: { placement: "append" }, layers: three },
  "class-wise, sampled, jitter": { input: INPUT, classes: 4, objective: "classwise", jitter: 1, layers: three.map((layer) => ({ ...layer, weights: "i8" as const, sample: 0.25 })) },
  "hybrid negatives, peers, jitter": { input: INPUT, classes: 4, negatives: "hybrid", jitter: 1, layers: three.map((layer) => ({ ...layer, peer: 0.03 })) },
  "given negatives and targets, jitter": { input: INPUT, classes: 4, negatives: "given", targets: "given", jitter: 1, layers: three },
  "phases apart, minimised, blocks, ceiling": { input: INPUT, classes: 4, loss: "threshold", negatives: "random", sense: "minimise", phases: { awake: 3, asleep: 2 }, layers: three.map((layer) => ({ ...layer, blocks: 2, ceiling: 3 })) },
  "a device, waves": { input: INPUT, classes: 4, device: 5, waves: { set: 2, intensity: 0.3 }, layers: three },
  "convolution and dense, hard negatives": { input: INPUT, classes: 4, layers: [{ kind: "conv", channels: 6, field: 3, padding: 1 }, { kind: "conv", channels: 5, field: 2, pool: 2 }, { units: 12 }] },
  "convolution, waves, random negatives": { input: INPUT, classes: 4, negatives: "random", waves: { set: 1, intensity: 0.4 }, layers: [{ kind: "conv", channels: 6, field: 3 }, { kind: "conv", channels: 4, field: 2 }] },
  "convolution, class-wise": { input: INPUT, classes: 4, objective: "classwise", layers: [{ kind: "conv", channels: 8, field: 3, weights: "i8" }, { kind: "conv", channels: 8, field: 2, weights: "i8" }] },
  "local fields, hybrid negatives, peers": { input: INPUT, classes: 4, negatives: "hybrid", layers: [{ kind: "local", channels: 4, field: 3, peer: 0.03 }, { kind: "local", channels: 3, field: 2, peer: 0.03 }, { units: 10 }] },
};

async function eventsOf(network: Network, options: TrainOptions, onEvent?: (event: TrainEvent) => void): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(network, data, { extras: extrasOf(network), ...options })) {
    events.push(event);
    onEvent?.(event);
  }
  return events;

  function extrasOf({ negative, targets }: Network): TrainOptions["extras"] {
    if (!negative && !targets) return undefined;
    return (index) => ({ ...(negative && { negative: extrasOfSample(index).negative }), ...(targets && { targets: extrasOfSample(index).targets }) });
  }
}
const extrasOfSample = extrasOf;

/** Without what depends on the machine's speed. */
function timeless(events: readonly TrainEvent[]): unknown[] {
  return events.flatMap((event) => (event.type === "epoch" ? [((({ epoch, testError, counters }: EpochResult) => ({ epoch, testError, counters })))(event.result)] : event.type === "progress" ? [{ done: event.done, readoutError: event.readoutError }] : []));
}

describe.each(Object.entries(SPECS))("%s", (_, spec) => {
  const options = { epochs: 2, test: unseen, progressEvery: 25 };

  test("the same events and bytes in 1, 2 and 3 threads", async () => {
    const alone = Network.create(spec);
    const expected = timeless(await eventsOf(alone, options));
    for (const threads of [2, 3]) {
      const network = Network.create(spec);
      expect(timeless(await eventsOf(network, { ...options, threads }))).toEqual(expected);
      expect(network.weightsHash()).toBe(alone.weightsHash());
      expect(Buffer.compare(network.checkpoint(), alone.checkpoint())).toBe(0);
    }
  });
});
