/** The meter counts exactly, and a metered engine computes the same bits. */
import { describe, expect, test } from "vitest";
import { fit } from "../../../firmware-sim/metering/calibrate.js";
import calibration from "../../../firmware-sim/metering/calibration.json" with { type: "json" };
import cores from "../../../firmware-sim/metering/cores.json" with { type: "json" };
import { type Measurement, buildModel, calibrationSchema, coresSchema, costModel, expectedInstructions } from "../../../firmware-sim/metering/cost.js";
import { framesFor } from "../../../firmware-sim/metering/frames.js";
import { instrument } from "../../../firmware-sim/metering/instrument.js";
import { Meter, type Work, meanWork, startMetered, totalUnits, workOf } from "../../../firmware-sim/metering/meter.js";
import { meterNetwork } from "../../../firmware-sim/metering/meter_network.js";
import { CLASSES } from "../../../firmware-sim/metering/opcodes.js";
import { CORES } from "../../../firmware-sim/boards/schema.js";
import { readArtefact } from "../../../host/engine/artefacts.js";
import { withMemory } from "../../../host/engine/memory_section.js";
import { computeAnswers } from "../../../host/engine/known_answer.js";
import { loadEngine } from "../../../host/engine/load.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";

const MNIST = { input: { width: 28, height: 28, channels: 1 }, classes: 10 };

/** A module of one function `f(n)` with this body, one page of memory. */
function moduleOf(body: readonly number[], locals: readonly number[] = [0]): Uint8Array {
  const code = [...locals, ...body, 0x0b];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f,
    3, 2, 1, 0,
    5, 4, 1, 1, 1, 1,
    7, 9, 2, 1, 0x66, 0, 0, 1, 0x6d, 2, 0,
    10, code.length + 2, 1, code.length, ...code,
  ]);
}

/** Runs `f` of an instrumented module on some arguments: its results and the work of all. */
function runs(module: Uint8Array, calls: readonly number[]): { results: number[]; work: Partial<Work> } {
  const instrumented = instrument(module, "the test's module");
  const { f, m } = new WebAssembly.Instance(new WebAssembly.Module(instrumented.module)).exports as unknown as { f(n: number): number; m: WebAssembly.Memory };
  const meter = new Meter({ memory: m } as never, instrumented);
  const results = calls.map((n) => f(n));
  return { results, work: Object.fromEntries(Object.entries(meter.read()).filter(([, units]) => units > 0)) };
}

describe("counts are exact", () => {
  test("straight code", () => {
    // n * n + 3
    const module = moduleOf([0x20, 0, 0x20, 0, 0x6c, 0x41, 3, 0x6a]);
    expect(runs(module, [5])).toEqual({ results: [28], work: { move: 3, mul: 1, alu: 1 } });
    expect(runs(module, [5, 6, 7]).work).toEqual({ move: 9, mul: 3, alu: 3 });
  });

  test("a loop runs its body as often as it runs it", () => {
    // do { n -= 1 } while (n); n
    const module = moduleOf([0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 0]);
    expect(runs(module, [10])).toEqual({ results: [0], work: { move: 3 * 10 + 1, alu: 10, branch: 10 } });
  });

  test("only the branch taken counts, and what follows counts for both", () => {
    // (if (n) 7 * n else n - 1) + 1
    const module = moduleOf([0x20, 0, 0x04, 0x7f, 0x41, 7, 0x20, 0, 0x6c, 0x05, 0x20, 0, 0x41, 1, 0x6b, 0x0b, 0x41, 1, 0x6a]);
    expect(runs(module, [2])).toEqual({ results: [15], work: { move: 4, mul: 1, alu: 1, branch: 2 } });
    expect(runs(module, [0])).toEqual({ results: [0], work: { move: 4, alu: 2, branch: 1 } });
  });

  test("leaving a block early, and code that never runs", () => {
    // block { if (n) return 1; br out; n * n; drop }; load(0)
    const module = moduleOf([0x02, 0x40, 0x20, 0, 0x04, 0x40, 0x41, 1, 0x0f, 0x0b, 0x0c, 0, 0x20, 0, 0x20, 0, 0x6c, 0x1a, 0x0b, 0x41, 0, 0x28, 2, 0]);
    expect(runs(module, [1])).toEqual({ results: [1], work: { move: 2, branch: 2 } });
    expect(runs(module, [0])).toEqual({ results: [0], work: { move: 2, branch: 2, load: 1 } });
  });

  test("an instruction the meter does not know is refused", () => {
    expect(() => instrument(moduleOf([0x3f, 0]), "the module")).toThrow(/the module has instruction 0x3f/);
  });
});

