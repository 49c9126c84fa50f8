// npm run bench:peers: training and goodness prediction by the engine and by its peers: same shapes, data and machine, one core each, one run, all in turns,
// so that a noisy machine disturbs all alike. Medians of the rounds. About 5 minutes. --cases NAME,… picks cases, --rounds N, --json FILE
// (default results/bench/peers.json).
//
// tfjs, on wasm and on cpu, runs the same algorithm in float (recipe mayfly). PyTorch (Debian's python3-torch, with libopenblas0-openmp) runs FF with Adam by hand
// (peers_torch.py) and onnxruntime the int8 forward passes of ten labels (peers_onnx.mjs): speed, not accuracy. A peer that is not installed is left out,
// and the result says so.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Network, loadMnist, permutation, resolveSpec } from "../dist/index.js";
import { batchOf, fromEngine, startNamed } from "../dist/reference.js";
import { digits, inTurn, median, option, record } from "./measure.mjs";
import { startOnnx } from "./peers_onnx.mjs";

const ROUNDS = Number(option("--rounds", "5"));
/** A round of a bench takes about this long, or one batch where that takes longer. */
const ROUND_S = 0.25;
/** Samples the engine has learned before anything is timed: the first ones all cause updates, later ones few. */
const WARM = { small: 20_000, large: 15_000 };

const pair = (...units) => ({ layers: units.map((n) => ({ units: n })) });
const CASES = [
  { name: "784-256-256", spec: pair(256, 256), work: "train", warm: WARM.small, torch: [1, 8, 64, 512], tfjs: { wasm: [1, 8, 64, 512], cpu: [1, 8, 64, 512] }, asked: { "PyTorch, batch 1": 120, "tfjs wasm, batch 1": 300, "best batch": 3 } },
  { name: "784-500-500", spec: pair(500, 500), work: "train", warm: WARM.small, torch: [1, 64, 512], tfjs: { wasm: [1, 512] }, asked: { "best batch": 2.5 } },
  { name: "784-4x2000", spec: pair(2000, 2000, 2000, 2000), work: "train", warm: WARM.large, torch: [128, 512], tfjs: { wasm: [128] }, asked: { "best batch": 1.5 } },
  {
    name: "784-250-250 class-wise", spec: { objective: "classwise", layers: [250, 250].map((units) => ({ units, weights: "i8" })) }, work: "train", warm: WARM.small, torch: [1, 64, 512],
    asked: { "PyTorch, batch 1": 400, "best batch": 6 },
  },
  {
    name: "784-250-250 class-wise, prediction", spec: { objective: "classwise", layers: [250, 250].map((units) => ({ units, weights: "i8" })) }, work: "predict", warm: WARM.small,
    torch: [512], onnx: [1, 32, 128], asked: { "onnxruntime int8, best batch": 3 },
  },
];

const { train: data } = await loadMnist();
const size = data.shape.width * data.shape.height;
const order = permutation(data.count, 1, 1);
const frameAt = (index) => data.frames.subarray(index * size, (index + 1) * size);

const rated = (count, start) => count / ((performance.now() - start) / 1000);

/** Runs `some(count)` for about ROUND_S and returns samples a second; learns how many that are as it goes. */
function timedBench(peer, batch, some) {
  let count = batch;
  return {
    peer, batch,
    async run() {
      const start = performance.now();
      await some(count);
      const rate = rated(count, start);
      count = Math.max(batch, Math.round((rate * ROUND_S) / batch) * batch);
      return rate;
    },
  };
}

function engineBench(network, work, warm) {
  let next = warm;
  return timedBench("Mayfly", 1, (count) => {
    for (let done = 0; done < count; done++) {
      const index = order[next++ % data.count];
      if (work === "train") network.train(frameAt(index), data.labels[index]);
      else network.predict(frameAt(index), "goodness");
    }
  });
}

async function tfjsBench(backend, checkpoint, batch) {
  const network = await fromEngine(backend, Network.open(checkpoint));
  let next = 0;
  return timedBench(`tfjs ${backend.name}`, batch, async (count) => {
    for (let done = 0; done < count; done += batch) {
      if (next + batch > data.count) next = 0;
      await network.train(batchOf(data, order, next, next + batch));
      next += batch;
    }
  });
}

