/** A training step in stages, each layer in an engine of its own that has never seen the others' work, against the step in one go. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { BAD_ARGUMENT, HANDOVER, JOB_PENDING, NOT_READY, OK } from "../../../assembly/abi/status.js";
import { STAGE_FRAME, STAGE_PAIR, STAGE_SINGLE } from "../../../assembly/abi/stage.js";
import { loadEngine } from "../../../host/engine/load.js";
import { Network } from "../../../host/engine/network.js";
import { packNetwork } from "../../../host/pack/pack.js";
import { copyExtents, extentsOf } from "../../../host/threads/image.js";
import { drawsNegative, passesOf, whyNotPipelined } from "../../../host/threads/lanes.js";
import { StagedNetwork } from "../../../host/threads/staged_network.js";
import { allocateStream, type Slot, Stream } from "../../../host/threads/streams.js";
import { HEADER_BYTES } from "../../../host/engine/plan.js";
import { encodeSpec, type Spec } from "../../oracle/spec.js";
import { Instance } from "../../engine/instance.js";
import { FULL_SPECS } from "../../engine/random_full.js";
import { SparseSamples } from "../../engine/samples.js";

vi.setConfig({ testTimeout: 300_000 });

const CASES = Number(process.env["MAYFLY_FUZZ_CASES"] ?? 60);
const SEED = Number(process.env["MAYFLY_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

/** One engine for each layer, and slots between them. */
class Apart {
  readonly engines: StagedNetwork[];
  private readonly slots: Slot[];

  constructor(checkpoint: Uint8Array, private readonly spec: Network["spec"]) {
    this.engines = spec.layers.map(() => new StagedNetwork(Network.open(checkpoint, "a layer's network", { size: "full", build: "simd" })));
    this.slots = spec.layers.slice(1).map((_, layer) => new Stream(allocateStream(Math.max(...passesOf(spec).map((pass) => this.engines[0]!.slotBytes(layer, pass))))).slot(0));
  }

  train(step: number, frame: Uint8Array, label: number, negative: Uint8Array | undefined, targets: Int32Array | undefined): void {
    const { engines, spec } = this;
    const at = { step, label };
    const top = engines.length - 1;
    for (const { network } of engines) if (targets) network.targets!.set(targets);
    engines[0]!.network.frame.set(frame);
    if (negative) engines[0]!.network.negative!.set(negative);
    engines[0]!.frame(at);
    for (const pass of passesOf(spec)) {
      const drawer = drawsNegative(spec);
      const other = pass === "pair" && drawer !== null ? engines[drawer === "top" ? top : 0]!.negative(at) : 0;
      engines.forEach((engine, layer) => {
        if (layer > 0) engine.give(layer - 1, pass, this.slots[layer - 1]!);
        const handOver = (): void => {
          if (layer < top) engine.take(layer, pass, this.slots[layer]!);
        };
        if (pass === "pair") return engine.pair(layer, at, layer === 0 ? other : 0, handOver);
        engine.single(layer, at);
        handOver();
      });
    }
  }

  /** What the layers have learned, put together over the bytes of `network`. */
  gatherInto(network: Network): void {
    const extents = extentsOf(network);
    this.engines.forEach((engine, layer) => copyExtents(engine.network.persistent, network.persistent, extents.filter((extent) => extent.layer === layer)));
  }
}

function expectSameInStages(spec: Spec, samples: number, dataSeed: number): void {
  const fresh = new Instance("full-simd", encodeSpec(spec)).checkpoint();
  const alone = Network.open(fresh, "the network", { size: "full", build: "simd" });
  if (whyNotPipelined(alone.spec) !== null) return;
  const apart = new Apart(fresh, alone.spec);
  const data = new SparseSamples(spec, dataSeed);
  for (let step = 0; step < samples; step++) {
    const { frame, label, given } = data.next();
    const targets = given.targets && Int32Array.from(given.targets);
    if (given.negative) alone.negative!.set(given.negative);
    if (targets) alone.targets!.set(targets);
    alone.train(frame, label);
    apart.train(step, frame, label, given.negative, targets);
  }
  const gathered = Network.open(fresh, "what was gathered", { size: "full", build: "simd" });
  apart.gatherInto(gathered);
  const [expected, found] = [alone, gathered].map(({ persistent }) => persistent.slice(HEADER_BYTES));
  // The number of samples everybody counts for himself.
  const stepAt = alone.region(3).offset - alone.regions[0]!.offset - HEADER_BYTES;
  expected!.fill(0, stepAt, stepAt + 4);
  found!.fill(0, stepAt, stepAt + 4);
  const wrong = expected!.findIndex((byte, index) => byte !== found![index]);
  const region = alone.regions.find(({ offset, bytes }) => wrong >= 0 && wrong + HEADER_BYTES + alone.regions[0]!.offset < offset + bytes);
  expect(wrong < 0 ? "equal" : `byte ${wrong}, in ${region?.name}`).toBe("equal");
}

