/** What variants do to the units of a layer: blocks, ceiling, peers, targets, a device of its own. */
import { describe, expect, test } from "vitest";
import { REGION_ACTIVITY, REGION_LAYER_STATE, REGION_PEER_MEANS, REGION_WEIGHTS } from "../../../assembly/abi/region.js";
import { LAYER_ROWS_UPDATED } from "../../../assembly/abi/state.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { Generator } from "../../oracle/random.js";
import { BUILDS, generator, layers, sample, shape } from "./networks.js";

const quiet = { ...shape, readout: { from: null }, negatives: "given", inputDropout: 0, minCoefficient: 0 } as const;

/** Weights of a layer of [rows][units], by row and unit. */
function matrix(network: Network, layer: number): { get(row: number, unit: number): number; set(row: number, unit: number, value: number): void; rows: number; units: number } {
  const region = network.region(REGION_WEIGHTS, layer);
  const values = network.view(region);
  return {
    rows: region.rows, units: region.columns,
    get: (row, unit) => values[row * region.stride + unit]!,
    set: (row, unit, value) => void (values[row * region.stride + unit] = value),
  };
}

const column = (network: Network, unit: number): number[] => Array.from({ length: matrix(network, 0).rows }, (_, row) => matrix(network, 0).get(row, unit));

