// node bench/early_exit.mjs: how many labels could leave the race of a goodness prediction before the last layer, with the tightest bound there is. A few seconds.
//
// A label a is done; label b has done all but the last layer. ReLU does not stretch, so |y_b| <= |y_a| + s |x_b - x_a| in the last layer, where s is the
// largest singular value of its weights (here by power iteration in float: an engine would have to keep an upper bound of it while it learns).
// b can leave when its goodness so far and the square of that stay below a's total. Roundings are left out, in the bound's favour.
import { Network, evaluate, loadMnist, permutation } from "../dist/index.js";

/** Of assembly/abi/region.ts. */
const REGION_WEIGHTS = 5;

const LAYERS = [256, 256];
const EPOCHS = 2;
const IMAGES = 500;
const { train: data, test } = await loadMnist();
const size = 784;
const network = Network.create({ input: data.shape, classes: 10, seed: 1, layers: LAYERS.map((units) => ({ units })), schedule: { holdSamples: (EPOCHS * data.count) >> 1, totalSamples: EPOCHS * data.count } });
for (let epoch = 1; epoch <= EPOCHS; epoch++) for (const index of permutation(data.count, 1, epoch)) network.train(data.frames.subarray(index * size, (index + 1) * size), data.labels[index]);

const last = LAYERS.length - 1;
const region = network.region(REGION_WEIGHTS, last);
const weights = network.view(region);
const scale = 2 ** -network.spec.layers[last].scale;

/** The largest singular value of the last layer's weights. */
function largestSingularValue() {
  let vector = Float64Array.from({ length: region.columns }, (_, unit) => 1 + (unit % 7) / 10);
  let value = 0;
  for (let round = 0; round < 60; round++) {
    const forward = Float64Array.from({ length: region.rows }, (_, row) => vector.reduce((sum, v, unit) => sum + v * weights[row * region.stride + unit] * scale, 0));
    const back = vector.map((_, unit) => forward.reduce((sum, v, row) => sum + v * weights[row * region.stride + unit] * scale, 0));
    const norm = Math.hypot(...back);
    value = Math.sqrt(norm);
    vector = back.map((v) => v / norm);
  }
  return value;
}

const norm = (values) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
const s = largestSingularValue();
let left = 0, others = 0;
for (let image = 0; image < IMAGES; image++) {
  const seen = network.activities(test.frames.subarray(image * size, (image + 1) * size), "goodness");
  const of = (layer, label) => Float64Array.from(seen.find((one) => one.layer === layer && one.label === label).y, (v) => v / 128);
  const labels = Array.from({ length: 10 }, (_, label) => {
    const below = of(last - 1, label), y = of(last, label);
    const length = norm(below) / Math.sqrt(below.length);
    const before = Array.from({ length: last }, (_, layer) => norm(of(layer, label)) ** 2).reduce((sum, g) => sum + g, 0);
    return { x: below.map((v) => v / length), before, y: norm(y) };
  }).sort((a, b) => b.before - a.before);
  const [first, ...rest] = labels;
  for (const label of rest) {
    others++;
    if (label.before + (first.y + s * norm(label.x.map((v, i) => v - first.x[i]))) ** 2 < first.before + first.y ** 2) left++;
  }
}
console.log(`784-${LAYERS.join("-")} after ${EPOCHS} epochs (${evaluate(network, test).testError.goodness} %): largest singular value of the last layer ${s.toFixed(2)}; ${left} of ${others} labels could leave before the last layer`);
