// npm run bench: how fast the engine is on this machine, how close the training step comes to the kernels' own peak, and what a prediction by goodness
// costs in neutral passes. All are measured in turns, in many short rounds, and a figure is the rate that a tenth of the rounds exceed: rounds in which another
// process had the core do not count. About 2 minutes.
// --json FILE (default results/bench.json).
import { Network, engineHash, loadMnist, permutation } from "../dist/index.js";
import { kernelBenches } from "./kernels.mjs";
import { inTurn, origin, record } from "./measure.mjs";

const ROUNDS = 100;
/** The rate that a tenth of the rounds exceed. */
const undisturbed = (rates) => [...rates].sort((a, b) => b - a)[Math.floor(rates.length / 10)];
const { train: images, test } = await loadMnist();
const size = images.shape.width * images.shape.height;

async function alternate(benches, rounds = ROUNDS) {
  const seen = await inTurn(benches, rounds);
  return benches.map(({ name, unit }, index) => ({ name, unit, value: undisturbed(seen[index]) }));
}

function show(title, results, digits) {
  console.log(`\n${title}`);
  for (const { name, unit, value } of results) console.log(`  ${name.padEnd(52)} ${value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits }).padStart(10)} ${unit}`);
  return results;
}

/** A network past its first epoch, when the updates have become as rare as they are for the rest of a run. */
function warm(name, spec, build, samples = build === "scalar" ? 4000 : images.count) {
  const network = Network.create({ input: images.shape, classes: 10, seed: 1, ...spec }, { build });
  const order = permutation(images.count, 1, 1);
  for (let at = 0; at < samples; at++) network.train(images.frames.subarray(order[at] * size, (order[at] + 1) * size), images.labels[order[at]]);
  return { name: `${name}, ${build}`, network, order, next: 0 };
}

function trainBench(warmed, count) {
  return {
    name: warmed.name,
    unit: "samples/s",
    run() {
      const start = performance.now();
      for (let done = 0; done < count; done++) {
        const index = warmed.order[warmed.next++ % images.count];
        warmed.network.train(images.frames.subarray(index * size, (index + 1) * size), images.labels[index]);
      }
      return (count / (performance.now() - start)) * 1000;
    },
  };
}

function predictBench(warmed, by, count) {
  let next = 0;
  return {
    name: `${warmed.name}, by ${by}`,
    unit: "samples/s",
    run() {
      const start = performance.now();
      for (let done = 0; done < count; done++) {
        const index = next++ % test.count;
        warmed.network.predict(test.frames.subarray(index * size, (index + 1) * size), by);
      }
      return (count / (performance.now() - start)) * 1000;
    },
  };
}

const pair = (units, weights) => ({ layers: units.map((n) => ({ units: n, weights })) });
const classwise = (units) => ({ objective: "classwise", layers: units.map((n) => ({ units: n, weights: "i8" })) });

const { cpu, node, v8, load } = origin();
console.log(`${cpu}, load ${load[0]}, Node ${node}, V8 ${v8}, engine ${engineHash()}`);
const kernels = await kernelBenches();
const kernelResults = show("Kernels (MAC/ns: multiply-adds; w/ns: weights updated; peak: registers only, no memory)", await alternate(kernels, 400), 2);

const networks = [
  warm("784-256-256 i16 pair", pair([256, 256], "i16"), "simd"),
  warm("784-256-256 i8 pair", pair([256, 256], "i8"), "simd"),
  warm("784-500-500 i16 pair", pair([500, 500], "i16"), "simd"),
  warm("784-250-250 i8 class-wise", classwise([250, 250]), "simd"),
  warm("784-60-40 i8 class-wise", classwise([60, 40]), "simd"),
];
const slow = [warm("784-256-256 i16 pair", pair([256, 256], "i16"), "scalar"), warm("784-60-40 i8 class-wise", classwise([60, 40]), "scalar")];
const training = show("Training, one sample at a time (second epoch; scalar: first)", await alternate([...networks.map((n) => trainBench(n, 100)), ...slow.map((n) => trainBench(n, 12))]), 0);
const predicting = show("Prediction", await alternate(networks.flatMap((n) => [predictBench(n, "goodness", 80), predictBench(n, "readout", 160)])), 0);