describe.each(BUILDS)("the full %s build", (build) => {
  test.each(["threshold", "difference"] as const)("lets the first block learn as a layer of its own would: loss %s", (loss) => {
    const both = Network.create({ ...quiet, loss, layers: [{ units: 16, blocks: 2 }] }, { build });
    const alone = Network.create({ ...quiet, loss, layers: [{ units: 8 }] }, { build });
    const [from, to] = [matrix(both, 0), matrix(alone, 0)];
    for (let row = 0; row < from.rows; row++) for (let unit = 0; unit < 8; unit++) to.set(row, unit, from.get(row, unit));
    const whole = Network.create({ ...quiet, loss, layers: [{ units: 16 }] }, { build });
    const random = generator(1);
    for (let step = 0; step < 40; step++) {
      const { frame, negative } = sample(quiet as unknown as NetworkSpecInput, random);
      for (const network of [both, alone, whole]) network.train(frame, 0, { negative });
    }
    for (let unit = 0; unit < 8; unit++) expect(column(both, unit)).toEqual(column(alone, unit));
    expect(column(whole, 0)).not.toEqual(column(both, 0));
  });

  test("keeps activities at or below the ceiling, and leaves units at it as they are", () => {
    const network = Network.create({ ...quiet, layers: [{ units: 9, ceiling: 0.5 }] }, { build });
    const weights = matrix(network, 0);
    // Unit 3 is far above the ceiling for every frame, unit 4 below it: one value at 127 of x = 16 gives 16 * 8 * w / 4096.
    for (let row = 0; row < weights.rows; row++) weights.set(row, 3, 4096);
    for (let row = 0; row < weights.rows; row++) weights.set(row, 4, 10);
    const [third, fourth] = [column(network, 3), column(network, 4)];
    const random = generator(2);
    for (let step = 0; step < 30; step++) {
      const frames = [0, 1].map(() => Uint8Array.from({ length: 63 }, () => 50 + (random() % 200)));
      network.train(frames[0]!, 0, { negative: frames[1]! });
      const activity = network.view(network.region(REGION_ACTIVITY));
      expect(Math.max(...activity)).toBe(64);
    }
    expect(column(network, 3)).toEqual(third);
    expect(column(network, 4)).not.toEqual(fourth);
  });

  test("follows every unit's mean, and wakes up a unit that is always off", () => {
    // Only the pull learns: no logistic reaches 1.
    const network = Network.create({ ...quiet, minCoefficient: 1, layers: [{ units: 9, peer: 1 }] }, { build });
    const weights = matrix(network, 0);
    for (let row = 0; row < weights.rows; row++) weights.set(row, 5, -3000);
    const means = network.view(network.region(REGION_PEER_MEANS, 0));
    expect([...means]).toEqual(new Array(9).fill(64 << 16));
    const before = column(network, 5);
    const frame = Uint8Array.from({ length: 63 }, (_, at) => (at % 3 === 0 ? 200 : 0));
    const expected = [...means];
    for (let step = 0; step < 300; step++) {
      network.train(frame, 0, { negative: new Uint8Array(63) });
      const activity = network.view(network.region(REGION_ACTIVITY));
      for (let unit = 0; unit < 9; unit++) expected[unit]! += ((activity[unit]! << 16) - expected[unit]!) >> 10;
    }
    expect([...means]).toEqual(expected);
    expect(means[5]).toBeLessThan(64 << 16);
    const after = column(network, 5);
    for (let row = 0; row < weights.rows; row += 3) expect(after[row]).toBeGreaterThan(before[row]!);
    expect(after[1]).toBe(before[1]);
    expect(network.view(network.region(REGION_LAYER_STATE, 0))[LAYER_ROWS_UPDATED >> 2]).toBe(300 * 21);
  });

  test.each([["pair", { ...shape, layers: layers(16, 9) }], ["class-wise", { ...shape, objective: "classwise", layers: layers(16, 12) }]] as const)("learns given targets as it learns labels: %s", (_, spec) => {
    const [label, given, over] = [Network.create(spec, { build }), Network.create({ ...spec, targets: "given" }, { build }), Network.create({ ...spec, targets: "given" }, { build })];
    const soft = Network.create({ ...spec, targets: "given" }, { build });
    const random = generator(3);
    for (let step = 0; step < 30; step++) {
      const next = sample(spec, random);
      const targets = [0, 1, 2, 3].map((c) => (c === next.label ? 1 : 0));
      label.train(next.frame, next.label);
      given.train(next.frame, next.label, { targets });
      over.targets!.set(targets.map((value) => (value ? 0x7fffffff : -1)));
      over.train(next.frame, next.label);
      soft.train(next.frame, next.label, { targets: [0.25, 0.25, 0.25, 0.25] });
    }
    expect(given.weightsHash()).toBe(label.weightsHash());
    expect(over.weightsHash()).toBe(label.weightsHash());
    expect(soft.weightsHash()).not.toBe(label.weightsHash());
  });

  test("gives each unit the gain, offset and knee of its device, and learning sees the activity only", () => {
    const network = Network.create({ ...quiet, input: { width: 1, height: 1, channels: 1 }, device: 99, layers: [{ units: 21, rate: 0 }] }, { build });
    const weights = matrix(network, 0);
    const frame = Uint8Array.of(7);
    const random = generator(4);
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: 21 }, () => (random() % 65536) - 32768 >> (random() % 12));
      values.forEach((value, unit) => weights.set(0, unit, value));
      network.predict(frame);
      const activity = network.view(network.region(REGION_ACTIVITY));
      const device = new Generator(99, 16 + 9);
      values.forEach((value, unit) => {
        const state = device.next();
        // One input of 1.0 (16): acc = 16 w, s = 12.
        const level = (16 * value + 256) >> 9;
        const v = Math.min(Math.max(((level + ((state >>> 16) & 255) - 128) * (128 + (state & 255))) >> 8, 0), 32767);
        const knee = 64 + ((state >>> 8) & 255);
        expect(activity[unit]).toBe(v <= knee ? v : knee + ((v - knee) >> 2));
      });
      expect([...activity.subarray(21, 24)]).toEqual([0, 0, 0]);
    }
  });

  test("keeps to the device through training: another device is another network", () => {
    const hashes = [0, 1, 2, 1].map((device) => {
      const network = Network.create({ ...shape, device, layers: layers(16, 9) }, { build });
      const random = generator(5);
      for (let step = 0; step < 10; step++) {
        const { frame, label } = sample(network.spec, random);
        network.train(frame, label);
      }
      return network.weightsHash();
    });
    expect(new Set(hashes).size).toBe(3);
    expect(hashes[3]).toBe(hashes[1]);
  });
});
