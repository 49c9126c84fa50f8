import type { Experiment } from "../experiment.js";

const hidden = { rate: 2e-4, temperature: 30, peer: 0.03 };

/** Hinton 2022, §3.2, last paragraph. */
export const local: Experiment = {
  name: "local",
  title: "Local receptive fields without weight sharing",
  source: "Hinton 2022, §3.2",
  about: "Each place of a map sees a small field and has weights of its own; peer normalisation keeps every unit in use. Negatives are hybrids, labels only in the readout; one variant is supervised.",
  dataset: "mnist",
  variants: [
    {
      name: "two-maps", scale: "small", about: "11x11 places of 16 (fields 8x8), then 4x4 of 32 (fields 5x5)", epochs: 4,
      spec: (input, classes) => ({
        input, classes, negatives: "hybrid", loss: "threshold", readout: { from: 0, rate: 0.006 },
        layers: [{ kind: "local", channels: 16, field: 8, stride: 2, ...hidden }, { kind: "local", channels: 32, field: 5, stride: 2, ...hidden }],
      }),
    },
    {
      name: "supervised", scale: "small", about: "the same with labels at every place", epochs: 4,
      spec: (input, classes) => ({
        input, classes, loss: "difference",
        layers: [{ kind: "local", channels: 16, field: 8, stride: 2, rate: 3e-4 }, { kind: "local", channels: 32, field: 5, stride: 2, rate: 3e-4 }],
      }),
    },
    {
      name: "two-maps-long", scale: "target", about: "the same for 30 epochs", epochs: 30, asked: 1.3, published: "1.16 % in 60 epochs",
      spec: (input, classes) => ({
        input, classes, negatives: "hybrid", loss: "threshold", readout: { from: 0, rate: 0.006 },
        layers: [{ kind: "local", channels: 16, field: 8, stride: 2, ...hidden }, { kind: "local", channels: 32, field: 5, stride: 2, ...hidden }],
      }),
    },
  ],
};
