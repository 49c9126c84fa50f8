// npm run bench:peers: training and goodness prediction by the engine and by its peers: same shapes, data and machine, one core each, one run, all in turns,
// so that a noisy machine disturbs all alike. Medians of the rounds. About 4 minutes. --cases NAME,… picks cases, --rounds N, --json FILE
// (default results/bench/peers.json).
//
// The same work on all sides, in two forms: `hard`, what Mayfly does by default (a neutral pass, a readout that learns from it, the wrong label drawn from
// its probabilities), and `random` (a random wrong label, no neutral pass, no readout). PyTorch (peers_torch.py) and tfjs on wasm (peers_tfjs.mjs)
// learn with Adam, by hand; beside them PyTorch as lean as it can be, PyTorch and tfjs without Adam, as the engine learns (tfjs: the float reference, recipe
// mayfly), and PyTorch as public scripts use it, with autograd. onnxruntime makes the int8 forward passes of ten labels (peers_onnx.mjs). What each learns in an epoch is measured too. A peer that
// is not installed is left out, and the result says so.
import { Network, evaluate, loadMnist, permutation, resolveSpec } from "../dist/index.js";
import { batchOf, fromEngine, startNamed } from "../dist/reference.js";
import { digits, inTurn, median, option, record } from "./measure.mjs";
import { startOnnx } from "./peers_onnx.mjs";
import { TfjsForwardForward } from "./peers_tfjs.mjs";
import { HOW_TO_GET_TORCH, mnistFiles, startPython } from "./torch.mjs";

const ROUNDS = Number(option("--rounds", "5"));
/** A round of a bench takes about this long, or one batch where that takes longer. */
const ROUND_S = 0.25;
/** Samples the engine has learned before anything is timed: the first ones all cause updates, later ones few. */
const WARM = { small: 20_000, large: 15_000 };

const pair = (...units) => ({ layers: units.map((n) => ({ units: n })) });
const classwise = (...units) => ({ objective: "classwise", layers: units.map((n) => ({ units: n, weights: "i8" })) });
/** What makes Mayfly's default the form. */
const FORMS = { hard: {}, random: { negatives: "random", readout: { from: null } } };
/** PyTorch's names: what is sent to peers_torch.py. The last learns from random negatives only. */
const TORCH = {
  "PyTorch": { style: "by hand" }, "PyTorch, lean": { style: "lean" }, "PyTorch, lean, no Adam": { style: "lean, no Adam" }, "PyTorch, autograd": { style: "autograd" },
};

/** `forms`: batches of each peer by form. Without Adam a step is the sum over a batch, so those batches end where that still learns. */
const CASES = [
  {
    name: "784-256-256", spec: pair(256, 256), work: "train", warm: WARM.small, asked: { "PyTorch, batch 1": 120, "tfjs wasm, batch 1": 300, "best batch": 3 },
    forms: {
      hard: { "PyTorch": [1, 8, 64, 512], "PyTorch, lean": [1, 8, 64, 512], "PyTorch, lean, no Adam": [1, 64], "tfjs wasm": [1, 8, 64, 512], "tfjs wasm, no Adam": [1, 8, 64, 512], "tfjs cpu, no Adam": [1, 8, 64, 512] },
      random: { "PyTorch": [1, 8, 64, 512], "PyTorch, lean": [1, 8, 64, 512], "PyTorch, lean, no Adam": [1, 64], "PyTorch, autograd": [1, 512], "tfjs wasm": [1, 8, 64, 512] },
    },
  },
  {
    name: "784-500-500", spec: pair(500, 500), work: "train", warm: WARM.small, asked: { "best batch": 2.5 },
    forms: { hard: { "PyTorch": [1, 64, 512], "PyTorch, lean": [1, 64, 512], "tfjs wasm": [1, 512], "tfjs wasm, no Adam": [1, 512] }, random: { "PyTorch": [1, 64, 512], "PyTorch, lean": [1, 64, 512], "tfjs wasm": [1, 512] } },
  },
  {
    name: "784-4x2000", spec: pair(2000, 2000, 2000, 2000), work: "train", warm: WARM.large, asked: { "best batch": 1.5 },
    forms: { hard: { "PyTorch": [128, 512], "PyTorch, lean": [128, 512], "tfjs wasm": [128], "tfjs wasm, no Adam": [128] }, random: { "PyTorch": [128, 512], "PyTorch, lean": [128, 512], "tfjs wasm": [128] } },
  },
  {
    // No negatives here, so the peers' FF, the pair, is compared in both its forms.
    name: "784-250-250 class-wise", spec: classwise(250, 250), work: "train", warm: WARM.small, asked: { "PyTorch, batch 1": 400, "best batch": 6 },
    forms: { hard: { "PyTorch": [1, 64, 512], "PyTorch, lean": [1, 64, 512], "PyTorch, lean, no Adam": [1, 64] }, random: { "PyTorch": [1, 64, 512], "PyTorch, lean": [1, 64, 512], "PyTorch, lean, no Adam": [1, 64] } },
  },
  {
    name: "784-250-250 class-wise, prediction", spec: classwise(250, 250), work: "predict", warm: WARM.small, asked: { "onnxruntime int8, best batch": 3 },
    forms: { hard: { "PyTorch": [512] } }, onnx: [1, 32, 128],
  },
];
/** What each of the first case's peers learns in an epoch: batches of so many. */
const LEARN_BATCH = 64;

