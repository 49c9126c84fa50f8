import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Shape } from "../../data/shape.js";
import type { Experiment } from "../experiment.js";

const hybrid = (units: number, layers: number) => (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes,
  // On the plain threshold loss, peers must pull thirty times as hard as in the paper to keep all units in use.
  layers: Array.from({ length: layers }, () => ({ units, rate: 1.5e-4, temperature: units / 10, peer: 1 })),
  negatives: "hybrid", maskBlurs: 3, loss: "threshold", inputDropout: 0.2, readout: { from: 0, rate: 0.004 },
});

/** Long runs of `hybrid` end with 3 to 5 % of the units active, and a readout that knows its training set: decay keeps more of them, a pixel of jitter more images. */
const jittered = (units: number, layers: number) => (input: Shape, classes: number): NetworkSpecInput => {
  const spec = hybrid(units, layers)(input, classes);
  return { ...spec, jitter: 1, inputDropout: 0, layers: spec.layers.map((layer) => ({ ...layer, decay: 0.001 })) };
};

/** Hinton 2022, §3.2. */
export const unsupervised: Experiment = {
  name: "unsupervised",
  title: "Hybrid images as negatives, no labels in training",
  source: "Hinton 2022, §3.2",
  about: "Positive: an image; negative: two images mixed through a random mask with large regions, made in place from the frame, the frame before and the mask. Only the linear readout sees labels.",
  dataset: "mnist",
  variants: [
    { name: "2x500", scale: "small", about: "two layers of 500", epochs: 5, spec: hybrid(500, 2) },
    { name: "4x1000", scale: "target", about: "four layers of 1,000", epochs: 40, asked: 1.6, published: "1.37 % at 4x2000 in 100 epochs", spec: hybrid(1000, 4) },
    { name: "4x1000-jitter", scale: "target", about: "four layers of 1,000, images shifted by up to a pixel, weight decay", epochs: 30, asked: 1.6, published: "1.37 % at 4x2000 in 100 epochs, without jitter", spec: jittered(1000, 4) },
    { name: "4x2000", scale: "paper", about: "the paper's network", epochs: 100, published: "1.37 % in 100 epochs", spec: hybrid(2000, 4) },
  ],
};
