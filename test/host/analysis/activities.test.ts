/** Activities as the engine's own predictions make them: they must give the very scores it predicts with. */
import { describe, expect, test } from "vitest";
import { collectActivities } from "../../../host/analysis/activities.js";
import { Network } from "../../../host/engine/network.js";
import { isMap } from "../../../host/spec/geometry.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { NETWORKS, sampleOf } from "../engine/networks.js";
import { stripes } from "../train/stripes.js";

const base: NetworkSpecInput = { input: { width: 6, height: 5, channels: 1 }, classes: 4, seed: 3, layers: [] };
const WATCHED: Readonly<Record<string, NetworkSpecInput>> = {
  ...NETWORKS,
  "an odd number of classes, goodness of the second layer on": { ...base, classes: 3, goodnessFrom: 1, layers: [{ units: 9 }, { units: 17 }, { units: 8 }] },
  "a convolution and a dense layer, labels appended": { ...base, layers: [{ kind: "conv", channels: 5, field: 3, padding: 1, pool: 2 }, { units: 12 }] },
  "local maps, odd classes": { ...base, classes: 3, layers: [{ kind: "local", channels: 3, field: 3 }, { kind: "local", channels: 7, field: 2 }] },
  "class-wise convolutions": { ...base, objective: "classwise", layers: [{ kind: "conv", channels: 8, field: 3 }, { kind: "conv", channels: 12, field: 2 }] },
  "labels as waves": { ...base, negatives: "random", loss: "threshold", waves: { set: 1, intensity: 0.3 }, layers: [{ kind: "conv", channels: 5, field: 3 }, { kind: "conv", channels: 6, field: 2 }] },
  "recurrent, odd classes": { ...base, classes: 3, recurrence: { iterations: 5, first: 2, last: 4 }, layers: [{ units: 12 }, { units: 9 }] },
  "recurrent local maps, goodness of the second layer on": { ...base, goodnessFrom: 1, recurrence: { iterations: 3 }, layers: [{ kind: "local", channels: 3, field: 3, padding: 1 }, { kind: "local", channels: 2, field: 3, padding: 1 }, { units: 8 }] },
  "a ceiling, blocks, peers": { ...base, layers: [{ units: 16, ceiling: 2, blocks: 2 }, { units: 24, peer: 0.1 }] },
};

function trained(input: NetworkSpecInput): Network {
  const network = Network.create(input);
  for (let step = 0; step < 40; step++) {
    const { frame, label } = sampleOf(input, step);
    network.train(frame, label);
  }
  return network;
}

/** Σ y² >> 6: docs/algorithm.md. */
const goodnessOf = (y: Iterable<number>): number => Math.floor([...y].reduce((sum, value) => sum + value * value, 0) / 64);

/** Scores as the algorithm defines them, from activities alone. */
function scoresFrom(network: Network, frame: Uint8Array): number[] {
  const { spec } = network;
  const scores = new Array<number>(spec.classes).fill(0);
  const { iterations, first, last } = spec.recurrence;
  for (const { layer, label, y, iteration } of network.activities(frame, "goodness")) {
    if (layer < spec.goodnessFrom || (iterations > 0 && (iteration < first || iteration > last))) continue;
    if (label !== null) {
      scores[label]! += goodnessOf(y);
      continue;
    }
    const channels = isMap(spec.layers[layer]!) ? spec.layers[layer]!.channels : y.length;
    const groups = Array.from({ length: spec.classes }, (_, label) => goodnessOf(y.filter((_, unit) => Math.floor((unit % channels) / (channels / spec.classes)) === label)));
    const all = groups.reduce((sum, value) => sum + value, 0);
    if (all > 0) groups.forEach((value, label) => (scores[label]! += Math.floor((value * 32768) / all)));
  }
  return scores;
}

describe.each(Object.entries(WATCHED))("%s", (_, input) => {
  test("the activities give the scores of a prediction by goodness", () => {
    const network = trained(input);
    for (let index = 100; index < 108; index++) {
      const { frame } = sampleOf(input, index);
      const found = scoresFrom(network, frame);
      network.predict(frame, "goodness");
      expect(found).toEqual([...network.scores]);
      expect(found.some((score) => score > 0)).toBe(true);
    }
  });

  test("watching changes nothing, and every layer is seen once a label", () => {
    const network = trained(input);
    const { frame } = sampleOf(input, 200);
    const seen = network.activities(frame, "goodness");
    const passes = network.spec.objective === "classwise" ? [null] : Array.from({ length: network.spec.classes }, (_, label) => label);
    const { iterations, last } = network.spec.recurrence;
    const rounds = iterations === 0 ? [0] : Array.from({ length: last + 1 }, (_, iteration) => iteration);
    for (const label of passes) expect(seen.filter((each) => each.label === label).map(({ layer, iteration, y }) => [iteration, layer, y.length])).toEqual(rounds.flatMap((iteration) => network.spec.layers.map(({ units }, layer) => [iteration, layer, units])));
    expect(seen).toHaveLength(passes.length * rounds.length * network.spec.layers.length);
    if (network.spec.readout.from !== null) {
      const neutral = network.activities(frame, "readout");
      expect(neutral.map(({ layer, label }) => [layer, label])).toEqual(network.spec.layers.map((_, layer) => [layer, null]));
    }
    // Only the counters of work go on, as in a prediction: what is learned next is the same.
    const unwatched = trained(input);
    for (const each of [network, unwatched]) each.train(frame, 1);
    expect(network.weightsHash()).toBe(unwatched.weightsHash());
  });
});

