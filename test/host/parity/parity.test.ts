/** The tools of the comparison: tallies, the engine looked at, verdicts. */
import { expect, test } from "vitest";
import { ObservedEngine } from "../../../host/parity/observed_engine.js";
import { type RunCurve, verdictOf } from "../../../host/parity/runs.js";
import { Tally } from "../../../host/parity/tally.js";
import { Network } from "../../../host/engine/network.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { NETWORKS, sampleOf } from "../engine/networks.js";

test("a tally counts, and keeps the first difference", () => {
  const tally = new Tally();
  tally.add(1, [1, 2, 3], [1, 2, 3]);
  tally.add(2, [1, 2, 3], [1, 5, 2]);
  tally.add(3, [0], [10]);
  expect(tally.value).toEqual({ compared: 7, differing: 3, max: 10, mean: 2, first: { step: 2, index: 1, engine: 2, reference: 5 } });
  tally.add(4, [0], [NaN]);
  expect(tally.value).toMatchObject({ differing: 4, max: Infinity });
  expect(() => tally.add(5, [1], [1, 2])).toThrow(/1 values of the engine against 2/);
});

test.each(Object.entries(NETWORKS))("an engine that is looked at goes through every layer in order, and is not disturbed: %s", (_, input) => {
  const spec = resolveSpec(input);
  const observed = new ObservedEngine(spec, { build: "scalar" });
  const plain = Network.create(spec);
  for (let index = 0; index < 20; index++) {
    const { frame, label } = sampleOf(spec, index);
    plain.train(frame, label);
    const traces = observed.train(frame, label);
    const layers = spec.layers.map((_, layer) => layer);
    const singles = spec.objective === "classwise" || spec.readout.from !== null ? layers.map((layer) => ({ layer, pass: "single" })) : [];
    const pairs = spec.objective === "pair" ? layers.map((layer) => ({ layer, pass: "pair" })) : [];
    expect(traces.map(({ layer, pass }) => ({ layer, pass }))).toEqual([...singles, ...pairs]);
    for (const { layer, pass, sums } of traces) expect(sums).toHaveLength(spec.layers[layer]!.units * (pass === "pair" ? 2 : 1));
  }
  observed.checkUndisturbed();
  expect(observed.network.weightsHash()).toBe(plain.weightsHash());
});

test("what disturbs the engine is noticed", () => {
  const spec = resolveSpec(Object.values(NETWORKS)[0]!);
  const observed = new ObservedEngine(spec, {});
  observed.network.view(observed.network.region(5, 0))[0]! += 1;
  expect(() => observed.checkUndisturbed()).toThrow(/disturbed the engine/);
});

test("a verdict holds when the means over the seeds are within the bound, both ways of predicting", () => {
  const curve = (form: RunCurve["form"], seed: number, goodness: number, readout: number | null): RunCurve => ({ form, seed, errors: [{ goodness: 50, readout }, { goodness, readout }] });
  const curves = [curve("engine i16", 1, 1.5, 1.4), curve("engine i16", 2, 1.7, 1.6), curve("float", 1, 1.6, 1.2), curve("float", 2, 1.4, 1.4)];
  const bound = { form: "engine i16", against: "float", points: 0.15 } as const;
  expect(verdictOf(bound, curves)).toEqual([{ ...bound, goodness: 0.1, readout: 0.2, seeds: 2, holds: false }]);
  expect(verdictOf({ ...bound, points: 0.2 }, curves)[0]).toMatchObject({ holds: true });
  expect(verdictOf(bound, curves.map((one) => ({ ...one, errors: one.errors.map(({ goodness }) => ({ goodness, readout: null })) })))[0]).toMatchObject({ readout: null, holds: true });
  expect(verdictOf({ form: "exact i16", against: "engine i16", points: 0 }, curves)).toEqual([]);
});
