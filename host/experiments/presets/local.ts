import type { Shape } from "../../data/shape.js";
import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Experiment } from "../experiment.js";

/** 11 × 11 places of 16 units with fields of 8 × 8, then 4 × 4 of 32 with fields of 5 × 5: 353,000 weights. */
const maps = (layer: { rate: number; temperature: number }): NetworkSpecInput["layers"] => [
  { kind: "local", channels: 16, field: 8, stride: 2, peer: 0.03, ...layer },
  { kind: "local", channels: 32, field: 5, stride: 2, peer: 0.03, ...layer },
];

const unsupervised = (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes, negatives: "hybrid", maskBlurs: 4, loss: "threshold", readout: { from: 0, rate: 0.003 }, layers: maps({ rate: 2e-4, temperature: 30 }),
});
const supervised = (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes, inputDropout: 0.2, readout: { from: 1, rate: 0.002 }, goodnessFrom: 1, layers: maps({ rate: 3e-4, temperature: 20 }),
});

/** Hinton 2022, §3.2, last paragraph. */
export const local: Experiment = {
  name: "local",
  title: "Local receptive fields without weight sharing",
  source: "Hinton 2022, §3.2",
  about: "Each place of a map sees a small field and has weights of its own; peer normalisation keeps every unit in use, the peers being the units of one place. Without labels negatives are hybrids; with labels every place of the first map sees the label.",
  dataset: "mnist",
  variants: [
    { name: "unsupervised-4", scale: "small", about: "without labels, 4 epochs", epochs: 4, published: "1.16 % in 60 epochs", spec: unsupervised },
    { name: "supervised-4", scale: "small", about: "with labels, 4 epochs", epochs: 4, spec: supervised },
    { name: "unsupervised", scale: "target", about: "without labels, 20 epochs", epochs: 20, asked: 1.3, published: "1.16 % in 60 epochs", spec: unsupervised },
    { name: "unsupervised-jitter", scale: "target", about: "without labels, images shifted by up to a pixel, 24 epochs", epochs: 24, asked: 1.3, published: "1.16 % in 60 epochs, without jitter", spec: (input, classes) => ({ ...unsupervised(input, classes), jitter: 1 }) },
    { name: "supervised", scale: "target", about: "with labels, 16 epochs", epochs: 16, asked: 1.3, spec: supervised },
    { name: "supervised-jitter", scale: "target", about: "with labels and one pixel of jitter, 30 epochs", epochs: 30, asked: 1.3, spec: (input, classes) => ({ ...supervised(input, classes), jitter: 1, inputDropout: 0.1 }) },
  ],
};
