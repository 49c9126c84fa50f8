/** Every run of every experiment is one that the engine takes, at every size. */
import { describe, expect, test } from "vitest";
import { loadEngine } from "../../../host/engine/load.js";
import { planOn } from "../../../host/engine/plan.js";
import { sizeFor } from "../../../host/engine/size.js";
import type { Experiment } from "../../../host/experiments/experiment.js";
import { EXPERIMENTS, findExperiment } from "../../../host/experiments/registry.js";
import { encodeSpec } from "../../../host/spec/encode.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { expectMayflyError } from "../data/expect-error.js";

const NAMES = ["supervised", "unsupervised", "local", "jitter", "recurrent", "cifar", "sequence", "objective", "phases", "blackbox", "mortal", "cnn"];

/** Shape and classes of the data sets that experiments are made for. */
const DATA = {
  mnist: [{ width: 28, height: 28, channels: 1 }, 10],
  aesop: [{ width: 30, height: 10, channels: 1 }, 30],
  cifar: [{ width: 32, height: 32, channels: 3 }, 10],
} as const;

function dataOf({ dataset }: Experiment): (typeof DATA)[keyof typeof DATA] {
  return typeof dataset === "string" ? DATA[dataset as "mnist" | "aesop"] : DATA.cifar;
}

test("all systems of the papers are there, each once", () => {
  expect(EXPERIMENTS.map(({ name }) => name)).toEqual(NAMES);
  for (const name of NAMES) expect(findExperiment(name).name).toBe(name);
});

test("an unknown name is answered with those there are", () => expectMayflyError(() => findExperiment("Supervised"), `there is no experiment "Supervised"; there are ${NAMES.join(", ")}`, 2));

describe.each(EXPERIMENTS.map((experiment) => ({ name: experiment.name, experiment })))("$name", ({ experiment }) => {
  const { variants, measure } = experiment;

  test("has something to run by default, and names that differ", () => {
    expect(measure !== undefined || variants.some(({ scale }) => scale === "small")).toBe(true);
    expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length);
    // The names become folders.
    for (const { name } of variants) expect(name).toMatch(/^[A-Za-z0-9-]+$/);
  });

  test.each(variants.map((variant) => ({ name: variant.name, variant })))("$name: its spec is sound and can be planned", ({ variant }) => {
    const [input, classes] = dataOf(experiment);
    const total = variant.epochs * 60_000;
    const spec = resolveSpec({ ...variant.spec(input, classes), schedule: { holdSamples: Math.floor(total * (variant.hold ?? 0.5)), totalSamples: total }, seed: 1 });
    expect(spec.classes).toBe(classes);
    expect(spec.input).toEqual(input);
    const words = encodeSpec(spec);
    const plan = planOn(loadEngine("auto", sizeFor(words)), words);
    expect(plan.bytes.total).toBeGreaterThan(0);
    expect(variant.epochs).toBeGreaterThan(0);
    expect(spec.layers.some(({ kind }) => kind === "box")).toBe(variant.options?.box !== undefined);
  });
});
