// npm run bench: how fast the engine is on this machine, and how close the training step comes to the kernels' own peak.
// Every figure is the median of alternating rounds of one run, so that a noisy machine disturbs all alike. JSON with --json FILE.
import { cpus } from "node:os";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Network, engineHash, loadMnist, permutation } from "../dist/index.js";
import { kernelBenches } from "./kernels.mjs";

const ROUNDS = 7;
const { train: images, test } = await loadMnist();
const size = images.shape.width * images.shape.height;

/** Median of the rounds of each bench, run in turn: A B C A B C … */
function alternate(benches) {
  const seen = benches.map(() => []);
  for (let round = 0; round < ROUNDS; round++) benches.forEach((bench, index) => seen[index].push(bench.run()));
  return benches.map((bench, index) => ({ name: bench.name, unit: bench.unit, value: seen[index].sort((a, b) => a - b)[ROUNDS >> 1] }));
}

function show(title, results, digits) {
  console.log(`\n${title}`);
  for (const { name, unit, value } of results) console.log(`  ${name.padEnd(52)} ${value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits }).padStart(10)} ${unit}`);
  return results;
}

/** A network past its first epoch, when the updates have become as rare as they are for the rest of a run. */
function warm(name, spec, build) {
  const network = Network.create({ input: images.shape, classes: 10, seed: 1, ...spec }, { build });
  const order = permutation(images.count, 1, 1);
  const samples = build === "scalar" ? 4000 : images.count;
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

console.log(`${cpus()[0]?.model}, Node ${process.version}, V8 ${process.versions.v8}, engine ${engineHash()}`);
const kernels = await kernelBenches();
const kernelResults = show("Kernels (MAC/ns: multiply-adds; w/ns: weights updated; peak: registers only, no memory)", alternate(kernels), 2);

const networks = [
  warm("784-256-256 i16 pair", pair([256, 256], "i16"), "simd"),
  warm("784-256-256 i8 pair", pair([256, 256], "i8"), "simd"),
  warm("784-500-500 i16 pair", pair([500, 500], "i16"), "simd"),
  warm("784-250-250 i8 class-wise", classwise([250, 250]), "simd"),
  warm("784-60-40 i8 class-wise", classwise([60, 40]), "simd"),
];
const slow = [warm("784-256-256 i16 pair", pair([256, 256], "i16"), "scalar"), warm("784-60-40 i8 class-wise", classwise([60, 40]), "scalar")];
const training = show("Training, one sample at a time (second epoch; scalar: first)", alternate([...networks.map((n) => trainBench(n, 3000)), ...slow.map((n) => trainBench(n, 400))]), 0);
const predicting = show("Prediction", alternate(networks.flatMap((n) => [predictBench(n, "goodness", 1500), predictBench(n, "readout", 3000)])), 0);

// How close the step comes to the kernels: the multiply-adds and updates it does, at the kernels' own measured rate.
const rate = (name) => kernelResults.find((result) => result.name === name).value;
const share = kernelShare(networks[0]);
show("784-256-256 i16 pair: share of the step", [
  { name: "forward kernels, at their own measured rate", unit: "%", value: share.forward },
  { name: "update kernels, at their own measured rate", unit: "%", value: share.update },
  { name: "both: how close the step comes to the kernels", unit: "%", value: share.kernels },
  { name: "forward kernel against the register peak", unit: "%", value: (100 * rate("forward, single list, i16")) / rate("peak: dot_i16x8 in registers") },
], 1);

/** The engine counts rows multiplied and updated; the time they would take at the kernels' rate, against the time of the step. */
function kernelShare(warmed) {
  const { network } = warmed;
  const rows = (word) => [0, 1].map((layer) => network.view(network.region(4, layer))[word]);
  const before = [rows(6), rows(7)];
  const count = 6000;
  const time = trainBench(warmed, count);
  const perSecond = time.run();
  const after = [rows(6), rows(7)];
  const [forward, updated] = [0, 1].map((kind) => [0, 1].map((layer) => ((after[kind][layer] - before[kind][layer]) / count) * 256));
  const ns = 1e9 / perSecond;
  // Layer 1: one single list. Layer 2: a third of its rows single (neutral), two thirds paired.
  const kernelNs = forward[0] / rate("forward, single list, i16") + forward[1] / 3 / rate("forward, single list, i16") + ((forward[1] * 2) / 3) / rate("forward, paired list, i16");
  const updateNs = updated[0] / rate("update, single list, i16") + updated[1] / rate("update, paired list, i16");
  return { forward: (100 * kernelNs) / ns, update: (100 * updateNs) / ns, kernels: (100 * (kernelNs + updateNs)) / ns };
}

const at = process.argv.indexOf("--json");
if (at > 0) {
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  writeFileSync(process.argv[at + 1], `${JSON.stringify({ cpu: cpus()[0]?.model, node: process.version, v8: process.versions.v8, engineHash: engineHash(), commit, kernels: kernelResults, training, predicting, share }, null, 2)}\n`);
}
