/** What a user may leave out of a spec, and what is refused before any engine sees it. */
import { expect, test } from "vitest";
import { MayflyError } from "../../../host/errors.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";

/** What a plain dense layer has of the fields that other layers and variants use. */
const PLAIN = { channels: 0, field: 0, stride: 0, padding: 0, pool: 0, bandRows: 0, blocks: 1, ceiling: 0, peer: 0, sample: 0 };
const smallest: NetworkSpecInput = { input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: [{ units: 60 }, { units: 40 }] };

function refusal(input: unknown): MayflyError {
  try {
    resolveSpec(input as NetworkSpecInput);
  } catch (error) {
    expect(error).toBeInstanceOf(MayflyError);
    return error as MayflyError;
  }
  throw new Error("nothing was refused");
}

test("only input, classes and units are needed; everything else that decides the result is filled in", () => {
  const layer = { kind: "dense", weights: "i16", scale: 12, rate: 1.5e-3, temperature: 20, decay: 0, threshold: 1, init: 1, ...PLAIN };
  expect(resolveSpec(smallest)).toEqual({
    input: { width: 28, height: 28, channels: 1 },
    classes: 10,
    layers: [{ ...layer, units: 60 }, { ...layer, units: 40 }],
    objective: "pair", loss: "difference", negatives: "hard",
    label: { placement: "replace", level: 3 },
    readout: { from: 1, rate: 0.01 },
    goodnessFrom: 0,
    schedule: { holdSamples: 0, totalSamples: 0 },
    inputDropout: 0.2, minCoefficient: 0.005, bias: 0, seed: 1, memoryLimitBytes: 0,
    sense: "maximise", phases: { awake: 0, asleep: 0 }, maskBlurs: 0, jitter: 0, recurrence: { iterations: 0, first: 3, last: 5, damping: 0.3, stream: false },
    targets: "label", device: 0, waves: null, stream: null, corruption: null,
  });
});

test("defaults go with the objective, the loss and the weights", () => {
  const first = (change: object) => resolveSpec({ ...smallest, ...change }).layers[0]!;
  expect(first({ loss: "threshold" })).toMatchObject({ rate: 2e-4, temperature: 10, scale: 12 });
  expect(first({ objective: "classwise" })).toMatchObject({ rate: 7e-4, temperature: 20, scale: 12 });
  expect([resolveSpec({ ...smallest, loss: "threshold" }).inputDropout, resolveSpec({ ...smallest, objective: "classwise" }).inputDropout]).toEqual([0, 0.2]);
  expect(first({ layers: [{ units: 60, weights: "i8" }] })).toMatchObject({ weights: "i8", scale: 8 });
  // Fewer inputs make larger weights, and those get coarser steps.
  expect(resolveSpec({ ...smallest, layers: [{ units: 60, weights: "i8" }, { units: 40, weights: "i8" }] }).layers.map(({ scale }) => scale)).toEqual([8, 7]);
  expect(first({ layers: [{ units: 60, weights: "i8", scale: 5, rate: 0, temperature: 1, decay: 0.01, threshold: 2, init: 0 }] }))
    .toEqual({ kind: "dense", units: 60, weights: "i8", scale: 5, rate: 0, temperature: 1, decay: 0.01, threshold: 2, init: 0, ...PLAIN });
});

test("the label replaces the first row of a picture, is appended to anything narrower, and is absent class-wise", () => {
  const placement = (change: object) => resolveSpec({ ...smallest, ...change }).label.placement;
  expect(placement({ input: { width: 10, height: 2, channels: 1 } })).toBe("replace");
  expect(placement({ input: { width: 9, height: 9, channels: 1 } })).toBe("append");
  expect(placement({ input: { width: 784, height: 1, channels: 1 } })).toBe("append");
  expect(placement({ label: { placement: "append" } })).toBe("append");
  expect(placement({ objective: "classwise" })).toBe("none");
});

test("the readout starts at the second layer of a pair, at the first of a single one or class-wise, or nowhere", () => {
  const from = (change: object) => resolveSpec({ ...smallest, ...change }).readout.from;
  expect(from({})).toBe(1);
  expect(from({ layers: [{ units: 60 }] })).toBe(0);
  expect(from({ objective: "classwise" })).toBe(0);
  expect(from({ readout: { from: 0 } })).toBe(0);
  expect(from({ readout: { from: null }, negatives: "random" })).toBeNull();
  expect(from({ readout: { from: null }, objective: "classwise" })).toBeNull();
});

