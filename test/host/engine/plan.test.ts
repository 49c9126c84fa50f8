/** The plan: what it promises, and that the engine keeps to it byte for byte. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as kinds from "../../../assembly/abi/region.js";
import { MayflyError } from "../../../host/errors.js";
import { BUILDS, type Build } from "../../../host/engine/artefacts.js";
import { loadEngine } from "../../../host/engine/load.js";
import { PAGE_BYTES } from "../../../host/engine/memory_section.js";
import { Network } from "../../../host/engine/network.js";
import { type MemoryPlan, planMemory, planOn } from "../../../host/engine/plan.js";
import type { Region } from "../../../host/engine/regions.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { randomSpec } from "../../engine/random-spec.js";
import { PLAN_BYTES, STATIC_BYTES_CEILING } from "../../limits.js";
import { encodeSpec as encodeOracleSpec } from "../../oracle/spec.js";
import { NETWORKS, PAIR, sampleOf } from "./networks.js";

const ELEMENT_BYTES = { u8: 1, i8: 1, u16: 2, i16: 2, i32: 4, u32: 4 };
const alignUp = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** Throws unless the regions lie one behind the other, 16-byte aligned, from the first to the plan's end, persistent ones first. */
function checkRegions({ regions, bytes }: MemoryPlan): void {
  let next = regions[0]!.offset;
  expect(next).toBe(bytes.static);
  expect(next % 16).toBe(0);
  for (const region of regions) {
    expect(region.offset).toBe(next);
    expect(region.bytes).toBe(region.rows * region.stride * ELEMENT_BYTES[region.type]);
    expect(region.stride).toBeGreaterThanOrEqual(region.columns);
    next = alignUp(region.offset + region.bytes);
  }
  expect(bytes.total).toBe(next);
  const persistent = regions.map((region) => region.persistent);
  expect(persistent).toEqual([...persistent].sort((a, b) => Number(b) - Number(a)));
  expect(bytes.weights + bytes.readout + bytes.state).toBe(bytes.checkpoint);
  expect(bytes.static + bytes.checkpoint + bytes.table + bytes.scratch).toBe(bytes.total);
}

test.each(Object.entries(NETWORKS))("regions follow each other without overlap, aligned, up to the total: %s", (_, spec) => {
  checkRegions(planMemory(spec));
});

test("regions follow each other for any spec, and both builds plan the same", () => {
  fc.assert(
    fc.property(randomSpec(), (spec) => {
      const [scalar, simd] = BUILDS.map((build) => planOn(loadEngine(build), encodeOracleSpec(spec)));
      checkRegions(scalar!);
      expect(simd).toEqual(scalar);
    }),
    { numRuns: 60 },
  );
});

test("the plan is what the network has: its regions, its pages and its checkpoint", () => {
  for (const spec of Object.values(NETWORKS)) {
    const plan = planMemory(spec);
    const network = Network.create(spec);
    expect(network.plan).toEqual(plan);
    expect(network.regions).toEqual(plan.regions);
    expect(network.engine.memory.buffer.byteLength).toBe(plan.pages * PAGE_BYTES);
    expect(plan.pages).toBe(Math.ceil(plan.bytes.total / PAGE_BYTES));
    expect(network.checkpoint().length).toBe(plan.bytes.checkpoint);
  }
});

const CANARY = 0xc3;

describe.each(BUILDS)("the %s build", (build) => {
  test.each(Object.entries(NETWORKS))("writes nothing behind the total, nor between regions: %s", (_, spec) => {
    const network = Network.create(spec, { build });
    const memory = new Uint8Array(network.engine.memory.buffer);
    const holes = holesOf(network.plan, memory.length);
    for (const [from, to] of holes) memory.fill(CANARY, from, to);
    exercise(network, spec);
    const { engine } = network;
    engine.seal();
    for (const [from, to] of holes) expect([from, memory.subarray(from, to).findIndex((byte) => byte !== CANARY)]).toEqual([from, -1]);
  });

  test.each([
    // A bias and widths of whole blocks fill the lists of rows, positive weights make every unit active, a full frame every row.
    ["pair", { layers: [{ units: 16 }, { units: 16 }, { units: 16 }] }],
    ["pair of i8", { layers: [{ units: 24, weights: "i8" }, { units: 24, weights: "i8" }, { units: 24, weights: "i8" }] }],
  ] as [string, { layers: NetworkSpecInput["layers"] }][])("uses every scratch region up to its last element: %s", (_, { layers }) => {
    const spec: NetworkSpecInput = { input: { width: 9, height: 5, channels: 1 }, classes: 8, label: { placement: "append" }, bias: 1, inputDropout: 0, readout: { from: 0 }, layers };
    const runs = [0x55, 0xaa].map((fill) => {
      const network = Network.create(spec, { build });
      const scratch = network.regions.filter((region) => !region.persistent && region.kind !== kinds.REGION_LAYER_TABLE);
      for (const region of scratch) bytesOf(network, region).fill(fill);
      for (const region of network.regions.filter(({ kind }) => kind === kinds.REGION_WEIGHTS)) network.view(region).fill(100);
      const frame = new Uint8Array(45).fill(255);
      network.train(frame, 7);
      network.predict(frame, "readout");
      network.predict(frame, "goodness");
      return scratch.map((region) => ({ name: region.name, last: [...bytesOf(network, region).slice(-ELEMENT_BYTES[region.type])].map((byte) => byte ^ fill) }));
    });
    expect(runs[0]!.length).toBe(11);
    runs[0]!.forEach(({ name, last }, index) => {
      // A byte that was written differs from the fill in at least one of the two runs.
      expect([name, last.map((byte, at) => byte !== 0 || runs[1]![index]!.last[at] !== 0)]).toEqual([name, last.map(() => true)]);
    });
  });
});

