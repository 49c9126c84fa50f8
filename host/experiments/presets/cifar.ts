import type { Shape } from "../../data/shape.js";
import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Experiment, Scale, Variant } from "../experiment.js";

/** Hinton's maps have three units at each of 32 × 32 places, with fields of 11 × 11. */
const map = { kind: "local" as const, channels: 3, field: 11, padding: 5, rate: 3e-4 };

const FF = "FF 41 to 46 %";
const BACKPROP = "backpropagation 37 to 39 %";

const variant = (name: string, about: string, layers: number, recurrent: boolean, scale: Scale, published?: string): Variant => ({
  name, scale, about, epochs: scale === "small" ? 2 : 60, ...(published !== undefined && { published }),
  // Backpropagation knows no iterations: one twin for each depth and size.
  ...(!recurrent && { twin: { rate: 1e-3, batch: 32, ...(scale === "paper" && { published: BACKPROP }) } }),
  spec: (input: Shape, classes: number): NetworkSpecInput => ({
    input, classes, layers: Array.from({ length: layers }, () => map), inputDropout: 0,
    ...(recurrent && { recurrence: { iterations: 10, first: 4, last: 6, damping: 0.3 } }),
  }),
});

/** Hinton 2022, §4, table 1. */
export const cifar: Experiment = {
  name: "cifar",
  title: "CIFAR-10 with local receptive fields",
  source: "Hinton 2022, §4",
  about: "Maps of 32x32 places with three units each and fields of 11x11, in two and three layers, in a single pass and with ten iterations of top-down wiring; beside each depth the same layers trained by backpropagation, with ReLU and a softmax on top, in float.",
  dataset: { needs: "the binary version of CIFAR-10: --data FOLDER with data_batch_1.bin … and test_batch.bin (https://www.cs.toronto.edu/~kriz/cifar.html)" },
  frames: { shape: { width: 32, height: 32, channels: 3 }, why: "its layers and its published figures are those of CIFAR-10 (colour, 32x32)" },
  variants: [
    variant("two-layers", "single pass, two epochs", 2, false, "small"),
    variant("two-layers-recurrent", "ten iterations, two epochs", 2, true, "small"),
    variant("two-layers-paper", "single pass", 2, false, "paper", FF),
    variant("three-layers-paper", "single pass", 3, false, "paper", FF),
    variant("two-layers-recurrent-paper", "ten iterations", 2, true, "paper", FF),
    variant("three-layers-recurrent-paper", "ten iterations", 3, true, "paper", FF),
  ],
};
