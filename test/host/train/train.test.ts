/** The training loop: its events, its ends, and that a resumed run is the same run. */
import { describe, expect, test } from "vitest";
import { permutation } from "../../../host/data/shuffle.js";
import { frame } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { type EpochResult, type StopReason, type TrainEvent, type TrainOptions, checkFits, train } from "../../../host/train/train.js";
import type { Dataset } from "../../../host/data/dataset.js";
import { expectMayflyError } from "../data/expect-error.js";
import { CLASSWISE, PAIR, stripes } from "./stripes.js";

const data = stripes(30);
const test20 = stripes(20, 500);

async function eventsOf(network: Network, options: TrainOptions, dataset: Dataset = data, onEvent?: (event: TrainEvent) => void): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(network, dataset, options)) {
    events.push(event);
    onEvent?.(event);
  }
  return events;
}

function epochsOf(events: readonly TrainEvent[]): EpochResult[] {
  return events.flatMap((event) => (event.type === "epoch" ? [event.result] : []));
}

function endOf(events: readonly TrainEvent[]): StopReason {
  const ends = events.flatMap((event, index) => (event.type === "end" ? [{ reason: event.reason, index }] : []));
  expect(ends).toHaveLength(1);
  expect(ends[0]!.index).toBe(events.length - 1);
  return ends[0]!.reason;
}

/** Without what depends on the machine's speed. */
function timeless(results: readonly EpochResult[]): unknown[] {
  return results.map(({ epoch, testError, counters }) => ({ epoch, testError, counters }));
}

test("progress, evaluation and results come in order, epoch by epoch, and an end comes last", async () => {
  const network = Network.create(PAIR);
  const events = await eventsOf(network, { epochs: 2, test: test20, progressEvery: 12 });
  expect(events.map((event) => (event.type === "progress" ? `${event.type} ${event.epoch} ${event.done}/${event.total}` : event.type === "evaluating" ? `${event.type} ${event.epoch}` : event.type))).toEqual([
    "progress 1 12/30", "progress 1 24/30", "progress 1 30/30", "evaluating 1", "epoch",
    "progress 2 12/30", "progress 2 24/30", "progress 2 30/30", "evaluating 2", "epoch", "end",
  ]);
  expect(endOf(events)).toBe("finished");
  expect(network.samples).toBe(60);
  for (const event of events) {
    if (event.type !== "progress") continue;
    expect(event.pairsPerSecond).toBeGreaterThan(0);
    expect(event.readoutError).toBeGreaterThanOrEqual(0);
    expect(event.readoutError).toBeLessThanOrEqual(100);
  }
});

test("an epoch trains each sample once, in the order of the seed and the epoch", async () => {
  for (const seed of [undefined, 77]) {
    const network = Network.create(PAIR);
    await eventsOf(network, { epochs: 2, seed });
    const byHand = Network.create(PAIR);
    for (const epoch of [1, 2]) for (const index of permutation(30, seed ?? 3, epoch)) byHand.train(frame(data, index), data.labels[index]!);
    expect(Buffer.compare(network.checkpoint(), byHand.checkpoint())).toBe(0);
  }
});

