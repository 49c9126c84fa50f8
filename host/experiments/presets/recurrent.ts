import type { Shape } from "../../data/shape.js";
import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Experiment } from "../experiment.js";

const wired = (...units: number[]) => (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes, layers: units.map((width) => ({ units: width, rate: 2.5e-4 })), inputDropout: 0.2, recurrence: { iterations: 8, first: 3, last: 5, damping: 0.3 },
});

/** Hinton 2022, §3.4. */
export const recurrent: Experiment = {
  name: "recurrent",
  title: "Top-down connections: an image as a boring video",
  source: "Hinton 2022, §3.4",
  about: "Each layer is driven by the one below and the one above at the step before, the label is clamped on top; eight damped synchronous steps, goodness over steps 3 to 5. Negatives are drawn in proportion to the network's own mistakes.",
  dataset: "mnist",
  variants: [
    { name: "2x250", scale: "small", about: "two layers of 250", epochs: 4, spec: wired(250, 250) },
    { name: "2x250-long", scale: "target", about: "the same for 12 epochs", epochs: 12, asked: 1.6, published: "1.31 % with two or three layers of 2,000 in 60 epochs; public reruns 2 to 10 %", spec: wired(250, 250) },
    { name: "2x2000", scale: "paper", about: "the paper's network", epochs: 60, published: "1.31 %", spec: wired(2000, 2000) },
  ],
};
