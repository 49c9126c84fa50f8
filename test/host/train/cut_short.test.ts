import { describe, expect, test } from "vitest";
import type { Dataset } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { type EpochResult, type StopReason, train, type TrainOptions } from "../../../host/train/train.js";

/** Made samples of 8 values and 3 classes. */
function samples(count: number): Dataset {
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
  const frames = Uint8Array.from({ length: count * 8 }, (_, at) => ((at * 7 + 40 * (labels[at >> 3] ?? 0)) * (1 + (at >> 3))) % 251);
  return { name: "made", shape: { width: 8, height: 1, channels: 1 }, classes: 3, count, frames, labels };
}

const data = samples(300);
const held = samples(1200);
const fresh = (): Network => Network.create({ input: data.shape, classes: 3, layers: [{ units: 8 }], seed: 3 });

interface Ended {
  results: EpochResult[];
  reason: StopReason | null;
}

async function run(network: Network, options: Omit<TrainOptions, "test">, onEvent: (type: string, epoch: number) => void = () => {}): Promise<Ended> {
  const results: EpochResult[] = [...(options.history ?? [])];
  let reason: StopReason | null = null;
  for await (const event of train(network, data, { test: held, progressEvery: 100, ...options })) {
    if (event.type === "epoch") results[event.result.epoch - 1] = event.result;
    else if (event.type === "end") reason = event.reason;
    else onEvent(event.type, event.epoch);
  }
  return { results, reason };
}

/** What of the results does not depend on the clock. */
const errors = ({ results }: Ended): unknown[] => results.map(({ epoch, testError }) => [epoch, testError]);

describe("an abort in mid-evaluation", () => {
  test.each([2, 3])("of epoch %i of 3: the run ends aborted, and goes on to the same results", async (cut) => {
    const whole = await run(fresh(), { epochs: 3 });
    const stop = new AbortController();
    const network = fresh();
    const first = await run(network, { epochs: 3, signal: stop.signal }, (type, epoch) => void (type === "evaluating" && epoch === cut && stop.abort()));
    expect(first.reason).toBe("aborted");
    expect(first.results.at(-1)).toMatchObject({ epoch: cut, testError: null });
    const second = await run(Network.open(network.checkpoint()), { epochs: 3, history: first.results });
    expect(second.reason).toBe("finished");
    expect(errors(second)).toEqual(errors(whole));
  });
});

describe("early stops of a resumed run", () => {
  test("fall where they would have fallen", async () => {
    const options = { epochs: 30, patience: 3 };
    const whole = await run(fresh(), options);
    expect(whole.reason).toBe("no improvement");
    const network = fresh();
    const stop = new AbortController();
    const at = whole.results.length - 1;
    const first = await run(network, { ...options, signal: stop.signal }, (type, epoch) => void (type === "progress" && epoch === at && stop.abort()));
    expect(first.results.length).toBe(at - 1);
    const second = await run(Network.open(network.checkpoint()), { ...options, history: first.results });
    expect(second.reason).toBe("no improvement");
    expect(errors(second)).toEqual(errors(whole));
  });

  test("a run cut right behind its stop stops at once", async () => {
    const network = fresh();
    const first = await run(network, { epochs: 5, stopAt: 100 });
    expect(first).toMatchObject({ reason: "target reached", results: [{ epoch: 1 }] });
    const { samples: before } = network;
    const second = await run(network, { epochs: 5, stopAt: 100, history: first.results });
    expect(second.reason).toBe("target reached");
    expect(network.samples).toBe(before);
  });
});
