/** Boxes: the engine waits for what only the host knows. */
import { describe, expect, test } from "vitest";
import { REGION_BOX_INPUT, REGION_BOX_OUTPUT, REGION_LAYER_STATE, REGION_WEIGHTS } from "../../../assembly/abi/region.js";
import { JOB_PENDING, OK, WAITING } from "../../../assembly/abi/status.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { BUILDS, boxOf, generator, sample, shape } from "./networks.js";

/** What a dense layer without bias would make of both planes: its weights are those of `network`'s layer. */
function denseBox(network: Network): (layer: number, inputs: Uint8Array) => number[] {
  return (layer, inputs) => {
    const { rows, columns, stride, offset } = network.region(REGION_WEIGHTS, layer);
    const weights = new Int16Array(network.engine.memory.buffer, offset, rows * stride);
    return [0, rows].flatMap((from) => Array.from({ length: columns }, (_, unit) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += inputs[from + row]! * weights[row * stride + unit]!;
      return Math.min(Math.max((sum + 256) >> 9, 0), 32767);
    }));
  };
}

const still = { units: 13, rate: 0 } as const;
const last = { units: 9 } as const;

/** A layer that does not learn, and a box in its place. */
const TWINS: Readonly<Record<string, { at: number; dense: NetworkSpecInput }>> = {
  "between, label appended": { at: 1, dense: { ...shape, layers: [{ units: 16 }, still, last] } },
  "between, class-wise": { at: 1, dense: { ...shape, objective: "classwise", readout: { from: 2 }, layers: [{ units: 16 }, { ...still, units: 12 }, { units: 12 }] } },
  "between, hybrid negatives": { at: 1, dense: { ...shape, negatives: "hybrid", layers: [{ units: 16 }, still, last] } },
  "first, label in the frame": { at: 0, dense: { ...shape, label: { placement: "replace" }, layers: [still, last] } },
  "first, label in the frame, five classes": { at: 0, dense: { ...shape, classes: 5, label: { placement: "replace" }, layers: [still, last] } },
  "first, given negatives": { at: 0, dense: { ...shape, negatives: "given", layers: [still, last] } },
};

describe.each(BUILDS)("the full %s build", (build) => {
  test.each(Object.entries(TWINS))("goes on behind a box as behind a layer that computes the same: %s", (_, { at, dense }) => {
    const layers = dense.layers.length;
    const common = { ...dense, readout: { from: layers - 1 }, goodnessFrom: layers - 1 } as const;
    const twin = Network.create(common, { build });
    const spec: NetworkSpecInput = { ...common, layers: common.layers.map((layer, index) => (index === at ? { kind: "box", units: layer.units! } : layer)) };
    const network = Network.create(spec, { build, box: denseBox(twin) });
    const stateOf = (): number[] => [...network.view(network.region(REGION_LAYER_STATE, at))];
    const before = stateOf();
    const random = generator(1);
    for (let step = 0; step < 40; step++) {
      const next = sample(spec, random);
      const extras = spec.negatives === "given" ? { negative: next.negative } : {};
      network.train(next.frame, next.label, extras);
      twin.train(next.frame, next.label, extras);
    }
    for (let layer = 0; layer < layers; layer++) {
      if (layer === at) continue;
      expect(network.view(network.region(REGION_WEIGHTS, layer))).toEqual(twin.view(twin.region(REGION_WEIGHTS, layer)));
    }
    for (let index = 0; index < 5; index++) {
      const { frame } = sample(spec, random);
      for (const by of ["goodness", "readout"] as const) expect(network.predict(frame, by)).toBe(twin.predict(frame, by));
      expect([...network.scores]).toEqual([...twin.scores]);
      expect([...network.logits]).toEqual([...twin.logits]);
    }
    expect(stateOf()).toEqual(before);
  });

  const spec: NetworkSpecInput = { ...shape, layers: [{ units: 16 }, { kind: "box", units: 11 }, { units: 9 }] };

  test("waits with the box's layer as detail, shows one plane in a single pass and two in a pair, and is busy meanwhile", () => {
    const { engine, frame, ...network } = Network.create(spec, { build });
    frame.set(sample(spec, generator(9)).frame);
    const input = (): Uint8Array => {
      const region = network.regions.find(({ kind }) => kind === REGION_BOX_INPUT)!;
      expect([region.layer, region.rows, region.columns]).toEqual([1, 2, 16]);
      return new Uint8Array(engine.memory.buffer, region.offset, region.bytes);
    };
    expect(engine.train(1)).toBe(WAITING);
    expect(engine.status_detail()).toBe(1);
    expect(input().subarray(0, 16).some((x) => x > 0)).toBe(true);
    expect(input().subarray(16).every((x) => x === 0)).toBe(true);
    expect(engine.begin_goodness()).toBe(JOB_PENDING);
    expect(engine.seal()).toBe(JOB_PENDING);
    expect(engine.step(0)).toBe(WAITING);
    expect(input().subarray(16).some((x) => x > 0)).toBe(true);
    expect(engine.step(0)).toBe(OK);
    expect(engine.samples()).toBe(1);
    // 2 would be a class.
    expect(engine.predict_goodness()).toBe(JOB_PENDING);
    expect(engine.status_detail()).toBe(1);
    engine.cancel();
    expect(engine.predict_readout()).toBe(JOB_PENDING);
    expect(engine.step(0)).toBe(OK);
  });

  test("takes a negative activity for 0", () => {
    const scores = [0, -5].map((value) => {
      const network = Network.create(spec, { build });
      const output = network.view(network.region(REGION_BOX_OUTPUT, 1));
      network.frame.set(sample(spec, generator(10)).frame);
      expect(network.engine.begin_goodness()).toBe(OK);
      while (network.engine.step(0) === WAITING) output.forEach((_, at) => (output[at] = at % 3 === 0 ? value : 70 * at));
      return [...network.scores];
    });
    expect(scores[1]).toEqual(scores[0]);
    expect(scores[0]!.every((score) => score > 0)).toBe(true);
  });

  test("says what is wrong with a box, and is none the worse for it", () => {
    const good = boxOf(spec);
    let answer: (layer: number, inputs: Uint8Array) => ArrayLike<number> = good;
    const network = Network.create(spec, { build, box: (layer, inputs) => answer(layer, inputs) });
    const reference = Network.create(spec, { build, box: good });
    const { frame, label } = sample(spec, generator(2));
    const faulty: [typeof answer, string][] = [
      [() => [], "the box of layer 2 gave 0 activities, expected 22: 2 times 11 units, positive first"],
      [() => new Array(22).fill(-1), "the box of layer 2 gave the activity -1 for unit 0, expected a whole number from 0 to 32767"],
      [() => new Array(22).fill(0.5), "the box of layer 2 gave the activity 0.5 for unit 0"],
      [() => { throw new Error("the sensor is off"); }, "the sensor is off"],
    ];
    for (const [wrong, message] of faulty) {
      answer = wrong;
      expect(() => network.predict(frame)).toThrow(message);
    }
    answer = good;
    expect(network.predict(frame)).toBe(reference.predict(frame));
    network.train(frame, label);
    reference.train(frame, label);
    // Rows used in dropped predictions stay counted, and that is all.
    expect(network.weightsHash()).toBe(reference.weightsHash());
    const without = Network.open(network.checkpoint(), "x", { build });
    expect(() => without.train(frame, label)).toThrow('layer 2 is a box: say what it computes with the option "box" of Network.create or Network.open');
    expect(() => without.predict(frame)).toThrow("layer 2 is a box");
  });
});
