/** Forward-Forward against backprop: the formulas, and the command. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOfBackprop, bytesOfForward, fittingBackprop, macsOfBackprop, macsOfClasswise, macsOfPair, shapeOf, weightsOfBackprop } from "../../../host/compare/cost.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { mayfly, onlyJson } from "../cli/mayfly.js";

const spec = resolveSpec({ input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: [{ units: 100 }, { units: 50 }] });
const F32 = { bytes: 4, moments: 0 };

test("multiply-adds, counted by hand", () => {
  // Image once and its update; three passes and two updates of the second layer; the readout of the second layer, both ways.
  expect(macsOfPair(spec)).toBe(2 * 78_400 + 5 * 5_000 + 2 * 500);
  expect(macsOfClasswise(resolveSpec({ ...spec, objective: "classwise", label: {}, readout: { from: null } }))).toBe(2 * (78_400 + 5_000));
  expect(macsOfBackprop(shapeOf(spec))).toBe(2 * 78_400 + 3 * (5_000 + 500));
});

test("memory, counted by hand", () => {
  const shape = shapeOf(spec);
  expect(weightsOfBackprop(shape)).toBe(785 * 100 + 101 * 50 + 51 * 10);
  expect(bytesOfBackprop(shape, F32)).toBe(784 + 4 * (weightsOfBackprop(shape) + 160 + 200));
  expect(bytesOfForward(spec, F32)).toBe(784 + 4 * (78_400 + 5_000 + 500 + 600));
  expect(bytesOfBackprop(shape, { bytes: 4, moments: 2 }) - bytesOfBackprop(shape, F32)).toBe(8 * weightsOfBackprop(shape));
});

test("the memory of backprop grows with depth beyond its weights, that of Forward-Forward does not", () => {
  const deep = resolveSpec({ ...spec, layers: Array.from({ length: 8 }, () => ({ units: 100 })), readout: { from: null }, negatives: "random" });
  const deeper = resolveSpec({ ...spec, layers: Array.from({ length: 16 }, () => ({ units: 100 })), readout: { from: null }, negatives: "random" });
  const beyond = (own: typeof deep): [number, number] => [
    bytesOfForward(own, F32) - 4 * (784 * 100 + (own.layers.length - 1) * 10_000), bytesOfBackprop(shapeOf(own), F32) - 4 * weightsOfBackprop(shapeOf(own)),
  ];
  expect(beyond(deeper)[0]).toBe(beyond(deep)[0]);
  expect(beyond(deeper)[1] - beyond(deep)[1]).toBe(4 * 800);
});

test("the widest backprop network that fits a budget fits it, and one a little wider does not", () => {
  const budget = 100_000;
  const fitting = fittingBackprop(shapeOf(spec), budget, F32)!;
  expect(bytesOfBackprop(fitting, F32)).toBeLessThanOrEqual(budget);
  expect(bytesOfBackprop({ ...fitting, layers: fitting.layers.map((units) => units + 2) }, F32)).toBeGreaterThan(budget);
  expect(fittingBackprop(shapeOf(spec), 1000, F32)).toBeNull();
});

test("mayfly compare measures all contestants, and says where Forward-Forward loses", async () => {
  const { status, stdout, stderr } = await mayfly(mkdtempSync(join(tmpdir(), "mayfly-compare-")), "compare", "--layers", "16,8", "--limit", "600", "--limit-test", "200", "--epochs", "2", "--json");
  expect(status, stderr).toBe(0);
  const { contestants, losses, sameFormat, batched } = onlyJson(stdout);
  expect(contestants.map(({ layers }: any) => layers.length)).toEqual([2, 2, 2]);
  const [engine, same, narrow] = contestants;
  expect(same.layers).toEqual([16, 8]);
  expect(narrow.bytes.formula).toBeLessThanOrEqual(engine.bytes.used);
  for (const { errors, macs, bytes, energyJ } of contestants) {
    expect(errors).toHaveLength(2);
    expect(macs.formula).toBeGreaterThan(0);
    expect(bytes.used).toBeGreaterThan(0);
    expect(energyJ.high).toBeGreaterThanOrEqual(energyJ.low);
  }
  expect(engine.macs.done).toBeLessThan(engine.macs.formula);
  // What tfjs used cannot be less than the weights.
  expect(same.bytes.used).toBeGreaterThan(4 * (785 * 16 + 17 * 8 + 9 * 10));
  expect(sameFormat).toHaveLength(2);
  expect(batched.map(({ batch }: any) => batch)).toEqual([1, 64]);
  // In one number format a fully connected network saves next to nothing.
  for (const { forwardForward, backprop } of sameFormat) expect(Math.abs(1 - forwardForward / backprop)).toBeLessThan(0.05);
  expect(losses.join("\n")).toMatch(/memory: in one number format/);
  expect(stderr).toMatch(/where Forward-Forward loses/);
});