async function startTorch() {
  // Debian puts its packages beside its own Python, which need not be the first in the path.
  const python = process.env.MAYFLY_PYTHON ?? (existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3");
  const child = spawn(python, [fileURLToPath(new URL("peers_torch.py", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" } });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  child.on("error", () => {});
  const first = await lines.next();
  if (first.done) return null;
  return {
    version: JSON.parse(first.value).version,
    async rate(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("PyTorch's process ended: see above");
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

const torch = await startTorch();
const tfjs = { wasm: await startNamed("wasm"), cpu: await startNamed("cpu") };
const versions = { PyTorch: torch?.version ?? null, tfjs: tfjs.wasm.version, onnxruntime: null };
if (!torch) console.log("PyTorch is not here: apt-get install python3-torch libopenblas0-openmp");

const wanted = option("--cases", null)?.split(",");
const results = [];
for (const { name, spec, work, warm, torch: torchBatches, tfjs: tfjsBatches = {}, onnx: onnxBatches = [], asked } of CASES) {
  if (wanted && !wanted.includes(name)) continue;
  const network = Network.create(resolveSpec({ input: data.shape, classes: 10, seed: 1, ...spec }));
  for (let at = 0; at < warm; at++) network.train(frameAt(order[at]), data.labels[order[at]]);
  const units = spec.layers.map((layer) => layer.units);
  const benches = [engineBench(network, work, warm)];
  for (const batch of torch ? torchBatches : []) benches.push({ peer: "PyTorch", batch, run: () => torch.rate({ kind: work, layers: units, batch, seconds: ROUND_S }) });
  for (const [backend, batches] of Object.entries(tfjsBatches)) for (const batch of batches) benches.push(await tfjsBench(tfjs[backend], network.checkpoint(), batch));
  const onnx = onnxBatches.length > 0 ? await startOnnx(units) : null;
  if (onnx) versions.onnxruntime = onnx.version;
  else if (onnxBatches.length > 0) console.log("onnxruntime-node (288 MB) is not here: ONNXRUNTIME_NODE_INSTALL=skip npm install --no-save onnxruntime-node@1.30");
  for (const batch of onnx ? onnxBatches : []) {
    benches.push(timedBench("onnxruntime int8", batch, async (count) => {
      for (let done = 0; done < count; done += batch) await onnx.predict(data.frames.subarray(done * size, (done + batch) * size), batch);
    }));
    const rows = onnx.rows(batch);
    benches.push(timedBench("onnxruntime int8, rows made before", batch, async (count) => {
      for (let done = 0; done < count; done += batch) await onnx.run(rows);
    }));
  }
  // Warm up: compilers, allocators, and how many samples make a round.
  for (const bench of benches) await bench.run();
  const seen = await inTurn(benches, ROUNDS);
  const engineRates = seen[0];
  const rows = benches.map(({ peer, batch }, index) => ({
    peer, batch, samplesPerSecond: digits(median(seen[index]), 4), engineIsTimesFaster: digits(median(seen[index].map((rate, round) => engineRates[round] / rate))),
  }));
  results.push({ name, work, asked, rows });
  console.log(`\n${name}${work === "train" ? ", training" : ""}`);
  for (const { peer, batch, samplesPerSecond, engineIsTimesFaster } of rows) {
    console.log(`  ${peer.padEnd(36)} batch ${String(batch).padStart(4)}  ${samplesPerSecond.toLocaleString("en").padStart(10)} samples/s${peer === "Mayfly" ? "" : `   the engine is ${engineIsTimesFaster} times as fast`}`);
  }
  console.log(`  asked: ${Object.entries(asked).map(([what, times]) => `${what} ${times}`).join(", ")}`);
}
torch?.stop();
record(wanted ? null : "results/bench/peers.json", { rounds: ROUNDS, threads: 1, versions, results });
process.exit(0);
