/** Class activation maps are the readout's logits, spread over the places they come from. */
import { describe, expect, test } from "vitest";
import * as kinds from "../../../assembly/abi/region.js";
import { classActivationMaps, spread } from "../../../host/analysis/class_activation_map.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { sampleOf } from "../engine/networks.js";

const base: NetworkSpecInput = { input: { width: 10, height: 8, channels: 1 }, classes: 4, seed: 7, layers: [] };
const NETS: Readonly<Record<string, NetworkSpecInput>> = {
  "class-wise convolutions": { ...base, objective: "classwise", readout: { from: 0, rate: 0.03 }, layers: [{ kind: "conv", channels: 8, field: 3, pool: 2 }, { kind: "conv", channels: 12, field: 2 }] },
  "waves, the linear classifier on all layers but the first": { ...base, loss: "threshold", negatives: "random", waves: { set: 1, intensity: 0.3 }, readout: { from: 1, rate: 0.03 }, layers: [{ kind: "conv", channels: 5, field: 3 }, { kind: "conv", channels: 7, field: 3 }, { kind: "conv", channels: 9, field: 3 }] },
  "local maps": { ...base, readout: { from: 0, rate: 0.03 }, layers: [{ kind: "local", channels: 5, field: 4, stride: 2 }] },
};

function trained(input: NetworkSpecInput): Network {
  const network = Network.create(input);
  for (let step = 0; step < 300; step++) {
    const { frame, label } = sampleOf(input, step);
    network.train(frame, label);
  }
  return network;
}

describe.each(Object.entries(NETS))("%s", (_, input) => {
  const network = trained(input);

  test("the layers' maps add up to the logit of the class, up to the rounding of the readout's inputs", () => {
    for (let index = 0; index < 6; index++) {
      const { frame } = sampleOf(input, 900 + index);
      network.predict(frame, "readout");
      const logits = Array.from(network.logits, (logit) => logit / 256);
      const activities = network.activities(frame, "readout");
      for (let label = 0; label < input.classes; label++) {
        const maps = classActivationMaps(network, frame, label);
        const sum = maps.filter(({ layer }) => layer !== null).reduce((total, { values }) => total + values.reduce((a, b) => a + b, 0), 0);
        expect(Math.abs(sum - logits[label]!)).toBeLessThan(roundingOf(network, activities, label));
      }
      // The network has learnt: the bound above is small beside what the logits differ by.
      expect(Math.max(...logits) - Math.min(...logits)).toBeGreaterThan(1);
    }
  });

  test("one map a layer that the readout sees, as large as the layer's map, and one of all over the frame", () => {
    const maps = classActivationMaps(network, sampleOf(input, 1).frame, 0);
    const seen = network.spec.layers.map((layer, index) => ({ layer, index })).filter(({ index }) => index >= network.spec.readout.from!);
    expect(maps.map(({ layer }) => layer)).toEqual([...seen.map(({ index }) => index + 1), null]);
    seen.forEach(({ layer }, at) => expect(maps[at]!.width * maps[at]!.height * layer.channels).toBe(layer.units));
    const all = maps.at(-1)!;
    expect([all.width, all.height, all.values.length]).toEqual([10, 8, 80]);
    const sums = Float64Array.from({ length: 80 }, (_, place) => maps.slice(0, -1).reduce((sum, map) => sum + spread(map, 10, 8)[place]!, 0));
    expect(Math.max(...all.values.map((value, place) => Math.abs(value - sums[place]!)))).toBeLessThan(1e-9);
  });
});

/** x is rounded to 1/16 (and limited to 127/16); half a step of every active input, times its weight, and a few steps of the logit. */
function roundingOf(network: Network, activities: ReturnType<Network["activities"]>, label: number): number {
  let bound = 0.05;
  for (const { layer, y } of activities) {
    if (layer < network.spec.readout.from!) continue;
    const region = network.region(kinds.REGION_READOUT_WEIGHTS, layer);
    const weights = network.view(region);
    const rms = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0) / y.length) || 1;
    y.forEach((value, unit) => {
      const weight = Math.abs(weights[unit * region.stride + label]! / 2048);
      // The engine's root is a whole number with a few bits, so x is off by up to a hundredth of itself besides.
      if (value > 0) bound += weight * (0.6 / 16 + 0.01 * (value / rms) + Math.max(0, value / rms - 127 / 16));
    });
  }
  return bound;
}

test("refused: a network without maps, without a readout, and a class there is not", () => {
  const frame = new Uint8Array(80);
  expect(() => classActivationMaps(Network.create({ ...base, layers: [{ units: 8 }] }), frame, 0)).toThrow(/need layers of kind conv or local/);
  expect(() => classActivationMaps(Network.create({ ...NETS["local maps"]!, negatives: "random", readout: { from: null } }), frame, 0)).toThrow(/need layers of kind conv or local/);
  const network = Network.create(NETS["local maps"]!);
  for (const label of [-1, 4, 1.5, NaN]) expect(() => classActivationMaps(network, frame, label)).toThrow(/classes 0 to 3/);
});

test("a black frame has maps of 0", () => {
  const network = trained(NETS["class-wise convolutions"]!);
  for (const { values } of classActivationMaps(network, new Uint8Array(80), 1)) expect([...values].every(Number.isFinite)).toBe(true);
});

describe("a map spread over the frame", () => {
  test("keeps its values where the sizes agree, and a single value everywhere", () => {
    const values = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect([...spread({ width: 3, height: 2, values }, 3, 2)]).toEqual([...values]);
    expect([...spread({ width: 1, height: 1, values: Float64Array.of(7) }, 3, 2)]).toEqual([7, 7, 7, 7, 7, 7]);
  });

  test("goes linearly from middle to middle, and stays level beyond", () => {
    expect([...spread({ width: 2, height: 1, values: Float64Array.of(0, 4) }, 4, 1)]).toEqual([0, 1, 3, 4]);
  });
});
