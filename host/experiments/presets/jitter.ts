import type { Experiment } from "../experiment.js";

const dense = (units: number, layers: number): { units: number; rate: number }[] => Array.from({ length: layers }, () => ({ units, rate: 7e-4 }));

/** Hinton 2022, §3.3, figure 2. */
export const jitter: Experiment = {
  name: "jitter",
  title: "Training images shifted by up to two pixels each way",
  source: "Hinton 2022, §3.3",
  about: "25 offsets, chosen on the device when a frame arrives, in place.",
  dataset: "mnist",
  variants: [
    { name: "2x256", scale: "small", about: "two layers of 256", epochs: 10, spec: (input, classes) => ({ input, classes, jitter: 2, inputDropout: 0.1, layers: dense(256, 2) }) },
    { name: "3x1000", scale: "target", about: "three layers of 1,000", epochs: 50, asked: 0.8, published: "0.64 % at 4x2000 in 500 epochs; 0.71 % at 3x1000 in 200 epochs with 1 pixel and dropout (a Rust port)", spec: (input, classes) => ({ input, classes, jitter: 2, inputDropout: 0.1, layers: dense(1000, 3) }) },
    { name: "4x2000", scale: "paper", about: "the paper's network", epochs: 500, published: "0.64 %", spec: (input, classes) => ({ input, classes, jitter: 2, inputDropout: 0.1, layers: dense(2000, 4) }) },
  ],
};