test.each([["pair", PAIR], ["class-wise", CLASSWISE]])("training lowers the test error: %s", async (_, spec) => {
  const results = epochsOf(await eventsOf(Network.create(spec), { epochs: 5, test: stripes(100, 5000) }, stripes(400)));
  expect(results.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  // Chance is 75 %.
  expect(results.at(-1)!.testError!.goodness).toBeLessThanOrEqual(10);
  expect(results.at(-1)!.testError!.readout!).toBeLessThanOrEqual(10);
});

test("counters say how training went, in percent, and nothing of the evaluation", async () => {
  const [tested, untested] = await Promise.all([test20, null].map(async (set) => epochsOf(await eventsOf(Network.create(PAIR), { epochs: 3, test: set }))));
  expect(tested!.map(({ counters }) => counters)).toEqual(untested!.map(({ counters }) => counters));
  for (const { counters, seconds, pairsPerSecond } of tested!) {
    for (const percents of [counters.discrimination, counters.rowsUsed, counters.rowsUpdated]) {
      expect(percents).toHaveLength(2);
      for (const percent of percents) expect(percent).toBeGreaterThan(0);
      for (const percent of percents) expect(percent).toBeLessThanOrEqual(100);
    }
    expect(counters.readoutError).toBeGreaterThanOrEqual(0);
    expect(seconds).toBeGreaterThan(0);
    expect(pairsPerSecond).toBeGreaterThan(0);
  }
});

test("only every n-th epoch and the last are evaluated; without a test set, none", async () => {
  const evaluated = async (options: TrainOptions) => epochsOf(await eventsOf(Network.create(PAIR), options)).map(({ testError }) => testError !== null);
  expect(await evaluated({ epochs: 5, test: test20, evaluateEvery: 2 })).toEqual([false, true, false, true, true]);
  expect(await evaluated({ epochs: 2, test: test20, evaluateEvery: 10 })).toEqual([false, true]);
  expect(await evaluated({ epochs: 2 })).toEqual([false, false]);
});

test("a network without a readout has no readout error", async () => {
  const network = Network.create({ ...PAIR, readout: { from: null }, negatives: "random" });
  const events = await eventsOf(network, { epochs: 1, test: test20 });
  const [result] = epochsOf(events);
  expect([result!.testError!.readout, result!.counters.readoutError]).toEqual([null, null]);
  for (const event of events) if (event.type === "progress") expect(event.readoutError).toBeNull();
});

describe("a run that was cut in the middle of an epoch", () => {
  test.each([["pair", PAIR, 7], ["class-wise", CLASSWISE, 17], ["pair", PAIR, 30], ["pair", { ...PAIR, inputDropout: 0.2, schedule: { holdSamples: 20, totalSamples: 90 } }, 29]] as const)(
    "goes on bit for bit: %s, cut at sample %#", async (_, spec, cut) => {
      const whole = Network.create(spec, { build: "scalar" });
      await eventsOf(whole, { epochs: 3, progressEvery: 1000 });

      const controller = new AbortController();
      const before = Network.create(spec, { build: "simd" });
      const events = await eventsOf(before, { epochs: 3, progressEvery: cut, signal: controller.signal }, data, () => controller.abort());
      expect(endOf(events)).toBe("aborted");
      expect(before.samples).toBe(cut);

      const after = Network.open(before.checkpoint(), "the cut", { build: "scalar" });
      const rest = await eventsOf(after, { epochs: 3, progressEvery: 4 });
      expect(endOf(rest)).toBe("finished");
      expect(epochsOf(rest).map(({ epoch }) => epoch)).toEqual(cut === 30 ? [2, 3] : [1, 2, 3]);
      expect(Buffer.compare(after.checkpoint(), whole.checkpoint())).toBe(0);
    });

  test("says nothing but the end when all epochs are behind it", async () => {
    const network = Network.create(PAIR);
    await eventsOf(network, { epochs: 2 });
    const hash = network.weightsHash();
    expect(await eventsOf(network, { epochs: 2 })).toEqual([{ type: "end", reason: "finished" }]);
    expect(network.weightsHash()).toBe(hash);
  });
});

test("a signal that is aborted already ends the run before its first sample", async () => {
  const network = Network.create(PAIR);
  expect(await eventsOf(network, { epochs: 2, signal: AbortSignal.abort() })).toEqual([{ type: "end", reason: "aborted" }]);
  expect(network.samples).toBe(0);
});

test("the loop lets timers have their turn, so that one can abort it", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 0);
  expect(endOf(await eventsOf(Network.create(PAIR), { epochs: 1_000_000, progressEvery: 10, signal: controller.signal }))).toBe("aborted");
});

