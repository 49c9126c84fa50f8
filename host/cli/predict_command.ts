import { type Command, Option } from "commander";
import { frame } from "../data/dataset.js";
import { openDataset } from "../data/open.js";
import type { Build } from "../engine/artefacts.js";
import { MayflyError } from "../errors.js";
import { checkFits } from "../train/train.js";
import { addDataOptions, type DataFlags, DATASET_HELP, dataOptions } from "./data_options.js";
import { openModel } from "./model_file.js";
import { whole } from "./network_options.js";
import { say, sayJson } from "./output.js";

type PredictFlags = DataFlags & { build: Build | "auto"; index: number; count: number; by: "goodness" | "readout"; on: "test" | "train"; json?: boolean };

const SHADES = " .:-=+*#%@";

export function addPredictCommand(program: Command): void {
  const command = program.command("predict")
    .summary("predict single samples")
    .description("Predicts samples of a data set, with the score of every class, and draws them.")
    .argument("<model>", "run directory or .mayfly file")
    .argument("<dataset>", DATASET_HELP)
    .option("--index <n>", "first sample, from 0", whole, 0)
    .option("--count <n>", "how many samples", whole, 1)
    .addOption(new Option("--by <way>", "goodness of every label, or the readout's softmax").choices(["goodness", "readout"]).default("goodness"))
    .addOption(new Option("--on <part>", "part of the data set").choices(["test", "train"]).default("test"))
    .addOption(new Option("--build <name>", "build of the engine; the bits are the same").choices(["auto", "simd", "scalar"]).default("auto"))
    .option("--json", "print one JSON object on stdout");
  addDataOptions(command);
  command.action(async (model: string, dataset: string, flags: PredictFlags) => {
    const { network } = await openModel(model, { build: flags.build });
    if (flags.by === "readout" && network.spec.readout.from === null) throw new MayflyError("this network has no readout: use --by goodness", 2);
    const data = (await openDataset(dataset, dataOptions(flags)))[flags.on];
    checkFits(network, data);
    if (flags.count < 1) throw new MayflyError("--count must be at least 1", 2);
    if (flags.index + flags.count > data.count) throw new MayflyError(`${data.name} has samples 0 to ${data.count - 1}; --index ${flags.index} --count ${flags.count} goes beyond`, 2);
    const predictions = [];
    for (let index = flags.index; index < flags.index + flags.count; index++) {
      const predicted = network.predict(frame(data, index), flags.by);
      const scores = Array.from(flags.by === "goodness" ? network.scores : network.logits, (value) => value / (flags.by === "goodness" && network.spec.objective === "classwise" ? 32768 : 256));
      const label = data.labels[index] ?? 0;
      predictions.push({ index, label, predicted, scores });
      if (data.shape.height > 1 && data.shape.channels === 1 && data.shape.width <= 64) for (const line of drawing(frame(data, index), data.shape.width)) say(line);
      say(`sample ${index}: ${predicted}${predicted === label ? "" : ` (the label is ${label})`}   ${scores.map((score, c) => `${c}: ${score.toFixed(1)}`).join("  ")}`);
    }
    if (flags.json) sayJson({ by: flags.by, predictions });
  });
}

/** A frame as lines of characters, two columns a pixel row so that it looks square. */
function drawing(values: Uint8Array, width: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += width) {
    lines.push(Array.from(values.subarray(at, at + width), (value) => (SHADES[Math.floor((value * (SHADES.length - 1)) / 255)] ?? " ").repeat(2)).join("").trimEnd());
  }
  return lines.filter((line, index) => line !== "" || (index > 0 && index < lines.length - 1));
}
