import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Shape } from "../../data/shape.js";
import type { Experiment } from "../experiment.js";

/**
 * What keeps a dense network's features many: masks of small regions (one blur), so that negatives differ from images everywhere; goodness that has to reach twice
 * the number of units, so that samples go on teaching; peers that pull thirty times as hard as in the paper, and decay. With 3 blurs, a threshold of 1
 * and no decay only 3 to 5 % of the units stay active (docs/experiments.md).
 */
const hybrid = (units: number, layers: number, jitter = 0) => (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes, jitter,
  layers: Array.from({ length: layers }, () => ({ units, rate: 1.5e-4, temperature: units / 25, threshold: 2, peer: 1, decay: 0.001 })),
  negatives: "hybrid", maskBlurs: 1, loss: "threshold", inputDropout: 0, readout: { from: 0, rate: 0.004 },
});

/** Hinton 2022, §3.2. */
export const unsupervised: Experiment = {
  name: "unsupervised",
  title: "Hybrid images as negatives, no labels in training",
  source: "Hinton 2022, §3.2",
  about: "Positive: an image; negative: two images mixed through a random mask with large regions, made in place from the frame, the frame before and the mask. Only the linear readout sees labels.",
  dataset: "mnist",
  variants: [
    { name: "2x500", scale: "small", about: "two layers of 500", epochs: 5, spec: hybrid(500, 2) },
    { name: "4x1000", scale: "target", about: "four layers of 1,000", epochs: 24, asked: 1.6, published: "1.37 % at 4x2000 in 100 epochs", spec: hybrid(1000, 4) },
    { name: "4x1000-jitter", scale: "target", about: "four layers of 1,000, images shifted by up to a pixel", epochs: 24, asked: 1.6, published: "1.37 % at 4x2000 in 100 epochs, without jitter", spec: hybrid(1000, 4, 1) },
    { name: "4x2000", scale: "paper", about: "the paper's network", epochs: 100, published: "1.37 % in 100 epochs", spec: hybrid(2000, 4) },
  ],
};
