import type { Experiment } from "../experiment.js";

const dense = (units: number, layers: number): { units: number }[] => Array.from({ length: layers }, () => ({ units }));

/** Hinton 2022, §3.3. */
export const supervised: Experiment = {
  name: "supervised",
  title: "Labels in the first pixels",
  source: "Hinton 2022, §3.3",
  about: "Positive: an image with its label in the first ten pixels; negative: with a wrong label, drawn from the readout's own mistakes.",
  dataset: "mnist",
  variants: [
    { name: "2x256", scale: "small", about: "the main job", epochs: 5, spec: (input, classes) => ({ input, classes, layers: dense(256, 2) }) },
    { name: "random-negatives", scale: "small", about: "wrong labels drawn uniformly", epochs: 5, spec: (input, classes) => ({ input, classes, layers: dense(256, 2), negatives: "random" }) },
    { name: "threshold", scale: "small", about: "the paper's loss: each goodness against a threshold", epochs: 5, spec: (input, classes) => ({ input, classes, layers: dense(256, 2), loss: "threshold" }) },
    { name: "skip-first", scale: "small", about: "goodness of the second layer only", epochs: 5, spec: (input, classes) => ({ input, classes, layers: dense(256, 2), goodnessFrom: 1 }) },
    { name: "decay", scale: "small", about: "weight decay", epochs: 5, spec: (input, classes) => ({ input, classes, layers: dense(256, 2).map((layer) => ({ ...layer, decay: 1e-3 })) }) },
    { name: "3x1000", scale: "target", about: "three layers of 1,000", epochs: 60, asked: 1.35, published: "1.33 to 1.45 % in 100 epochs and more (reruns of Hinton's code)", spec: (input, classes) => ({ input, classes, layers: dense(1000, 3) }) },
    { name: "4x2000", scale: "paper", about: "the paper's network", epochs: 60, published: "1.36 % in 60 epochs", spec: (input, classes) => ({ input, classes, layers: dense(2000, 4) }) },
  ],
};