describe("a metered engine", () => {
  test("passes the known-answer test of the engine: the same bits", () => {
    const plain = computeAnswers(loadEngine("scalar"));
    const metered = computeAnswers({ start: (pages) => startMetered(withMemory(readArtefact("scalar"), pages), "the engine").engine });
    expect(metered).toEqual(plain);
  });

  test("counts the same twice, more for more units, and at least a multiplication for each weight of a non-zero row", async () => {
    const frames = await framesFor(resolveSpec({ ...MNIST, layers: [{ units: 8 }] }));
    const [narrow, wide, again] = await Promise.all([16, 32, 32].map((units) => meterNetwork({ ...MNIST, layers: [{ units, weights: "i8" }] }, frames)));
    expect(again).toEqual(wide);
    expect(totalUnits(wide!.early.mean)).toBeGreaterThan(1.5 * totalUnits(narrow!.early.mean));
    const lit = Array.from({ length: 50 }, (_, index) => frames.sample(index).frame.filter((value) => value > 0).length).reduce((sum, count) => sum + count, 0) / 50;
    expect(wide!.predictReadout!.mul).toBeGreaterThan(lit * 32);
    for (const { mean, max } of [wide!.early, wide!.late]) expect(totalUnits(max)).toBeGreaterThanOrEqual(totalUnits(mean));
    expect(wide!.basis).toContain("MNIST images");
  });
});

describe("a stream's window", () => {
  const stream = (window: number, hop: number) => ({ stream: { features: "bank" as const, window, hop, bands: 8, warmup: 2 }, classes: 2, layers: [{ units: 8 }] });

  test("costs a transform and its samples; another network has none", async () => {
    const [small, large, sparse] = await Promise.all([stream(64, 64), stream(256, 256), stream(64, 256)].map((spec) => meterNetwork(spec, undefined, 0.1)));
    // n log n: 4 times the samples, 8 / 6 times the stages.
    const ratio = totalUnits(large!.window!) / totalUnits(small!.window!);
    expect(ratio).toBeGreaterThan(4);
    expect(ratio).toBeLessThan(6);
    // Samples between windows cost little.
    expect(totalUnits(sparse!.window!)).toBeGreaterThan(totalUnits(small!.window!));
    expect(totalUnits(sparse!.window!)).toBeLessThan(0.7 * totalUnits(large!.window!));
    expect((await meterNetwork({ ...MNIST, layers: [{ units: 8 }] }, undefined, 0.1)).window).toBeNull();
  });
});

describe("frames", () => {
  test("are scaled to the network, or made up where they cannot be", async () => {
    const small = await framesFor(resolveSpec({ input: { width: 7, height: 7, channels: 1 }, classes: 4, layers: [{ units: 8 }] }));
    expect(small.sample(0).frame).toHaveLength(49);
    expect(small.sample(0).frame.some((value) => value > 0)).toBe(true);
    expect(Array.from({ length: 50 }, (_, index) => small.sample(index).label).every((label) => label < 4)).toBe(true);
    const colour = await framesFor(resolveSpec({ input: { width: 8, height: 8, channels: 3 }, classes: 4, layers: [{ units: 8 }] }));
    expect(colour.sample(3).frame).toHaveLength(192);
    expect(colour.sample(3).frame.every((value) => value > 0)).toBe(true);
  });
});

test("a mean is one by class", () => {
  expect(meanWork([workOf(() => 1), workOf((_, index) => index)])).toEqual(workOf((_, index) => (1 + index) / 2));
});

describe("costs", () => {
  const work = (seed: number): Work => workOf((_, index) => 1000 + ((seed * 7919 + index * index * 104_729) % 9001));

  test("tables and calibration are as their schemas say, and every core has one", () => {
    expect(() => coresSchema.parse(cores)).not.toThrow();
    const parsed = calibrationSchema.parse(calibration);
    for (const core of CORES) {
      const { low, high } = costModel(core).cycles(work(1));
      expect(low).toBeGreaterThan(0);
      expect(high).toBeGreaterThan(low);
      expect(costModel(core).calibrated).toBe(parsed.cores[core] !== undefined);
      expect(costModel(core).basis).toContain(parsed.cores[core] ? "fitted to firmware" : "not yet calibrated against firmware");
    }
  });

  test("a fit finds the instructions that made the measurements, and states its error", () => {
    const expected = expectedInstructions("cortex-m4");
    const measured: Measurement[] = Array.from({ length: 6 }, (_, seed) => {
      const counted = work(seed + 1);
      return { network: `net ${seed}`, work: counted, instructions: CLASSES.reduce((sum, name) => sum + counted[name] * expected[name] * 1.3, 0) };
    });
    const { instructions, errorPercent } = fit("cortex-m4", measured);
    expect(errorPercent).toBeLessThan(1);
    const model = buildModel("cortex-m4", { status: "calibrated", cores: { "cortex-m4": { tool: "a test", measured, instructions, errorPercent } } });
    for (const { work: counted, instructions: told } of measured) expect(Math.abs(model.instructions(counted) / told - 1)).toBeLessThan(0.01);
    expect(model.cycles(work(2)).low / costModel("cortex-m4").cycles(work(2)).low).toBeGreaterThan(1.2);
    expect(model.basis).toMatch(/a test within 0\.\d %/);
  });

  test("measurements that no factors explain have an error that says so", () => {
    const same = work(1);
    const measured = [{ network: "a", work: same, instructions: 1e6 }, { network: "b", work: same, instructions: 2e6 }];
    expect(fit("cortex-m4", measured).errorPercent).toBeGreaterThan(20);
  });
});
