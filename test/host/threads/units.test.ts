/** Threads that divide the units of every layer come, byte for byte, to what one thread does. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { BAD_ARGUMENT, JOB_PENDING, NOT_READY, OK } from "../../../assembly/abi/status.js";
import { STAGE_FRAME_ROWS, STAGE_SINGLE_UNITS, STAGE_UPDATE } from "../../../assembly/abi/stage.js";
import { frame } from "../../../host/data/dataset.js";
import { loadEngine } from "../../../host/engine/load.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { timeByUnits } from "../../../host/threads/divide_units.js";
import { timePerSample } from "../../../host/threads/divide_layers.js";
import { canDivideUnits, ownUnits } from "../../../host/threads/own_units.js";
import { bestShares, threadsOf, trainingThreads } from "../../../host/threads/shares.js";
import { startLearner } from "../../../host/train/learner.js";
import { type TrainEvent, type TrainOptions, train } from "../../../host/train/train.js";
import { encodeSpec, type Spec } from "../../oracle/spec.js";
import { Instance } from "../../engine/instance.js";
import { randomSpec } from "../../engine/random-spec.js";
import { randomVariantSpec } from "../../engine/random_variants.js";
import { SparseSamples } from "../../engine/samples.js";
import { expectMayflyError } from "../data/expect-error.js";
import { stripes } from "../train/stripes.js";

vi.setConfig({ testTimeout: 300_000 });

const CASES = Number(process.env["MAYFLY_FUZZ_CASES"] ?? 60);
const SEED = Number(process.env["MAYFLY_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

const INPUT = { width: 6, height: 5, channels: 1 };
const three = [{ units: 24 }, { units: 17 }, { units: 40 }];
const data = stripes(70);
const unseen = stripes(30, 500);

const SPECS: Record<string, NetworkSpecInput> = {
  "the default": { input: INPUT, classes: 4, layers: three },
  "threshold loss, i8, decay, bias": { input: INPUT, classes: 4, loss: "threshold", bias: 1, layers: three.map((layer) => ({ ...layer, weights: "i8" as const, decay: 0.01 })) },
  "label appended, decay, no dropout": { input: INPUT, classes: 4, inputDropout: 0, label: { placement: "append" }, layers: three.map((layer) => ({ ...layer, decay: 0.03 })) },
  "readout of the last layers, targets given": { input: INPUT, classes: 4, readout: { from: 1 }, targets: "given", layers: three },
  "peers, jitter": { input: INPUT, classes: 4, jitter: 1, layers: three.map((layer) => ({ ...layer, peer: 0.03 })) },
  "phases apart, minimised, blocks, ceiling": { input: INPUT, classes: 4, loss: "threshold", sense: "minimise", phases: { awake: 3, asleep: 2 }, layers: [{ units: 24, blocks: 2, ceiling: 3 }, { units: 32, blocks: 4, ceiling: 3 }] },
  "one layer": { input: INPUT, classes: 4, layers: [{ units: 30 }] },
  "two layers, a rate that falls": { input: INPUT, classes: 4, schedule: { holdSamples: 20, totalSamples: 90 }, layers: [{ units: 40 }, { units: 24 }] },
};

async function eventsOf(network: Network, options: Omit<TrainOptions, "epochs">, onEvent?: (event: TrainEvent) => void): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of train(network, data, { epochs: 2, test: unseen, progressEvery: 25, ...(network.targets && { extras: () => ({ targets: [0.7, 0.1, 0.1, 0.1] }) }), ...options })) {
    if (event.type === "progress") events.push([event.done, event.readoutError]);
    if (event.type === "epoch") events.push([event.result.epoch, event.result.testError, event.result.counters]);
    onEvent?.(event);
  }
  return events;
}

test.each(Object.entries(SPECS))("%s: the same events and bytes in 1, 2 and 3 threads, with tests in between", async (_, spec) => {
  const alone = Network.create(spec);
  const expected = await eventsOf(alone, {});
  for (const threads of [2, 3]) {
    const network = Network.create(spec);
    const owners = new Set<unknown>();
    expect(await eventsOf(network, { threads, divide: "units" }, (event) => event.type === "progress" && owners.add(event.threads!.owners))).toEqual(expected);
    expect([...owners]).toEqual([null]);
    expect(Buffer.compare(network.checkpoint(), alone.checkpoint())).toBe(0);
  }
});

test("cut and opened again with other shares and numbers of threads, in either build, it comes to the same bytes", async () => {
  const ways = [{ threads: 2, divide: "units" }, {}, { threads: 3, divide: "units" }, { threads: 2, divide: "layers" }, { threads: 5, divide: "units" }, { threads: 2 }] as const;
  for (const build of ["scalar", "simd"] as const) {
    const whole = Network.create(SPECS["the default"]!, { build });
    await eventsOf(whole, { progressEvery: 20 });
    let checkpoint = Network.create(SPECS["the default"]!, { build }).checkpoint();
    for (const way of ways) {
      const network = Network.open(checkpoint, "cut", { build });
      const controller = new AbortController();
      const until = network.samples + 20;
      await eventsOf(network, { progressEvery: 20, signal: controller.signal, ...way }, (event) => event.type === "progress" && network.samples >= until && controller.abort());
      checkpoint = network.checkpoint();
    }
    const network = Network.open(checkpoint, "cut", { build });
    await eventsOf(network, { threads: 2, divide: "units" });
    expect(Buffer.compare(network.checkpoint(), whole.checkpoint())).toBe(0);
  }
});

test("what others do to the network between two blocks is taken over", async () => {
  const [one, two] = [Network.create(SPECS["the default"]!), Network.create(SPECS["the default"]!)];
  for (const [network, options] of [[one, {}], [two, { threads: 2, divide: "units" }]] as const) {
    let events = 0;
    await eventsOf(network, { progressEvery: 10, ...options }, (event) => {
      if (event.type !== "progress") return;
      // A prediction, which counts rows, and now and then a sample of one's own.
      network.predict(frame(unseen, events), "goodness");
      if (events++ === 2) network.train(frame(unseen, 0), 1);
    });
  }
  expect(Buffer.compare(two!.checkpoint(), one!.checkpoint())).toBe(0);
});

test("random pairs of dense layers with hard negatives learn the same in as many threads as have units", async () => {
  console.log(`fuzz: seed ${SEED}, ${CASES} cases`);
  let divided = 0;
  // The host's own bound on rates is a little narrower than the engine's.
  const hard = (spec: Spec): Spec => ({ ...spec, negatives: "hard", readoutFrom: Math.min(spec.readoutFrom, spec.layers.length - 1), layers: spec.layers.map((layer) => ({ ...layer, rate: Math.min(layer.rate, 63_000) })) });
  const pairs = fc.oneof(randomSpec(), randomVariantSpec()).filter(({ objective, negatives }) => objective === "pair" && (negatives === "hard" || negatives === "random")).map(hard);
  await fc.assert(
    fc.asyncProperty(pairs, fc.integer({ min: 2, max: 5 }), fc.integer(), async (spec, wanted, dataSeed) => {
      const alone = Network.open(new Instance("full-simd", encodeSpec(spec)).checkpoint(), "the network", { size: "full", build: "simd" });
      const threads = canDivideUnits(alone.spec) ? Math.min(wanted, ...alone.spec.layers.map(({ units }) => Math.ceil(units / 8))) : 1;
      if (threads === 1) return;
      divided++;
      const together = Network.open(alone.checkpoint(), "the same", { size: "full", build: "simd" });
      const random = new SparseSamples(spec, dataSeed);
      const samples = Array.from({ length: 12 }, () => random.next());
      // Targets stand in the network's memory, for the fuzz has wilder ones than probabilities.
      const given = function* (network: Network, from: number, to: number) {
        for (const { frame, label, given } of samples.slice(from, to)) {
          if (given.targets) network.targets!.set(Int32Array.from(given.targets));
          yield { frame, label };
        }
      };
      for (const { frame, label } of given(alone, 0, 12)) alone.train(frame, label);
      const learner = await startLearner(together, threads, "units");
      try {
        await learner.train(given(together, 0, 5));
        await learner.train(given(together, 5, 12));
      } finally {
        await learner.close();
      }
      expect(Buffer.compare(together.checkpoint(), alone.checkpoint())).toBe(0);
    }),
    { seed: SEED, numRuns: CASES },
  );
  // Of any dozen there are some.
  if (CASES >= 12) expect(divided).toBeGreaterThan(0);
});

describe("the report", () => {
  test("says that nobody has whole layers, what the stages would take in one thread, and what that comes to", async () => {
    const reports: NonNullable<Extract<TrainEvent, { type: "progress" }>["threads"]>[] = [];
    await eventsOf(Network.create(SPECS["the default"]!), { threads: 2, divide: "units" }, (event) => event.type === "progress" && reports.push(event.threads!));
    for (const { owners, shares, stages, speedup } of reports) {
      expect(owners).toBeNull();
      expect(shares).toHaveLength(2);
      for (const { total, idle } of shares) {
        expect(total).toBeGreaterThan(0);
        expect(idle).toBeGreaterThanOrEqual(0);
      }
      for (const { single, pair, update } of stages) expect(Math.min(single, pair, update)).toBeGreaterThan(0);
      expect(speedup).toBeGreaterThan(0);
      expect(speedup).toBeLessThanOrEqual(2);
    }
  });
});

describe("on paper", () => {
  const networkOf = (layers: number, units: number, more: object = {}) => resolveSpec({ input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: Array.from({ length: layers }, () => ({ units })), ...more });
  const even = (layers: number) => Array.from({ length: layers }, () => ({ single: 1, pair: 2, update: 1 }));

  test("a sample takes what all repeat, a part of the rest, and the meetings", () => {
    // 16 in all, 2 of them repeated: 14 / 2 + 2, and seven meetings of a microsecond.
    expect(timeByUnits(networkOf(4, 100), even(4), 2, 2)).toBeCloseTo(9.007, 6);
    expect(timeByUnits(networkOf(1, 100), even(1), 4, 3)).toBeCloseTo(4.001, 6);
  });

  test("wide layers are divided by units, many small ones by layers, and what cannot be by layers", () => {
    const wide = networkOf(4, 1000);
    expect(bestShares(wide, even(4), 1, 2)).toEqual({ owners: null, threads: 2 });
    const deep = networkOf(12, 16);
    const small = even(12).map(() => ({ single: 0.001, pair: 0.001, update: 0.001 }));
    const shares = bestShares(deep, small, 0.02, 2);
    expect(new Set(shares.owners)).toEqual(new Set([0, 1]));
    expect(threadsOf(shares)).toBe(2);
    expect(bestShares(wide, even(4), 1, 2, "layers").owners).toHaveLength(4);
    expect(bestShares(networkOf(4, 1000, { negatives: "random" }), even(4), 0, 2).owners).toHaveLength(4);
    expect(timePerSample(deep, small, { owners: [0], rounds: null, ...(shares.owners && { owners: shares.owners, rounds: shares.rounds }) })).toBeLessThan(timeByUnits(deep, small, 0.02, 2));
  });

  test("no thread is without units, all units are somebody's, and padding goes with the last", () => {
    for (const [units, threads] of [[1000, 2], [17, 3], [24, 3], [8, 1], [500, 7]] as const) {
      const ranges = Array.from({ length: threads }, (_, thread) => ownUnits(units, thread, threads));
      expect(ranges[0]!.from).toBe(0);
      expect(ranges.at(-1)!.to).toBe(8 * Math.ceil(units / 8));
      for (const [thread, { from, to }] of ranges.entries()) {
        expect(to).toBeGreaterThan(from);
        expect([from % 8, to % 8]).toEqual([0, 0]);
        if (thread > 0) expect(from).toBe(ranges[thread - 1]!.to);
      }
    }
    expect(trainingThreads(networkOf(2, 20), 8)).toBe(3);
    expect(trainingThreads(networkOf(2, 8), 8)).toBe(2);
    expect(trainingThreads(networkOf(1, 8), 8)).toBe(1);
    expect(trainingThreads(networkOf(1, 20, { negatives: "random" }), 8)).toBe(1);
  });
});

test("asked of a network whose units cannot be divided, it is refused", async () => {
  const message = "the units of this network cannot be divided between threads: that is for pairs of dense layers with hard negatives (docs/threads.md)";
  for (const more of [{ negatives: "random" as const }, { objective: "classwise" as const, layers: [{ units: 16 }, { units: 16 }] }, { device: 5 }, { layers: [{ kind: "conv" as const, channels: 6, field: 3 }, { units: 16 }] }, { waves: { set: 1, intensity: 0.3 } }]) {
    await expectMayflyError(() => eventsOf(Network.create({ input: INPUT, classes: 4, layers: three, ...more }), { threads: 2, divide: "units" }), message, 2);
  }
});

describe("the exports", () => {
  const start = (more: object = {}): Network => Network.create({ input: INPUT, classes: 4, layers: [{ units: 24 }, { units: 20 }], ...more }, { size: "full" });

  test("refuse units that are none, and networks that are not to be divided", () => {
    const { engine } = start();
    for (const [layer, from, to, detail] of [[2, 0, 8, 2], [-1, 0, 8, -1], [0, 8, 8, 8], [0, -8, 8, 8], [0, 4, 16, 16], [1, 0, 20, 20], [1, 0, 32, 32]] as const) {
      expect(engine.divide_units!(layer, from, to)).toBe(BAD_ARGUMENT);
      expect(engine.status_detail()).toBe(detail);
    }
    expect(engine.divide_units!(1, 8, 24)).toBe(OK);
    expect(engine.divide_units!(1, 0, 24)).toBe(OK);
    for (const more of [{ objective: "classwise" }, { device: 3 }, { negatives: "given" }, { recurrence: { iterations: 3 } }, { layers: [{ kind: "conv", channels: 4, field: 3 }, { units: 8 }] }]) {
      const other = start(more).engine;
      expect(other.divide_units!(0, 0, 8)).toBe(BAD_ARGUMENT);
      for (const stage of [STAGE_FRAME_ROWS, STAGE_SINGLE_UNITS, STAGE_UPDATE]) expect(other.begin_stage!(stage, 0)).toBe(BAD_ARGUMENT);
    }
    expect(engine.begin_stage!(STAGE_UPDATE + 1, 0)).toBe(BAD_ARGUMENT);
    expect(engine.begin_stage!(STAGE_FRAME_ROWS, 1)).toBe(BAD_ARGUMENT);
    expect(engine.begin_stage!(STAGE_FRAME_ROWS, 0)).toBe(OK);
    expect(engine.divide_units!(0, 0, 8)).toBe(JOB_PENDING);
    expect(loadEngine("scalar", "full").start(1).divide_units!(0, 0, 8)).toBe(NOT_READY);
  });

  test("a network united again is the network it was", () => {
    const [one, other] = [start(), start()];
    const picture = new Uint8Array(30).fill(90);
    const before = one.checkpoint();
    for (const layer of [0, 1]) expect(one.engine.divide_units!(layer, 8, 16)).toBe(OK);
    for (const layer of [0, 1]) expect(one.engine.divide_units!(layer, 0, 24)).toBe(OK);
    expect(Buffer.compare(one.checkpoint(), before)).toBe(0);
    for (const network of [one, other]) network.train(picture, 1);
    expect(one.weightsHash()).toBe(other.weightsHash());
    expect(one.predict(picture)).toBe(other.predict(picture));
  });
});
