import { type Command, InvalidArgumentError, Option } from "commander";
import { parseShape, type Shape } from "../data/shape.js";
import { MayflyError } from "../errors.js";
import type { NetworkSpecInput } from "../spec/network_spec.js";

/** The options that describe a network, shared by `train` and `plan`. */
export interface NetworkFlags {
  layers: number[];
  weights: "i8" | "i16";
  objective: "pair" | "classwise";
  loss?: "difference" | "threshold";
  negatives: "hard" | "random";
  rate?: number;
  temperature?: number;
  readoutFrom?: number;
  readout: boolean;
  goodnessFrom?: number;
  label?: "replace" | "append";
  dropout?: number;
  decay?: number;
  memoryLimit?: number;
  seed: number;
}

export function addNetworkOptions(command: Command): Command {
  return command
    .requiredOption("--layers <units>", "units of each hidden layer, e.g. 256,256", parseLayers)
    .addOption(new Option("--weights <type>", "storage of the weights: i16 is more accurate, i8 takes half the memory").choices(["i8", "i16"]).default("i16"))
    .addOption(new Option("--objective <name>", "pair: positive and negative samples (Hinton 2022); classwise: units in groups, one pass, no negatives").choices(["pair", "classwise"]).default("pair"))
    .addOption(new Option("--loss <name>", "of the pair: difference of the goodnesses (learns faster), or the paper's threshold").choices(["difference", "threshold"]).default("difference"))
    .addOption(new Option("--negatives <name>", "of the pair: wrong labels drawn by the readout's probabilities, or at random").choices(["hard", "random"]).default("hard"))
    .option("--rate <number>", "learning rate of the layers", positive)
    .option("--temperature <number>", "T of the logistic or softmax", positive)
    .option("--dropout <share>", "share of input values left out in training (default: 0.2)", fraction)
    .option("--decay <share>", "weight decay at each visit of a row", fraction)
    .option("--readout-from <layer>", "first layer the readout sees, from 1 (default: 2, or 1 for classwise)", whole)
    .option("--no-readout", "train no readout (with --negatives random)")
    .option("--goodness-from <layer>", "first layer whose goodness counts in prediction, from 1 (default: 1)", whole)
    .addOption(new Option("--label <placement>", "of the pair: the label replaces the first input values, or has inputs of its own").choices(["replace", "append"]))
    .option("--memory-limit <bytes>", "refuse a network that needs more linear memory, e.g. 131072 or 128KiB", parseBytes)
    .option("--seed <number>", "seed of weights, order, negatives, rounding", whole, 1);
}

/** The spec the flags describe, for data of a shape. */
export function specFrom(flags: NetworkFlags, input: Shape, classes: number, schedule?: { holdSamples: number; totalSamples: number }): NetworkSpecInput {
  return {
    input: { width: input.width, height: input.height, channels: input.channels },
    classes,
    objective: flags.objective,
    loss: flags.loss,
    negatives: flags.negatives,
    layers: flags.layers.map((units) => ({ units, weights: flags.weights, rate: flags.rate, temperature: flags.temperature, decay: flags.decay })),
    label: { placement: flags.label },
    readout: { from: flags.readout === false ? null : flags.readoutFrom === undefined ? undefined : flags.readoutFrom - 1 },
    goodnessFrom: flags.goodnessFrom === undefined ? 0 : flags.goodnessFrom - 1,
    inputDropout: flags.dropout,
    schedule,
    seed: flags.seed,
    memoryLimitBytes: flags.memoryLimit ?? 0,
  };
}

export function parseLayers(text: string): number[] {
  const layers = text.split(",").map((part) => part.trim());
  if (layers.some((part) => !/^[0-9]+$/.test(part))) throw new InvalidArgumentError("Give the units of each layer, separated by commas, e.g. 256,256.");
  return layers.map(Number);
}

export function whole(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}

export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("Give a number above 0.");
  return value;
}

export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value < 1)) throw new InvalidArgumentError("Give a number from 0 to below 1.");
  return value;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, B: 1, KB: 1000, KIB: 1024, MB: 1e6, MIB: 1048576 };

export function parseBytes(text: string): number {
  const match = /^([0-9]+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? "").toUpperCase()];
  if (!match || unit === undefined) throw new InvalidArgumentError("Give bytes, e.g. 131072 or 128KiB.");
  return Number(match[1]) * unit;
}

export function shapeFlag(text: string): Shape {
  try {
    return parseShape(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof MayflyError ? `${error.message}.` : "Give a shape like 28x28 or 32x32x3.");
  }
}
