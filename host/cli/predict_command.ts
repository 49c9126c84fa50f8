import { type Command, Option } from "commander";
import { type Dataset, frame, take } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { predictInThreads as predictWithThreads } from "../train/learner.js";
import { checkFits } from "../train/train.js";
import { threadsOption, whole, wholeFrom } from "./flags.js";
import { openDataFor, openModel } from "./model_file.js";
import { addModelArguments, addModelOptions, type ModelFlags } from "./model_options.js";
import { say, sayJson, style } from "./output.js";

type Way = "goodness" | "readout";
type PredictFlags = ModelFlags & { index: number; count: number; by: Way; threads: number };

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
    .addOption(new Option("--by <way>", "goodness of every label, or the readout's logits").choices(["goodness", "readout"]).default("goodness"))
    .addOption(threadsOption("predict in so many threads, each some of the samples"));
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
    const predictions = flags.threads > 1 ? await predictInThreads(network, data, flags) : predictHere(network, data, flags);
    for (const prediction of predictions) {
      if (prediction.index > flags.index) say();
      for (const line of describe(prediction, data, flags.by)) say(line);
    }
    if (flags.json) sayJson({ by: flags.by, predictions });
  });
}

function predictHere(network: Network, data: Dataset, { index: first, count, by }: PredictFlags): Prediction[] {
  return Array.from({ length: count }, (_, at) => {
    const predicted = network.predict(frame(data, first + at), by);
    return prediction(network, data, first + at, by, predicted, by === "goodness" ? network.scores : network.logits);
  });
}

async function predictInThreads(network: Network, data: Dataset, { index: first, count, by, threads }: PredictFlags): Promise<Prediction[]> {
  const { classes, scores } = await predictWithThreads(network, take(data, first, first + count), by, threads);
  return Array.from(classes, (predicted, at) => prediction(network, data, first + at, by, predicted, scores.subarray(at * network.spec.classes, (at + 1) * network.spec.classes)));
}

function prediction({ spec }: Network, data: Dataset, index: number, by: Way, predicted: number, scores: Int32Array): Prediction {
  const one = by === "goodness" && spec.objective === "classwise" ? 32768 : 256;
  return { index, label: data.labels[index] ?? 0, predicted, scores: Array.from(scores, (value) => value / one) };
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