test("resolving does not change what it was given", () => {
  const input = structuredClone(smallest);
  resolveSpec(input);
  expect(input).toEqual(smallest);
});

test.each<[change: object, says: RegExp]>([
  [{ layers: "60,40" }, /layers/],
  [{ layers: [{ units: "60" }] }, /layers\.0\.units/],
  [{ layers: [{ units: -1 }] }, /layers\.0\.units/],
  [{ layers: [{ units: 60, weights: "i4" }] }, /layers\.0\.weights/],
  [{ layers: [{ units: 60, scale: 3 }] }, /layers\.0\.scale/],
  [{ layers: [{ units: 60, rate: NaN }] }, /layers\.0\.rate/],
  [{ layers: [{ units: 60, decay: 0.1 }] }, /layers\.0\.decay/],
  [{ layers: [{ units: 60 }, { units: 60, threshold: 0 }] }, /layers\.1\.threshold/],
  [{ layers: [{ units: 60, init: 5 }] }, /layers\.0\.init/],
  [{ layers: [{ units: 60, kind: "conv2d" }] }, /layers\.0\.kind/],
  [{ input: { width: 28, height: 28 } }, /input\.channels/],
  [{ classes: 2.5 }, /classes/],
  [{ objective: "backprop" }, /objective/],
  [{ loss: "hinge" }, /loss/],
  [{ negatives: "easy" }, /negatives/],
  [{ label: { level: 8 } }, /label\.level/],
  [{ label: { placement: "none" } }, /label\.placement/],
  [{ readout: { from: -1 } }, /readout\.from/],
  [{ inputDropout: 0.8 }, /inputDropout/],
  [{ minCoefficient: -0.1 }, /minCoefficient/],
  [{ bias: 8 }, /bias/],
  [{ seed: -1 }, /seed/],
  [{ memoryLimitBytes: 2 ** 31 }, /memoryLimitBytes/],
  [{ schedule: { holdSamples: 5 } }, /holdSamples.*totalSamples/],
  [{ epochs: 3 }, /epochs/],
])("%j is refused in one line that names the field, as the user's mistake", (change, says) => {
  const error = refusal({ ...smallest, ...change });
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain("\n");
  expect(error.exitCode).toBe(2);
});

test("something that is no object is refused", () => {
  for (const input of [null, undefined, 7, "784-60-40", []]) expect(refusal(input).message).toMatch(/the network spec is wrong at/);
});

test("class-wise widths that do not divide are refused with the nearest that do, at least one unit a class", () => {
  const classwise = (units: number) => refusal({ ...smallest, objective: "classwise", layers: [{ units: 60 }, { units }] }).message;
  expect(classwise(44)).toMatch(/^layer 2 has 44 units, .* 10 classes .*: try 40$/);
  expect(classwise(46)).toMatch(/try 50$/);
  expect(classwise(3)).toMatch(/try 10$/);
});

test("maps have defaults of their own: rates by places and rows, temperatures by units, scales by rows, one readout", () => {
  const conv = (change: object) => resolveSpec({ ...smallest, ...change, layers: [{ kind: "conv", channels: 20, field: 5, pool: 2, weights: "i8" }, { kind: "conv", channels: 40, field: 3, weights: "i8" }] });
  const spec = conv({ objective: "classwise" });
  expect(spec.layers[0]).toMatchObject({ units: 12 * 12 * 20, stride: 1, padding: 0, pool: 2, scale: 7, rate: 1 / (144 * 25), temperature: 2880 / 10 / 5 });
  expect(spec.layers[1]).toMatchObject({ units: 10 * 10 * 40, pool: 1, scale: 9, rate: 1 / (100 * 180), temperature: 4000 / 10 / 5 });
  expect(spec.readout.from).toBe(1);
  expect(spec.inputDropout).toBe(0);
  expect(conv({}).label.placement).toBe("append");
  const local = (change: object) => resolveSpec({ ...smallest, ...change, layers: [{ kind: "local", channels: 10, field: 7 }] }).layers[0]!.rate;
  expect(local({ objective: "classwise" })).toBe(1.5e-3);
  expect(local({})).toBe(1.5e-3);
  expect(local({ loss: "threshold" })).toBe(2e-4);
});
