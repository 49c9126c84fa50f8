// npm run bench:time: seconds from random weights to 2.5 % and to 2.0 % MNIST test error, one core. The engine's runs are whole ones of few epochs (the rate
// falls to 0 within them), of three seeds: a target counts as reached when every seed has reached it. The peers run until they reach it: PyTorch FF by
// the public recipe to 2.5 % (--limit SECONDS, default 300, ends it), PyTorch backpropagation to 2.0 %. Loading of data and evaluations are not counted, for
// anyone. --json FILE (default results/bench/time.json). --peers no leaves PyTorch out.
import { Network, evaluate, loadMnist, permutation } from "../dist/index.js";
import { digits, median, option, record } from "./measure.mjs";
import { HOW_TO_GET_TORCH, mnistFiles, startPython } from "./torch.mjs";

const LIMIT_S = Number(option("--limit", "300"));
const SEEDS = [1, 2, 3];
/** The engine's runs: what `mayfly train mnist --layers 256,256 --epochs N` does. */
const ENGINE = [
  { target: 2.5, layers: [256, 256], epochs: 2 },
  { target: 2.0, layers: [256, 256], epochs: 3 },
];
const PEERS = [
  { target: 2.0, name: "PyTorch backpropagation, Adam, batch 128", recipe: "backprop", layers: [500, 500], epochs: 40, seed: 1 },
  { target: 2.5, name: "PyTorch FF, public recipe", recipe: "ff", layers: [500, 500], epochs: 20, seed: 1 },
];

const { train: data, test } = await loadMnist();
const size = data.shape.width * data.shape.height;

function engineRun({ target, layers, epochs }, seed) {
  const start = performance.now();
  const total = epochs * data.count;
  const network = Network.create({ input: data.shape, classes: 10, seed, layers: layers.map((units) => ({ units })), schedule: { holdSamples: total >> 1, totalSamples: total } });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(data.count, seed, epoch);
    for (const index of order) network.train(data.frames.subarray(index * size, (index + 1) * size), data.labels[index]);
  }
  const seconds = (performance.now() - start) / 1000;
  const { testError } = evaluate(network, test);
  return { seed, seconds: digits(seconds), error: Math.min(testError.goodness, testError.readout), testError, reached: Math.min(testError.goodness, testError.readout) <= target, weightsHash: network.weightsHash() };
}

const engine = ENGINE.map((run) => {
  const runs = SEEDS.map((seed) => engineRun(run, seed));
  const result = { ...run, reached: runs.every(({ reached }) => reached), seconds: median(runs.map(({ seconds }) => seconds)), runs };
  console.log(`Mayfly 784-${run.layers.join("-")}, ${run.epochs} epochs: ${runs.map(({ error, seconds }) => `${error} % in ${seconds} s`).join(", ")}${result.reached ? "" : `   NOT ALL at most ${run.target} %`}`);
  return result;
});

const peers = [];
for (const { name, target, ...job } of option("--peers", "yes") === "no" ? [] : PEERS) {
  const epochs = await torchRun({ ...job, target, limit: LIMIT_S });
  if (!epochs) {
    console.log(HOW_TO_GET_TORCH);
    break;
  }
  const last = epochs.at(-1);
  const mine = engine.find((result) => result.target === target);
  const reached = last.error <= target;
  const times = digits(last.seconds / mine.seconds);
  peers.push({ name, target, ...job, reached, seconds: last.seconds, error: last.error, version: last.version, engineIsTimesFaster: times, epochsRun: epochs.map(({ version: _, ...epoch }) => epoch) });
  console.log(`${name}: ${reached ? `${last.error} %` : `${last.error} % and not ${target} %`} after ${last.epoch} epochs, ${last.seconds} s: ${reached ? "" : "more than "}${times} times as long`);
}
record("results/bench/time.json", { counted: "making the network and training; not loading data, not evaluating", asked: { "2.5": "30 times faster than PyTorch FF", "2": "a third of PyTorch backpropagation" }, engine, peers });

async function torchRun(job) {
  const epochs = [];
  for await (const line of startPython("time_torch.py", JSON.stringify({ ...job, ...mnistFiles() })).lines) epochs.push(JSON.parse(line));
  return epochs.length > 0 ? epochs : null;
}