test("a network without a readout has no neutral pass to watch", () => {
  const network = Network.create(NETWORKS["pair, no readout"]!);
  expect(() => network.activities(network.frame.slice(), "readout")).toThrow(/no readout/);
});

test("hybrid negatives: one pass without labels", () => {
  const network = Network.create({ ...base, negatives: "hybrid", loss: "threshold", layers: [{ units: 8 }, { units: 9 }] });
  const { frame } = sampleOf(base, 1);
  expect(network.activities(frame, "readout").map(({ layer, y }) => [layer, y.length])).toEqual([[0, 8], [1, 9]]);
  const seen = network.activities(frame, "goodness");
  expect(seen.map(({ layer, label }) => [layer, label])).toEqual([[0, null], [1, null]]);
});

test("a stream is seen iteration by iteration, and its state moves on as in a prediction", () => {
  const input: NetworkSpecInput = { ...base, classes: 3, recurrence: { iterations: 2, first: 1, last: 2, stream: true }, layers: [{ units: 8 }, { units: 9 }] };
  const [watched, plain] = [trained(input), trained(input)];
  for (let index = 0; index < 4; index++) {
    const { frame } = sampleOf(input, index);
    const seen = watched.activities(frame, "goodness");
    for (const label of [0, 1, 2]) expect(seen.filter((each) => each.label === label).map(({ iteration, layer }) => [iteration, layer])).toEqual([[1, 0], [1, 1], [2, 0], [2, 1]]);
    expect(scoresOfIterations(seen, 3, 1, 2)).toEqual((plain.predict(frame, "goodness"), [...plain.scores]));
  }
});

/** Σ of goodness over the iterations that count. */
function scoresOfIterations(seen: ReturnType<Network["activities"]>, classes: number, first: number, last: number): number[] {
  return Array.from({ length: classes }, (_, label) => seen.filter((each) => each.label === label && each.iteration >= first && each.iteration <= last).reduce((sum, { y }) => sum + goodnessOf(y), 0));
}

describe("collected over samples", () => {
  test("of a recurrent network: every iteration with the sample's own label, and the last stands for all; neutral is the start alone", () => {
    const input: NetworkSpecInput = { ...base, recurrence: { iterations: 3, first: 2, last: 3 }, layers: [{ units: 10 }, { units: 7 }] };
    const network = trained(input);
    const data = stripes(6);
    const { layers, iterations } = collectActivities(network, data, 6);
    expect(iterations!.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3]);
    expect(layers).toEqual(iterations!.at(-1)!.layers);
    const own = network.activities(data.frames.subarray(90, 120), "goodness").filter(({ label }) => label === data.labels[3]);
    for (const { iteration, layer, y } of own) expect(iterations![iteration]!.layers[layer]!.y.slice(3 * y.length, 4 * y.length)).toEqual(y);
    expect(iterations![1]!.layers[0]!.y).not.toEqual(iterations![3]!.layers[0]!.y);
    const neutral = collectActivities(network, data, 6, { shown: "neutral" });
    expect(neutral.iterations).toBeUndefined();
    expect(neutral.layers[1]!.y.slice(21, 28)).toEqual(network.activities(data.frames.subarray(90, 120), "readout")[1]!.y);
  });

  test("with each sample's own label, when asked for", () => {
    const network = trained({ ...base, layers: [{ units: 24 }, { units: 17 }] });
    const data = stripes(4);
    const { layers } = collectActivities(network, data, 4, { shown: "true" });
    const own = network.activities(data.frames.subarray(60, 90), "goodness").filter(({ label }) => label === data.labels[2]);
    for (const { layer, y } of own) expect(layers[layer]!.y.slice(2 * y.length, 3 * y.length)).toEqual(y);
    expect(layers).not.toEqual(collectActivities(network, data, 4).layers);
  });


  test("rows are the samples' neutral passes; more samples than there are means all", () => {
    const network = trained({ ...base, layers: [{ units: 24 }, { units: 17 }] });
    const data = stripes(5);
    const { layers, labels, samples, classes } = collectActivities(network, data, 100);
    expect({ samples, classes, labels }).toEqual({ samples: 5, classes: 4, labels: data.labels });
    const third = network.activities(data.frames.subarray(60, 90), "readout");
    for (const { layer, units, y } of layers) expect(y.slice(2 * units, 3 * units)).toEqual(third[layer]!.y);
  });

  test("without a readout, a sample is watched with its true label", () => {
    const network = trained(NETWORKS["pair, no readout"]!);
    const data = stripes(4);
    const { layers } = collectActivities(network, data, 4);
    for (let sample = 0; sample < 4; sample++) {
      const own = network.activities(data.frames.subarray(sample * 30, sample * 30 + 30), "goodness").find(({ label }) => label === data.labels[sample]);
      expect(layers[0]!.y.slice(sample * 33, (sample + 1) * 33)).toEqual(own!.y);
    }
  });
});