test("an abort during the evaluation keeps the epoch, and the resumed run evaluates it first", async () => {
  const controller = new AbortController();
  const network = Network.create(PAIR);
  const events = await eventsOf(network, { epochs: 2, test: test20, signal: controller.signal }, data, ({ type }) => type === "evaluating" && controller.abort());
  expect(endOf(events)).toBe("aborted");
  const cut = epochsOf(events);
  expect(cut.map(({ epoch, testError }) => [epoch, testError])).toEqual([[1, null]]);
  const rest = await eventsOf(Network.open(network.checkpoint()), { epochs: 2, test: test20, history: cut });
  const whole = epochsOf(await eventsOf(Network.create(PAIR), { epochs: 2, test: test20 }));
  expect(timeless(epochsOf(rest))).toEqual(timeless(whole));
});

test("the run stops when the test error is low enough", async () => {
  expect(endOf(await eventsOf(Network.create(PAIR), { epochs: 5, test: test20, stopAt: 100 }))).toBe("target reached");
  const easy = await eventsOf(Network.create(PAIR), { epochs: 40, test: test20, stopAt: 20 });
  expect(endOf(easy)).toBe("target reached");
  const errors = epochsOf(easy).map(({ testError }) => Math.min(testError!.goodness!, testError!.readout!));
  expect(errors.findIndex((error) => error <= 20)).toBe(errors.length - 1);
  expect(endOf(await eventsOf(Network.create(PAIR), { epochs: 2, test: test20, stopAt: -1 }))).toBe("finished");
});

/** Learns nothing, so its first evaluation stays its best. */
const dull = { ...PAIR, readout: { rate: 0 }, layers: [{ units: 8, rate: 0 }] };

test("the run stops after so many evaluations without a new best", async () => {
  for (const [patience, evaluateEvery, epochs] of [[1, 1, 2], [2, 1, 3], [2, 2, 6]] as const) {
    const events = await eventsOf(Network.create(dull), { epochs: 10, test: test20, patience, evaluateEvery });
    expect(endOf(events)).toBe("no improvement");
    expect(epochsOf(events)).toHaveLength(epochs);
  }
  expect(endOf(await eventsOf(Network.create(dull), { epochs: 4, test: test20, patience: 4 }))).toBe("finished");
});

test("patience and target count from the history, so a resumed run ends where the uninterrupted one did", async () => {
  const options: TrainOptions = { epochs: 10, test: test20, patience: 3 };
  const whole = epochsOf(await eventsOf(Network.create(dull), options));
  expect(whole).toHaveLength(4);
  const network = Network.create(dull);
  const first = epochsOf(await eventsOf(network, { ...options, epochs: 2, patience: null }));
  const rest = await eventsOf(Network.open(network.checkpoint()), { ...options, history: first });
  expect(endOf(rest)).toBe("no improvement");
  expect(timeless([...first, ...epochsOf(rest)])).toEqual(timeless(whole));
  expect(await eventsOf(network, { ...options, history: whole })).toEqual([{ type: "end", reason: "no improvement" }]);
  expect(await eventsOf(network, { ...options, stopAt: 100, history: first })).toEqual([{ type: "end", reason: "target reached" }]);
});

test("data of another shape, with more classes or without samples are refused by name", async () => {
  const network = Network.create(PAIR);
  const fits = (set: Dataset) => () => checkFits(network, set);
  await expectMayflyError(fits({ ...data, shape: { width: 5, height: 6, channels: 1 } }), "stripes has frames of 5×6×1, the network takes 6×5×1");
  await expectMayflyError(fits({ ...data, classes: 5 }), "stripes has 5 classes, the network has 4");
  await expectMayflyError(fits({ ...data, count: 0 }), "stripes holds no samples");
  fits({ ...data, classes: 3 })();
  await expectMayflyError(() => eventsOf(network, { epochs: 1, test: { ...test20, name: "the test set", classes: 9 } }), "the test set has 9 classes, the network has 4");
  expect(network.samples).toBe(0);
});