const { train: data, test } = await loadMnist();
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

/** `some(from, to)` learns from a batch of the samples in order. */
function batchBench(peer, batch, some) {
  let next = 0;
  return timedBench(peer, batch, async (count) => {
    for (let done = 0; done < count; done += batch) {
      if (next + batch > data.count) next = 0;
      await some(next, next + batch);
      next += batch;
    }
  });
}

async function startTorch() {
  const { lines, input } = startPython("peers_torch.py");
  const answers = lines[Symbol.asyncIterator]();
  const first = await answers.next();
  if (first.done) return null;
  return {
    version: JSON.parse(first.value).version,
    async ask(request) {
      input.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error("PyTorch's process ended: see above");
      return JSON.parse(value);
    },
    stop: () => input.end(),
  };
}

const torch = await startTorch();
const tfjs = { wasm: await startNamed("wasm"), cpu: await startNamed("cpu") };
const versions = { PyTorch: torch?.version ?? null, tfjs: tfjs.wasm.version, onnxruntime: null };
if (!torch) console.log(HOW_TO_GET_TORCH);

function engineOf(spec, form, warm) {
  const network = Network.create(resolveSpec({ input: data.shape, classes: 10, seed: 1, ...spec, ...(spec.objective === "classwise" ? {} : FORMS[form]) }));
  for (let at = 0; at < warm; at++) network.train(frameAt(order[at]), data.labels[order[at]]);
  return network;
}

/** A peer's benches of one form, and what frees it. `engine` is what a float reference begins with. */
async function peerBenches(peer, form, { work, units, batches, engine }) {
  if (peer in TORCH) {
    if (!torch) return { benches: [] };
    return { benches: batches.map((batch) => ({ peer, batch, run: () => torch.ask({ kind: work, form, layers: units, batch, seconds: ROUND_S, ...TORCH[peer] }) })) };
  }
  const backend = tfjs[peer.split(/[ ,]/)[1]];
  const benches = [], networks = [];
  for (const batch of batches) {
    const float = peer.endsWith("no Adam");
    const network = float ? await fromEngine(backend, Network.open(engine.checkpoint())) : new TfjsForwardForward(backend, size, units, form);
    networks.push(network);
    benches.push(batchBench(peer, batch, (from, to) => (float ? network.train(batchOf(data, order, from, to)) : network.train(data, order, from, to))));
  }
  return { benches, dispose: () => networks.forEach((network) => network.dispose()) };
}

async function onnxBenches(units, batches) {
  const onnx = batches.length > 0 ? await startOnnx(units) : null;
  if (onnx) versions.onnxruntime = onnx.version;
  else if (batches.length > 0) console.log("onnxruntime-node (288 MB) is not here: ONNXRUNTIME_NODE_INSTALL=skip npm install --no-save onnxruntime-node@1.30");
  return (onnx ? batches : []).flatMap((batch) => {
    const rows = onnx.rows(batch);
    return [
      timedBench("onnxruntime int8", batch, async (count) => {
        for (let done = 0; done < count; done += batch) await onnx.predict(data.frames.subarray(done * size, (done + batch) * size), batch);
      }),
      timedBench("onnxruntime int8, rows made before", batch, async (count) => {
        for (let done = 0; done < count; done += batch) await onnx.run(rows);
      }),
    ];
  });
}

