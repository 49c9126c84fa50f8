/** The networks that the page offers, and those a visitor writes. */
import type { NetworkSpecInput } from "../../host/spec/network_spec.js";
import { SIDE } from "./digits.js";

export interface NetworkChoice {
  readonly id: string;
  readonly title: string;
  readonly spec: NetworkSpecInput;
}

const MNIST = { input: { width: SIDE, height: SIDE, channels: 1 }, classes: 10 } as const;

function dense(units: readonly number[], weights: "i8" | "i16", objective: "pair" | "classwise"): NetworkSpecInput {
  return { ...MNIST, objective, layers: units.map((count) => ({ units: count, weights })) };
}

export const NETWORKS: readonly NetworkChoice[] = [
  { id: "micro", title: "Tiny: 784-60-40, class-wise, 8-bit", spec: dense([60, 40], "i8", "classwise") },
  { id: "small", title: "Small: 784-128-64, pair, 8-bit", spec: dense([128, 64], "i8", "pair") },
  { id: "medium", title: "Medium: 784-256-256, pair, 8-bit", spec: dense([256, 256], "i8", "pair") },
  { id: "large", title: "Large: 784-256-256, pair, 16-bit", spec: dense([256, 256], "i16", "pair") },
  { id: "maps", title: "Convolution: 7×7×20, 3×3×40, 3×3×80, class-wise, 8-bit", spec: {
    ...MNIST, objective: "classwise",
    layers: [{ kind: "conv", channels: 20, field: 7, pool: 2, weights: "i8" }, { kind: "conv", channels: 40, field: 3, pool: 2, weights: "i8" }, { kind: "conv", channels: 80, field: 3, weights: "i8" }],
  } },
];

/** Id of the choice that takes the widths a visitor writes. */
export const CUSTOM = "custom";

export interface CustomNetwork {
  readonly layers: string;
  readonly weights: "i8" | "i16";
  readonly objective: "pair" | "classwise";
}

const MOST_UNITS = 2000;
const MOST_LAYERS = 6;

/** The network of the form, or a line that says what is wrong with it. */
export function customSpec({ layers, weights, objective }: CustomNetwork): NetworkSpecInput | string {
  const parts = layers.split(/[,\s-]+/).filter(Boolean);
  if (parts.length === 0) return "Write the units of each layer with commas between, for example 96,48.";
  if (parts.length > MOST_LAYERS) return `${parts.length} layers are too many for this page: ${MOST_LAYERS} at most.`;
  for (const part of parts) {
    const units = Number(part);
    if (!(/^\d+$/.test(part) && units >= 1 && units <= MOST_UNITS)) return `“${part}” is no width of a layer: whole numbers from 1 to ${MOST_UNITS.toLocaleString("en")}.`;
    if (objective === "classwise" && units % MNIST.classes !== 0) return `Class-wise layers have as many units for each of the ${MNIST.classes} classes: ${units} is no multiple of ${MNIST.classes}.`;
  }
  return dense(parts.map(Number), weights, objective);
}