// A neutral pass alone cannot be asked for: it is a prediction by the readout of the last layer, less what the readout of one layer costs. That is the
// difference to a network that reads out one layer more, of the same width.
const passes = [];
for (const [name, units, warmUp] of [["784-256-256", [256, 256], 20000], ["784-500-500", [500, 500], 10000], ["784-4x1000", [1000, 1000, 1000, 1000], 2000]]) {
  const spec = (from) => ({ ...pair(units, "i16"), readout: { from: from - 1 } });
  const one = warm(`${name}, one readout`, spec(units.length), "simd", warmUp), two = warm(`${name}, two readouts`, spec(units.length - 1), "simd", warmUp);
  const count = Math.max(16, Math.ceil(2e7 / units.reduce((sum, n, layer) => sum + n * (units[layer - 1] ?? 784), 0)));
  const seen = await inTurn([predictBench(one, "goodness", count >> 2), predictBench(one, "readout", count), predictBench(two, "readout", count)], ROUNDS);
  const [goodness, readout, twoReadouts] = seen.map((rates) => 1e6 / undisturbed(rates));
  const neutral = 2 * readout - twoReadouts;
  passes.push({ name, goodness, readout, neutral, ratio: goodness / neutral });
}
console.log("\nGoodness of ten labels against one neutral pass (µs; the image's list and sums are part of each)");
for (const { name, goodness, readout, neutral, ratio } of passes) console.log(`  ${name.padEnd(20)} goodness ${goodness.toFixed(1)}, prediction by the readout ${readout.toFixed(1)}, neutral pass alone ${neutral.toFixed(1)}: ${ratio.toFixed(2)} neutral passes`);

// How close the step comes to the kernels: the multiply-adds and updates it does, at the kernels' own measured rate.
const rate = (name) => kernelResults.find((result) => result.name === name).value;
const share = kernelShare(networks[0]);
show("784-256-256 i16 pair: share of the step", [
  { name: "forward kernels, at their own measured rate", unit: "%", value: share.forward },
  { name: "update kernels, at their own measured rate", unit: "%", value: share.update },
  { name: "both: how close the step comes to the kernels", unit: "%", value: share.kernels },
  ...["single", "paired"].flatMap((list) => [
    { name: `forward, ${list}: of the peak with loads`, unit: "%", value: (100 * rate(`forward, ${list} list, i16`)) / rate(`peak: ${list}, with loads and interleaving`) },
    { name: `forward, ${list}: of the peak in registers`, unit: "%", value: (100 * rate(`forward, ${list} list, i16`)) / rate("peak: dot_i16x8 and add in registers") },
  ]),
], 1);

/** The engine counts rows multiplied and updated; the time they would take at the kernels' rate, against the time of the step. */
function kernelShare(warmed) {
  const { network } = warmed;
  const rows = (word) => [0, 1].map((layer) => network.view(network.region(4, layer))[word]);
  const before = [rows(6), rows(7)];
  const each = 100;
  const time = trainBench(warmed, each);
  const rates = Array.from({ length: ROUNDS }, () => time.run());
  const count = each * ROUNDS;
  const perSecond = undisturbed(rates);
  const after = [rows(6), rows(7)];
  const [forward, updated] = [0, 1].map((kind) => [0, 1].map((layer) => ((after[kind][layer] - before[kind][layer]) / count) * 256));
  const ns = 1e9 / perSecond;
  // Layer 1: one single list. Layer 2: a third of its rows single (neutral), two thirds paired.
  // The readout of layer 2: 16 units for each of its rows, forward and back.
  const readoutRows = (forward[1] / 256 / 3) * 16;
  const kernelNs = readoutRows / rate("forward, single list, i16") + forward[0] / rate("forward, single list, i16") + forward[1] / 3 / rate("forward, single list, i16") + ((forward[1] * 2) / 3) / rate("forward, paired list, i16");
  const updateNs = readoutRows / rate("update, single list, i16") + updated[0] / rate("update, single list, i16") + updated[1] / rate("update, paired list, i16");
  return { forward: (100 * kernelNs) / ns, update: (100 * updateNs) / ns, kernels: (100 * (kernelNs + updateNs)) / ns };
}

record("results/bench.json", { rounds: ROUNDS, kernels: kernelResults, training, predicting, share, passes });
