/** Networks that train in several threads are, byte for byte, those that train in one. */
import { describe, expect, test } from "vitest";
import { frame } from "../../../host/data/dataset.js";
import type { SampleExtras } from "../../../host/engine/extras.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { type TrainEvent, type TrainOptions, train } from "../../../host/train/train.js";
import { expectMayflyError } from "../data/expect-error.js";
import { stripes } from "../train/stripes.js";

const INPUT = { width: 6, height: 5, channels: 1 };
const three = [{ units: 24 }, { units: 16 }, { units: 20 }];
const data = stripes(70);
const unseen = stripes(30, 500);

/** The negative of a sample where negatives are given. */
function otherFrame(index: number): Uint8Array {
  return frame(data, (index + 7) % data.count);
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
  "corrupted negatives": { input: INPUT, classes: 4, negatives: "corrupted", layers: three },
  "local fields, hybrid negatives, peers": { input: INPUT, classes: 4, negatives: "hybrid", layers: [{ kind: "local", channels: 4, field: 3, peer: 0.03 }, { kind: "local", channels: 3, field: 2, peer: 0.03 }, { units: 10 }] },
};

/** Trains on what the spec needs. */
async function eventsOf(network: Network, options: TrainOptions, onEvent?: (event: TrainEvent) => void): Promise<TrainEvent[]> {
  const extras = (index: number): SampleExtras => ({ ...(network.negative && { negative: otherFrame(index) }), ...(network.targets && { targets: [0.7, 0.1, 0.1, 0.1] }) });
  const events: TrainEvent[] = [];
  for await (const event of train(network, data, { ...(network.negative || network.targets ? { extras } : {}), ...options })) {
    events.push(event);
    onEvent?.(event);
  }
  return events;
}

/** Without what depends on the machine's speed. */
function timeless(events: readonly TrainEvent[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.type === "progress") return [{ done: event.done, readoutError: event.readoutError }];
    return event.type === "epoch" ? [{ epoch: event.result.epoch, testError: event.result.testError, counters: event.result.counters }] : event.type === "end" ? [event.reason] : [];
  });
}

describe.each(Object.entries(SPECS))("%s", (_, spec) => {
  const options = { epochs: 2, test: unseen, progressEvery: 25 };

  test("the same events and bytes in 1, 2 and 3 threads", async () => {
    const alone = Network.create(spec);
    const expected = timeless(await eventsOf(alone, options));
    for (const threads of [2, 3]) {
      const network = Network.create(spec);
      expect(timeless(await eventsOf(network, { ...options, threads }))).toEqual(expected);
      expect(Buffer.compare(network.checkpoint(), alone.checkpoint())).toBe(0);
    }
  });
});

describe.each(["scalar", "simd"] as const)("the %s build", (build) => {
  test("cut in mid-epoch and opened again with other numbers of threads, it comes to the same bytes", async () => {
    const spec = SPECS["pair, hard negatives"]!;
    const whole = Network.create(spec, { build });
    const expected = timeless(await eventsOf(whole, { epochs: 2, test: unseen, progressEvery: 20 }));
    let checkpoint = Network.create(spec, { build }).checkpoint();
    const seen: unknown[] = [];
    // Each time for 40 samples and the test that falls among them.
    for (const threads of [2, 1, 3, 5]) {
      const network = Network.open(checkpoint, "cut", { build });
      const controller = new AbortController();
      const until = network.samples + 40;
      const events = await eventsOf(network, { epochs: 2, test: unseen, progressEvery: 20, threads, signal: controller.signal }, (event) => {
        if (event.type === "progress" && network.samples >= until) controller.abort();
      });
      seen.push(...timeless(events).filter((event) => event !== "aborted"));
      checkpoint = network.checkpoint();
    }
    expect(Buffer.compare(checkpoint, whole.checkpoint())).toBe(0);
    // The counters of an epoch that was cut begin anew, as with one thread; its test does not.
    const tests = (events: readonly unknown[]): unknown[] => events.flatMap((event) => (event !== null && typeof event === "object" && "testError" in event ? [event.testError] : []));
    expect(tests(seen)).toEqual(tests(expected));
    expect(tests(seen)).toHaveLength(2);
  });
});

test("what others do to the network between two events is taken over", async () => {
  const spec = SPECS["pair, random negatives, readout of the last layer"]!;
  const [one, two] = [Network.create(spec), Network.create(spec)];
  for (const [network, threads] of [[one, 1], [two, 2]] as const) {
    let events = 0;
    await eventsOf(network, { epochs: 1, progressEvery: 10, threads }, (event) => {
      if (event.type !== "progress") return;
      // A prediction, which counts rows, and now and then a sample of one's own.
      network.predict(frame(unseen, events), "goodness");
      if (events++ === 2) network.train(frame(unseen, 0), 1);
    });
  }
  expect(Buffer.compare(two!.checkpoint(), one!.checkpoint())).toBe(0);
});

test("more threads than layers all test, and no more train than have something to divide", async () => {
  const network = Network.create({ input: INPUT, classes: 4, negatives: "random", layers: [{ units: 20 }] });
  const alone = Network.create({ input: INPUT, classes: 4, negatives: "random", layers: [{ units: 20 }] });
  const threads: unknown[] = [];
  await eventsOf(network, { epochs: 1, test: unseen, threads: 4 }, (event) => event.type === "progress" && threads.push(event.threads));
  await eventsOf(alone, { epochs: 1, test: unseen });
  expect(threads).toEqual([null]);
  expect(Buffer.compare(network.checkpoint(), alone.checkpoint())).toBe(0);
});

test("progress says which thread has which layer, what the stages took, and what they would come to with a core for each", async () => {
  const events = await eventsOf(Network.create(SPECS["pair, hard negatives"]!), { epochs: 1, threads: 2, divide: "layers" });
  const report = events.flatMap((event) => (event.type === "progress" ? [event.threads!] : []))[0]!;
  expect(report.samples).toBe(70);
  expect([...new Set(report.owners)].sort()).toEqual([0, 1]);
  expect(report.owners).toHaveLength(3);
  for (const { total, idle } of report.shares) {
    expect(total).toBeGreaterThan(0);
    expect(idle).toBeLessThanOrEqual(total);
  }
  for (const { single, pair, update } of report.stages) expect(Math.min(single, pair, update)).toBeGreaterThan(0);
  expect(report.speedup).toBeGreaterThan(0.5);
  expect(report.speedup).toBeLessThanOrEqual(2);
});

test("a frame, a label or extras that do not fit are refused, and the network stands as it was", async () => {
  const spec = SPECS["given negatives and targets, jitter"]!;
  const network = Network.create(spec, { size: "full" });
  const run = async (extras: (index: number) => SampleExtras): Promise<void> => {
    for await (const event of train(network, data, { epochs: 1, threads: 2, extras })) void event;
  };
  await expectMayflyError(() => run(() => ({ negative: new Uint8Array(3) })), "the negative frame has 3 values, this network takes 30", 1);
  await expectMayflyError(() => run(() => ({ targets: [1, 0, 0, 0] })), "a sample brings no negative frame, and jitter has moved the one before: bring one with every sample", 1);
  expect(network.samples).toBe(0);
});