/** Ranges that belong to no region. */
function holesOf({ regions, bytes }: MemoryPlan, end: number): [number, number][] {
  const holes = regions.map((region, index): [number, number] => [region.offset + region.bytes, regions[index + 1]?.offset ?? bytes.total]);
  return [...holes, [bytes.total, end] as [number, number]].filter(([from, to]) => to > from);
}

/** Trains and predicts, in one go and in pieces. */
function exercise(network: Network, spec: NetworkSpecInput): void {
  for (let index = 0; index < 40; index++) {
    const { frame, label } = sampleOf(spec, index);
    if (index % 10 === 9) frame.fill(index === 9 ? 255 : 0);
    if (index % 3 === 0) {
      network.frame.set(frame);
      network.engine.begin_train(label);
      while (network.engine.step(100) !== 0);
    } else network.train(frame, label);
    network.predict(frame, "goodness");
    if (network.spec.readout.from !== null) network.predict(frame, "readout");
  }
}

function bytesOf(network: Network, region: Region): Uint8Array {
  return new Uint8Array(network.engine.memory.buffer, region.offset, region.bytes);
}

test("layers of the same width leave the scratch unchanged, and cost their weights, state and table only", () => {
  const plans = [2, 3, 6, 50].map((count) => planMemory({ ...PAIR, layers: Array.from({ length: count }, () => ({ units: 24 })) }).bytes);
  const layer = { weights: 24 * 24 * 2, readout: 24 * 8 * 2, spec: 64, state: 32 + 16, table: 64 };
  for (const [index, count] of [2, 3, 6, 50].entries()) {
    const plan = plans[index]!;
    expect(plan.scratch).toBe(plans[0]!.scratch);
    const more = count - 2;
    expect(plan.weights - plans[0]!.weights).toBe(more * layer.weights);
    expect(plan.readout - plans[0]!.readout).toBe(more * layer.readout);
    expect(plan.state - plans[0]!.state).toBe(more * (layer.spec + layer.state));
    expect(plan.table - plans[0]!.table).toBe(more * layer.table);
  }
});

const MNIST = { input: { width: 28, height: 28, channels: 1 }, classes: 10 };
const MNIST_NETWORKS: Record<keyof typeof PLAN_BYTES, NetworkSpecInput> = {
  "784-128-64 i16": { ...MNIST, layers: [{ units: 128 }, { units: 64 }] },
  "784-256-256 i16": { ...MNIST, layers: [{ units: 256 }, { units: 256 }] },
  "784-120-60 i8": { ...MNIST, objective: "classwise", layers: [{ units: 120, weights: "i8" }, { units: 60, weights: "i8" }] },
  "784-60-40 i8": { ...MNIST, objective: "classwise", layers: [{ units: 60, weights: "i8" }, { units: 40, weights: "i8" }] },
  "conv 20x5p2-40x3p2-80x3 i8": { ...MNIST, objective: "classwise", layers: [{ kind: "conv", channels: 20, field: 5, pool: 2, weights: "i8" }, { kind: "conv", channels: 40, field: 3, pool: 2, weights: "i8" }, { kind: "conv", channels: 80, field: 3, weights: "i8" }] },
};

test.each(Object.entries(PLAN_BYTES))("%s needs the bytes it is known to need", (name, { floor, ceiling }) => {
  const { total, static: own } = planMemory(MNIST_NETWORKS[name as keyof typeof PLAN_BYTES]).bytes;
  expect(total).toBeGreaterThanOrEqual(floor);
  expect(total).toBeLessThanOrEqual(ceiling);
  expect(own).toBeLessThanOrEqual(STATIC_BYTES_CEILING[name.startsWith("conv") ? "full" : "core"]);
});

function refusal(run: () => unknown): MayflyError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MayflyError);
    return error as MayflyError;
  }
  throw new Error("nothing was refused");
}

