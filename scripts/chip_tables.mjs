// What each system of the papers needs on a chip: linear memory, as the engine itself plans it, of one network with one thing changed at a time.
import { planMemory } from "../dist/index.js";

const MNIST = { width: 28, height: 28, channels: 1 };
const dense = (...units) => units.map((width) => ({ units: width, weights: "i8" }));
const all = (layer, layers = dense(128, 64)) => layers.map((each) => ({ ...each, ...layer }));
const usual = (change = {}) => ({ input: MNIST, classes: 10, layers: dense(128, 64), ...change });
const hybrid = { negatives: "hybrid", loss: "threshold", readout: { from: 0 } };
const place = { kind: "local", weights: "i8", stride: 2 };

const SYSTEMS = [
  ["labels in the input (`supervised`)", usual()],
  ["jitter, separated phases, minimised goodness, blocks, a ceiling", usual({ jitter: 2, sense: "minimise", layers: all({ blocks: 4, ceiling: 8 }) }), "nothing that grows: the frame is shifted in place"],
  ["a device of its own (`mortal`)", usual({ objective: "classwise", layers: dense(120, 60), device: 1, targets: "given" }), "784-120-60 class-wise, with the teacher's probabilities"],
  ["hybrid negatives without labels (`unsupervised`)", usual({ ...hybrid, layers: all({ peer: 0.5 }) }), "the frame before, the mask, peers' means of 4 bytes a unit"],
  ["negatives the host writes", usual({ negatives: "given" }), "one frame"],
  ["recurrence (`recurrent`), any number of iterations", usual({ recurrence: { iterations: 8 } }), "rows of weights from above, 6 bytes a unit"],
  ["a box between the layers (`blackbox`)", usual({ layers: [...dense(128), { kind: "box", units: 64 }, ...dense(64)] }), "its inputs and outputs; 128, box of 64, 64"],
  ["local fields with peers (`local`)", usual({ ...hybrid, layers: [{ ...place, channels: 8, field: 8, peer: 0.03 }, { ...place, channels: 8, field: 5, peer: 0.03 }] }), "instead of the dense layers: 11x11 places of 8 units, then 4x4 of 8"],
  ["class-wise convolution (`cnn`)", usual({ objective: "classwise", layers: [[20, 7, 2], [40, 3, 2], [80, 3, 1]].map(([channels, field, pool]) => ({ kind: "conv", channels, field, pool, weights: "i8" })) }), "instead of the dense layers: 7x7x20, 3x3x40, 3x3x80"],
  ["labels as waves (`cnn`)", usual({ waves: { set: 1, intensity: 0.35 }, negatives: "random", loss: "threshold", layers: [8, 8].map((channels) => ({ kind: "conv", channels, field: 5, pool: 2, weights: "i8" })) }), "instead of the dense layers: 12x12x8, 4x4x8; the label is in every place"],
  ["next character (`sequence`)", usual({ input: { width: 30, height: 10, channels: 1 }, classes: 30, label: { placement: "append" }, negatives: "random" }), "10 characters of 30 symbols, then one of 30"],
];

function chipTable() {
  const lines = ["| 784-128-64, i8, with | linear memory, bytes | of it weights | scratch | what is different |", "|---|---|---|---|---|"];
  for (const [name, spec, note = ""] of SYSTEMS) {
    const { bytes } = planMemory(spec);
    lines.push(`| ${name} | ${[bytes.total, bytes.weights, bytes.scratch].map((value) => value.toLocaleString("en")).join(" | ")} | ${note} |`);
  }
  return lines;
}

export const CHIP_TABLES = { chip: chipTable };
