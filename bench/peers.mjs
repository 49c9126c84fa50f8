// npm run bench:peers: Forward-Forward training by the engine and by its peers on the same network, data and machine, in one run, in turns, so that a
// noisy machine disturbs all alike. Medians of the rounds, and each as a multiple of the engine with SIMD. JSON with --json FILE.
//
// tfjs runs the same algorithm in float (recipe mayfly). PyTorch (python3-torch) runs the same shapes with Adam by hand (peers_torch.py): a peer's
// speed, not its accuracy. onnxruntime-node is not here: it has no training.
import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Network, engineHash, loadMnist, permutation, resolveSpec } from "../dist/index.js";
import { FloatNetwork, batchOf, startNamed } from "../dist/reference.js";

const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const ROUNDS = Number(option("--rounds", "5"));
/** Debian puts its packages beside its own Python, which need not be the first in the path. */
const PYTHON = process.env.MAYFLY_PYTHON ?? (existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3");
const LAYERS = option("--layers", "256,256").split(",").map(Number);
const BATCHES = option("--batches", "1,8,64,512").split(",").map(Number);
/** Samples before anything is timed: the first ones all cause updates, later ones few. */
const WARM_SAMPLES = 3000;
/** A round of a bench takes about this long. */
const ROUND_S = 0.5;

const { train: data } = await loadMnist();
const size = data.shape.width * data.shape.height;
const order = permutation(data.count, 1, 1);
const spec = resolveSpec({ input: data.shape, classes: 10, layers: LAYERS.map((units) => ({ units })), seed: 1 });

/** An engine trained for a while, and the checkpoint all others start from: every contestant has the same network to train. */
const warmed = Network.create(spec);
for (let at = 0; at < WARM_SAMPLES; at++) warmed.train(data.frames.subarray(order[at] * size, (order[at] + 1) * size), data.labels[order[at]]);
const checkpoint = warmed.checkpoint();

function engineBench(build) {
  const network = Network.open(checkpoint, "the warm network", { build });
  let next = WARM_SAMPLES;
  return { name: `engine, ${build}`, batch: 1, samples: build === "simd" ? 8000 : 800, run(samples) {
    for (let done = 0; done < samples; done++) {
      const index = order[next++ % data.count];
      network.train(data.frames.subarray(index * size, (index + 1) * size), data.labels[index]);
    }
  } };
}

async function tfjsBench(name, batch) {
  const { fromEngine } = await import("../dist/reference.js");
  const backend = await startNamed(name);
  const network = await fromEngine(backend, Network.open(checkpoint));
  let next = WARM_SAMPLES;
  return { name: `tfjs ${name}`, batch, samples: batch, version: backend.version, adapter: backend.adapter, async run(samples) {
    for (let done = 0; done < samples; done += batch) {
      if (next + batch > data.count) next = 0;
      await network.train(batchOf(data, order, next, next + batch));
      next += batch;
    }
  } };
}

async function timed(bench, samples) {
  const start = performance.now();
  await bench.run(samples);
  return samples / ((performance.now() - start) / 1000);
}

const benches = [engineBench("simd"), engineBench("scalar")];
for (const name of ["wasm", "cpu"]) for (const batch of BATCHES) benches.push(await tfjsBench(name, batch));
// As many samples a round as take about half a second, in whole batches.
for (const bench of benches) {
  await bench.run(bench.batch);
  const rate = await timed(bench, bench.samples);
  bench.samples = Math.max(bench.batch, Math.round((rate * ROUND_S) / bench.batch) * bench.batch);
}
const seen = benches.map(() => []);
for (let round = 0; round < ROUNDS; round++) for (const [index, bench] of benches.entries()) seen[index].push(await timed(bench, bench.samples));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const results = benches.map(({ name, batch, version }, index) => ({ name, batch, version: version ?? engineHash(), samplesPerSecond: Math.round(median(seen[index]) * 10) / 10 }));
const torch = torchResults();
results.push(...torch.results);
const one = results[0].samplesPerSecond;
for (const result of results) result.ofEngine = Number((result.samplesPerSecond / one).toPrecision(3));

console.log(`784-${LAYERS.join("-")}, pair, hard negatives; ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0].toFixed(1)} on ${cpus().length} CPUs`);
for (const { name, batch, samplesPerSecond, ofEngine } of results) console.log(`  ${name.padEnd(18)} batch ${String(batch).padStart(4)}  ${samplesPerSecond.toLocaleString("en").padStart(12)} samples/s  ${ofEngine} of the engine's`);
if (torch.missing) console.log(torch.missing);
const file = option("--json", null);
if (file) {
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  writeFileSync(file, `${JSON.stringify({ layers: LAYERS, cpu: cpus()[0]?.model, cpus: cpus().length, load: loadavg(), node: process.version, v8: process.versions.v8, engineHash: engineHash(), commit, date: new Date().toISOString().slice(0, 10), rounds: ROUNDS, torch: torch.missing ?? null, results }, null, 2)}\n`);
}
process.exit(0);

/** PyTorch in a process of its own, right after the others; nothing where it is not installed. */
function torchResults() {
  const child = spawnSync(PYTHON, [fileURLToPath(new URL("peers_torch.py", import.meta.url)), JSON.stringify({ layers: LAYERS, batches: BATCHES, seconds: ROUND_S, rounds: ROUNDS })], { encoding: "utf8" });
  if (child.status !== 0) return { results: [], missing: "PyTorch is not here: apt-get install python3-torch libopenblas0-openmp" };
  return { results: JSON.parse(child.stdout) };
}
