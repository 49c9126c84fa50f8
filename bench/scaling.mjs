// npm run bench:scaling: what a training sample costs against width, depth, share of inputs that are not 0, and classes; each with the exponent of the fitted
// power law t = a · n^b (least squares on logarithms). About 3 minutes. --json FILE (default results/bench/scaling.json).
//
// Frames are random: every value is not 0 with the probability that the row says. Updates are as rare as the network makes them after its warm-up.
import { Network } from "../dist/index.js";
import { digits, inTurn, median, option, record } from "./measure.mjs";

const ROUNDS = Number(option("--rounds", "7"));
/** Samples before anything is timed, and in a round. */
const WARM = 1500;
const ROUND_MS = 60;
/** Frames of the stream; each network sees them again and again. */
const FRAMES = 512;
const DENSITY = 0.19;
const INPUTS = 784;

const base = { layers: [256, 256], density: DENSITY, classes: 10, objective: "pair" };
const CURVES = [
  { name: "width", what: "units of each of two layers", points: [64, 128, 256, 512, 1024, 2048].map((n) => ({ ...base, n, layers: [n, n] })) },
  { name: "depth", what: "layers of 256", points: [1, 2, 4, 8, 16].map((n) => ({ ...base, n, layers: Array(n).fill(256) })) },
  { name: "inputs", what: "non-zero values of 784", points: [0.05, 0.1, 0.2, 0.4, 0.8].map((density) => ({ ...base, n: Math.round(density * INPUTS), density })) },
  { name: "classes", what: "classes", points: [2, 5, 10, 20, 50, 100].map((n) => ({ ...base, n, classes: n })) },
  { name: "width, class-wise", what: "units of each of two layers", points: [60, 120, 250, 500, 1000].map((n) => ({ ...base, n, layers: [n, n], objective: "classwise" })) },
];

/** xorshift32: the same frames at every run. */
function random(seed) {
  let state = seed;
  return () => ((state ^= state << 13), (state ^= state >>> 17), (state ^= state << 5), (state >>> 0) / 2 ** 32);
}

/** Classes that can be told apart: each has values of its own that are lit more often. */
function stream({ density, classes }) {
  const draw = random(7);
  const prototypes = Array.from({ length: classes }, () => Float32Array.from({ length: INPUTS }, () => (draw() < density ? 0.8 : (0.2 * density) / (1 - density))));
  return Array.from({ length: FRAMES }, () => {
    const label = Math.floor(draw() * classes);
    return { label, frame: Uint8Array.from({ length: INPUTS }, (_, at) => (draw() < prototypes[label][at] ? 64 + Math.floor(draw() * 192) : 0)) };
  });
}

function bench(point) {
  const samples = stream(point);
  const network = Network.create({
    input: { width: 28, height: 28, channels: 1 }, classes: point.classes, seed: 1, objective: point.objective, layers: point.layers.map((units) => ({ units, weights: point.objective === "pair" ? "i16" : "i8" })),
    ...(point.classes > INPUTS / 8 ? { label: { placement: "append" } } : {}),
  });
  let next = 0;
  const train = (count) => {
    for (let done = 0; done < count; done++) {
      const { frame, label } = samples[next++ % FRAMES];
      network.train(frame, label);
    }
  };
  train(WARM);
  let count = 20;
  return {
    point,
    async run() {
      const start = performance.now();
      train(count);
      const milliseconds = performance.now() - start;
      const each = milliseconds / count;
      count = Math.max(5, Math.round(ROUND_MS / each));
      return each * 1000;
    },
  };
}

/** Least squares of log t on log n: the exponent, and the share of the variance that it explains. */
function fit(points) {
  const xs = points.map(({ n }) => Math.log(n)), ys = points.map(({ microseconds }) => Math.log(microseconds));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(xs), my = mean(ys);
  const sxy = xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i] - my), 0), sxx = xs.reduce((sum, x) => sum + (x - mx) ** 2, 0), syy = ys.reduce((sum, y) => sum + (y - my) ** 2, 0);
  return { exponent: digits(sxy / sxx), explained: digits(sxy ** 2 / (sxx * syy)) };
}

const curves = [];
for (const { name, what, points } of CURVES) {
  const benches = points.map(bench);
  const seen = await inTurn(benches, ROUNDS);
  const measured = points.map(({ n }, index) => ({ n, microseconds: digits(median(seen[index]), 4) }));
  const curve = { name, what, points: measured, ...fit(measured) };
  // What a large one adds, where the small ones are mostly fixed cost.
  curve.lastExponent = digits(Math.log(measured.at(-1).microseconds / measured.at(-2).microseconds) / Math.log(measured.at(-1).n / measured.at(-2).n));
  curves.push(curve);
  console.log(`${name} (${what}): ${measured.map(({ n, microseconds }) => `${n}: ${microseconds} µs`).join(", ")}; exponent ${curve.exponent}, between the last two ${curve.lastExponent}`);
}
record("results/bench/scaling.json", { rounds: ROUNDS, unit: "microseconds a training sample", base: { layers: base.layers, density: base.density, classes: base.classes, inputs: INPUTS }, curves });