test.each(BUILDS)("a memory limit below the total is refused by exactly the bytes that lack, by the %s build", (build: Build) => {
  const { total } = planMemory(PAIR, { build }).bytes;
  expect(planMemory({ ...PAIR, memoryLimitBytes: total }, { build }).bytes.total).toBe(total);
  for (const lack of [1, 1234, total - 1]) {
    for (const run of [() => planMemory({ ...PAIR, memoryLimitBytes: total - lack }, { build }), () => Network.create({ ...PAIR, memoryLimitBytes: total - lack }, { build })]) {
      const error = refusal(run);
      expect(error.message).toContain(`needs ${lack.toLocaleString("en")} bytes more`);
      expect(error.exitCode).toBe(2);
    }
  }
});

const layers = (count: number): NetworkSpecInput["layers"] => Array.from({ length: count }, () => ({ units: 8 }));

test.each<[why: string, change: object, says: RegExp]>([
  ["a layer of no units", { layers: [{ units: 24 }, { units: 0 }] }, /layers\.1\.units/],
  ["a layer of 3840 units", { layers: [{ units: 24 }, { units: 3840 }] }, /layer 2 units/],
  ["a layer of half a unit", { layers: [{ units: 1.5 }] }, /layers\.0\.units/],
  ["no layers", { layers: [] }, /layers/],
  ["256 layers", { layers: layers(256) }, /layers/],
  ["a frame without height", { input: { width: 6, height: 0, channels: 1 } }, /input\.height/],
  ["a frame wider than 3840", { input: { width: 3841, height: 1, channels: 1 } }, /input width/],
  ["a frame of more than 3840 values", { input: { width: 62, height: 62, channels: 1 } }, /input height/],
  ["channels beyond 3840 values", { input: { width: 40, height: 40, channels: 3 } }, /input channels/],
  ["a frame of 3840 values with label rows of its own", { input: { width: 3840, height: 1, channels: 1 }, inputDropout: 0 }, /input width/],
  ["dropout on a frame that leaves no room for it", { input: { width: 3000, height: 1, channels: 1 }, inputDropout: 0.75 }, /input dropout/],
  ["one class", { classes: 1 }, /classes/],
  ["129 classes", { classes: 129 }, /classes/],
  ["a label in place of a whole tiny frame", { input: { width: 2, height: 2, channels: 1 }, label: { placement: "replace" } }, /label .*4 input values/],
  ["class-wise units that do not divide", { objective: "classwise", layers: [{ units: 24 }, { units: 18 }] }, /layer 2 has 18 units.*try 20/],
  ["a rate that is too high", { layers: [{ units: 8, rate: 0.004 }] }, /layers\.0\.rate/],
  ["a readout rate that is too high", { readout: { rate: 0.26 } }, /readout\.rate/],
  ["a readout from a layer that is not there", { readout: { from: 2 } }, /readout\.from/],
  ["goodness from a layer that is not there", { goodnessFrom: 2 }, /goodnessFrom/],
  ["hard negatives without a readout", { readout: { from: null } }, /negatives.*readout/],
  ["i8 weights finer than 2^-10", { layers: [{ units: 8, weights: "i8", scale: 11 }] }, /layer 1 scale/],
  ["a temperature of 0", { layers: [{ units: 8, temperature: 0 }] }, /layers\.0\.temperature/],
  ["a threshold that rounds to 0", { layers: [{ units: 8, threshold: 0.001 }] }, /layer 1 threshold/],
  ["a schedule that holds longer than it lasts", { schedule: { holdSamples: 11, totalSamples: 10 } }, /holdSamples/],
  ["a field nobody knows", { layers: [{ units: 8, momentum: 1 }] }, /layers\.0.*momentum/],
  ["a seed beyond u32", { seed: 2 ** 32 }, /seed/],
])("%s is refused, and the message names the field", (_, change, says) => {
  const error = refusal(() => Network.create({ ...PAIR, ...change }));
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain("\n");
  expect(error.exitCode).toBe(2);
});

test("the widest and deepest networks are planned or refused, never wrapped around 4 GiB", () => {
  const wide = (count: number): MemoryPlan => planMemory({
    input: { width: 3838, height: 1, channels: 1 }, classes: 2, label: { placement: "replace" }, inputDropout: 0, negatives: "random", readout: { from: null },
    layers: Array.from({ length: count }, () => ({ units: 3839 })),
  });
  expect(wide(72).bytes.total).toBeGreaterThan(72 * 3838 * 3839 * 2);
  // 146 layers need 4.3e9 bytes, just above 4 GiB.
  for (const count of [73, 100, 145, 146, 147, 255]) expect([count, refusal(() => wide(count)).message]).toEqual([count, "the network needs more than the 2 GiB an engine can address"]);
});