const FEED_FORWARD = Object.entries(FULL_SPECS).filter(([name]) => !name.includes("recurrent"));

test.each(FEED_FORWARD)("random %s learn the same with an engine for each layer", (name, specs) => {
  console.log(`fuzz: seed ${SEED}, ${CASES} cases`);
  // Maps in bands cannot.
  const whole = specs.map((spec) => ({ ...spec, layers: spec.layers.map((layer) => ({ ...layer, bands: 0 })) }));
  fc.assert(fc.property(whole, fc.integer({ min: 1, max: 8 }), fc.integer(), expectSameInStages), { seed: SEED, numRuns: CASES });
  expect(name).not.toMatch(/recurrent/);
});

describe("the exports", () => {
  const input = { width: 6, height: 5, channels: 1 };
  const start = (more: object = {}): Network => Network.create({ input, classes: 4, layers: [{ units: 8 }, { units: 8 }], ...more }, { size: "full" });

  test("the core has none of them, and says so to whom needs them", () => {
    const core = Network.create({ input, classes: 4, layers: [{ units: 8 }] });
    expect(core.engine.begin_stage).toBeUndefined();
    expect(core.engine.job_address).toBeUndefined();
    expect(() => new StagedNetwork(core)).toThrow(/cannot train in stages: it is the core build/);
  });

  test("refuse what is no stage, no layer, and networks whose layers do not follow each other", () => {
    const { engine } = start();
    for (const [stage, layer, detail] of [[0, 0, 0], [13, 0, 13], [STAGE_SINGLE, 2, 2], [STAGE_PAIR, -1, -1], [STAGE_FRAME, 1, 1]] as const) {
      expect(engine.begin_stage!(stage, layer)).toBe(BAD_ARGUMENT);
      expect(engine.status_detail()).toBe(detail);
    }
    expect(start({ recurrence: { iterations: 3 } }).engine.begin_stage!(STAGE_FRAME, 0)).toBe(BAD_ARGUMENT);
    expect(start({ layers: [{ units: 8 }, { kind: "box", units: 6 }, { units: 8 }] }).engine.begin_stage!(STAGE_PAIR, 1)).toBe(BAD_ARGUMENT);
    const conv = (bandRows: number): object => ({ layers: [{ kind: "conv", channels: 4, field: 3, bandRows }, { units: 8 }] });
    expect(start(conv(1)).engine.begin_stage!(STAGE_FRAME, 0)).toBe(BAD_ARGUMENT);
    expect(start(conv(0)).engine.begin_stage!(STAGE_FRAME, 0)).toBe(OK);
    expect(loadEngine("scalar", "full").start(1).begin_stage!(STAGE_FRAME, 0)).toBe(NOT_READY);
  });

  test("a stage is a job: pending until its end, in pieces of any size, and droppable", () => {
    const { engine } = start();
    expect(engine.begin_stage!(STAGE_FRAME, 0)).toBe(OK);
    expect(engine.begin_stage!(STAGE_SINGLE, 0)).toBe(JOB_PENDING);
    expect(engine.seal()).toBe(JOB_PENDING);
    expect(engine.cancel()).toBe(OK);
    const seen = new Set<number>();
    for (const [stage, layer] of [[STAGE_FRAME, 0], [STAGE_SINGLE, 0], [STAGE_PAIR, 0]] as const) {
      expect(engine.begin_stage!(stage, layer)).toBe(OK);
      for (let status = -1; status !== OK;) seen.add(status = engine.step(1));
    }
    expect(seen).toContain(HANDOVER);
    expect(engine.seal()).toBe(OK);
  });

  test("a device has none of them", async () => {
    const { module } = await packNetwork(start({ negatives: "hybrid" }));
    const names = WebAssembly.Module.exports(new WebAssembly.Module(module as Uint8Array<ArrayBuffer>)).map(({ name }) => name);
    expect(names).toContain("begin_train");
    expect(names.filter((name) => /stage|job_address/.test(name))).toEqual([]);
  });

  test("a whole step after a stage is a whole step", () => {
    const [one, other] = [start(), start()];
    const frame = new Uint8Array(30).fill(90);
    expect(one!.engine.begin_stage!(STAGE_FRAME, 0)).toBe(OK);
    expect(one!.engine.cancel()).toBe(OK);
    for (const network of [one!, other!]) network.train(frame, 1);
    expect(one!.weightsHash()).toBe(other!.weightsHash());
    expect(one!.predict(frame)).toBe(other!.predict(frame));
  });
});