/**
 * Rates of a case, Mayfly's default first. `form` is null where there is but one. Of each row how many times as fast the engine is: the one that does the
 * same work, and the default.
 */
async function measure({ spec, work, warm, forms, onnx = [] }) {
  const units = spec.layers.map((layer) => layer.units);
  const one = spec.objective === "classwise";
  const all = [], disposals = [];
  for (const [form, peers] of Object.entries(forms)) {
    const engine = one && all.length > 0 ? null : engineOf(spec, form, warm);
    if (engine) all.push({ form: one ? null : form, bench: engineBench(engine, work, warm) });
    for (const [peer, batches] of Object.entries(peers)) {
      const { benches, dispose } = await peerBenches(peer, form, { work, units, batches, engine });
      all.push(...benches.map((bench) => ({ form: work === "train" ? form : null, bench })));
      if (dispose) disposals.push(dispose);
    }
  }
  all.push(...(await onnxBenches(units, onnx)).map((bench) => ({ form: null, bench })));
  // Warm up: compilers, allocators, and how many samples make a round.
  for (const { bench } of all) await bench.run();
  const seen = await inTurn(all.map(({ bench }) => bench), ROUNDS);
  for (const dispose of disposals) dispose();
  return all.map(({ form, bench: { peer, batch } }, index) => {
    const same = Math.max(0, all.findIndex((other) => other.bench.peer === "Mayfly" && other.form === form));
    const faster = (engine) => digits(median(seen[index].map((rate, round) => seen[engine][round] / rate)));
    return { peer, form, batch, samplesPerSecond: digits(median(seen[index]), 4), engineIsTimesFaster: faster(same), defaultIsTimesFaster: faster(0) };
  });
}

/** Test errors by goodness in percent after an epoch in batches of LEARN_BATCH, Mayfly one by one: a peer that learns nothing would be none. */
async function learned({ spec, forms }) {
  const units = spec.layers.map((layer) => layer.units);
  const rows = [];
  for (const [form, peers] of Object.entries(forms)) {
    rows.push({ peer: "Mayfly", form, error: evaluate(engineOf(spec, form, data.count), test).testError.goodness });
    for (const peer of Object.keys(peers)) {
      if (peer in TORCH && torch) rows.push({ peer, form, error: digits(await torch.ask({ kind: "learn", form, layers: units, batch: LEARN_BATCH, files: mnistFiles(), ...TORCH[peer] })) });
      if (peer === "tfjs wasm") {
        const network = new TfjsForwardForward(tfjs.wasm, size, units, form);
        for (let from = 0; from + LEARN_BATCH <= data.count; from += LEARN_BATCH) await network.train(data, order, from, from + LEARN_BATCH);
        rows.push({ peer, form, error: digits(await network.error(test)) });
        network.dispose();
      }
    }
  }
  return { network: units, batch: LEARN_BATCH, rows };
}

const wanted = option("--cases", null)?.split(",");
const results = [];
for (const one of CASES) {
  const { name, work, asked } = one;
  if (wanted && !wanted.includes(name)) continue;
  const rows = await measure(one);
  results.push({ name, work, asked, rows });
  console.log(`\n${name}${work === "train" ? ", training" : ""}`);
  for (const { peer, form, batch, samplesPerSecond, engineIsTimesFaster } of rows) {
    console.log(`  ${peer.padEnd(36)} ${(form ?? "").padEnd(6)} batch ${String(batch).padStart(4)}  ${samplesPerSecond.toLocaleString("en").padStart(10)} samples/s${peer === "Mayfly" ? "" : `   the engine is ${engineIsTimesFaster} times as fast`}`);
  }
  console.log(`  asked: ${Object.entries(asked).map(([what, times]) => `${what} ${times}`).join(", ")}`);
}
const afterEpoch = wanted ? null : await learned(CASES[0]);
if (afterEpoch) console.log(`\ntest error after an epoch, ${CASES[0].name}: ${afterEpoch.rows.map(({ peer, form, error }) => `${peer} (${form}) ${error} %`).join("; ")}`);
torch?.stop();
record(wanted ? null : "results/bench/peers.json", { rounds: ROUNDS, threads: 1, versions, results, learned: afterEpoch });
process.exit(0);
