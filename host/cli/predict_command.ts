import { type Command, Option } from "commander";
import { type Dataset, frame } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { checkFits } from "../train/train.js";
import { whole, wholeFrom } from "./flags.js";
import { openDataFor, openModel } from "./model_file.js";
import { addModelArguments, addModelOptions, type ModelFlags } from "./model_options.js";
import { say, sayJson, style } from "./output.js";

type Way = "goodness" | "readout";
type PredictFlags = ModelFlags & { index: number; count: number; by: Way };

interface Prediction {
  index: number;
  label: number;
  predicted: number;
  /** Of every class: mean of the goodness, or logit. */
  scores: number[];
}

const SHADES = " .:-=+*#%@";

export function addPredictCommand(program: Command): void {
  const command = addModelArguments(program.command("predict"))
    .summary("predict single samples")
    .description("Predicts samples of a data set, with the score of every class, and draws them.")
    .option("--index <n>", "first sample, from 0", whole, 0)
    .option("--count <n>", "how many samples", wholeFrom(1), 1)
    .addOption(new Option("--by <way>", "goodness of every label, or the readout's logits").choices(["goodness", "readout"]).default("goodness"));
  addModelOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly predict runs/mnist-256,256-i16-seed1 --index 8
  mayfly predict runs/mnist-256,256-i16-seed1 mnist --count 3 --by readout`);
  command.action(async (model: string, dataset: string | undefined, flags: PredictFlags) => {
    const { network } = await openModel(model, { build: flags.build });
    if (flags.by === "readout" && network.spec.readout.from === null) throw new MayflyError("this network has no readout: use --by goodness", 2);
    const data = (await openDataFor(model, dataset, flags))[flags.on];
    checkFits(network, data);
    if (flags.index + flags.count > data.count) throw new MayflyError(`${data.name} has samples 0 to ${data.count - 1}: --index ${flags.index} --count ${flags.count} goes beyond`, 2);
    const predictions: Prediction[] = [];
    for (let index = flags.index; index < flags.index + flags.count; index++) {
      const prediction = predict(network, data, index, flags.by);
      predictions.push(prediction);
      if (index > flags.index) say();
      for (const line of describe(prediction, data, flags.by)) say(line);
    }
    if (flags.json) sayJson({ by: flags.by, predictions });
  });
}

function predict(network: Network, data: Dataset, index: number, by: Way): Prediction {
  const predicted = network.predict(frame(data, index), by);
  const one = by === "goodness" && network.spec.objective === "classwise" ? 32768 : 256;
  return { index, label: data.labels[index] ?? 0, predicted, scores: Array.from(by === "goodness" ? network.scores : network.logits, (value) => value / one) };
}

function describe({ index, label, predicted, scores }: Prediction, data: Dataset, by: Way): string[] {
  const name = (c: number): string => data.classNames?.[c] ?? String(c);
  return [
    ...drawing(frame(data, index), data),
    style.bold(`sample ${index}: predicted ${name(predicted)}, ${predicted === label ? "rightly" : `but it is ${name(label)}`}`),
    `by ${by}:  ${scores.map((score, c) => `${name(c)} ${score.toFixed(1)}`).join("   ")}`,
  ];
}

/** A grey image as lines of characters, without its empty margins; two characters a pixel, to look square, where there is room. */
function drawing(values: Uint8Array, { shape }: Dataset): string[] {
  const room = process.stderr.columns ?? 80;
  if (shape.height === 1 || shape.channels > 1 || shape.width > room) return [];
  const repeat = 2 * shape.width <= room ? 2 : 1;
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += shape.width) {
    lines.push(Array.from(values.subarray(at, at + shape.width), (value) => (SHADES[Math.floor((value * (SHADES.length - 1)) / 255)] ?? " ").repeat(repeat)).join("").trimEnd());
  }
  const isFull = (line: string): boolean => line !== "";
  return lines.slice(lines.findIndex(isFull), lines.findLastIndex(isFull) + 1);
}
