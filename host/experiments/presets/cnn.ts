import type { Shape } from "../../data/shape.js";
import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Experiment, Scale, Variant } from "../experiment.js";

type Layers = NetworkSpecInput["layers"];

/** Fewer and larger updates lose less to the rounding of i8 weights. */
const SAMPLE = 0.25;

/** The conv net for a chip: a group of channels a class, one pass, no label image. 45,160 weights. */
const classwise = (first: "i8" | "i16", jitter = 1) => (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes, objective: "classwise", jitter, readout: { from: 1, rate: 0.003 },
  layers: [
    { kind: "conv", channels: 40, field: 7, pool: 2, weights: first, sample: SAMPLE },
    { kind: "conv", channels: 40, field: 3, pool: 2, weights: "i8", sample: SAMPLE },
    { kind: "conv", channels: 80, field: 3, weights: "i8", sample: SAMPLE },
  ],
});

/** The paper's net: three layers of equal filters, no pooling, labels as waves over the whole image, Hinton's loss. */
interface Recipe {
  filters?: number;
  field?: number;
  set?: number;
  intensity?: number;
  pool?: number;
  goodnessFrom?: number;
}
const paper = ({ filters = 16, field = 5, set = 1, intensity = 0.35, pool = 1, goodnessFrom = 1 }: Recipe = {}) => (input: Shape, classes: number): NetworkSpecInput => {
  const layers: Layers = [];
  let side = Math.min(input.width, input.height);
  for (let layer = 0; layer < 3; layer++) {
    side = Math.floor((side - field + 1) / (layer < 2 ? pool : 1));
    // One logistic on the mean square, times 20.
    layers.push({ kind: "conv", channels: filters, field, pool: layer < 2 ? pool : 1, temperature: Math.min(4096, (side * side * filters) / 20) });
  }
  return { input, classes, loss: "threshold", negatives: "random", waves: { set, intensity }, layers, goodnessFrom, readout: { from: 1, rate: 0.003 } };
};

const study = (name: string, about: string, recipe: Recipe, published?: string, scale: Scale = "small"): Variant => ({
  name, scale, about, epochs: scale === "small" ? 1 : scale === "target" ? 4 : 200, ...(published !== undefined && { published }), spec: paper(recipe),
});

/** Scodellaro et al. 2023, and channel-wise competition for small chips. */
export const cnn: Experiment = {
  name: "cnn",
  title: "Convolution, spatially extended labels, and groups of channels",
  source: "Scodellaro et al. 2023 (arXiv 2312.14924); class-wise after CwComp (Papachristodoulou et al. 2024)",
  about: "Each class is a wave over the whole image, so that every place of a convolution sees the label; prediction by goodness over all labels and by the linear classifier on all layers but the first. And the net one would put on a chip: goodness of a group of channels a class, one pass, no label image.",
  dataset: "mnist",
  variants: [
    { name: "classwise-2", scale: "small", about: "class-wise, 7x7x40, 3x3x40, 3x3x80, pooled, i8, two epochs", epochs: 2, hold: 0.25, spec: classwise("i8") },
    { name: "classwise-i8", scale: "target", about: "the same for 20 epochs", epochs: 20, hold: 0.25, asked: 0.8, published: "0.84 % (the paper, 3x128 of 7x7, 200 epochs), 0.58 % (CwComp, 20 epochs), both with large nets", spec: classwise("i8") },
    { name: "classwise-mixed", scale: "target", about: "the first layer's 1,960 weights i16", epochs: 16, hold: 0.25, asked: 0.8, published: "as above", spec: classwise("i16") },
    study("waves", "the paper's recipe with 16 filters of 5x5", {}),
    study("set-2", "labels of set 2: one frequency, ten orientations (table 2)", { set: 2 }, "with 128 filters: set 1 better by 0.1 to 0.3 points"),
    study("K-15", "label intensity 15 % (figure 5)", { intensity: 0.15 }),
    study("K-65", "label intensity 65 % (figure 5)", { intensity: 0.65 }),
    study("filters-8", "8 filters (figure 4)", { filters: 8 }),
    study("filters-3x3", "16 filters of 3x3 (figure 4)", { field: 3 }),
    study("filters-7x7", "16 filters of 7x7 (figure 4)", { field: 7 }),
    study("with-first-layer", "goodness of the first layer counts too (figure 9)", { goodnessFrom: 0 }),
    // Without padding only fields of 3x3 leave the third layer a map.
    study("max-pooling", "16 filters of 3x3, max pooling after the first two layers (table 3); compare with filters-3x3", { field: 3, pool: 2 }, "64 filters of 3x3: 1.70 % without, 1.82 % with pooling (linear classifier)"),
    { ...study("waves-4", "the paper's recipe with 16 filters of 5x5, four epochs, no cool-down", {}, undefined, "target"), hold: 1 },
    study("paper-64", "the paper's recipe with 64 filters of 7x7", { filters: 64, field: 7 }, "with 128 filters: 0.84 % by goodness, 1.00 % by the linear classifier", "paper"),
    study("paper", "the paper's best net, 128 filters of 7x7: its second and third layers have 6,272 inputs", { filters: 128, field: 7 }, "0.84 % by goodness, 1.00 % by the linear classifier", "paper"),
  ],
};
