import { type Command, Option } from "commander";
import { openDataset } from "../data/open.js";
import type { Build } from "../engine/artefacts.js";
import { evaluate } from "../train/evaluate.js";
import { checkFits } from "../train/train.js";
import { addDataOptions, type DataFlags, DATASET_HELP, dataOptions } from "./data_options.js";
import { openModel } from "./model_file.js";
import { count, percent, say, sayJson, style, table } from "./output.js";

type EvalFlags = DataFlags & { build: Build | "auto"; on: "test" | "train"; json?: boolean };

export function addEvalCommand(program: Command): void {
  const command = program.command("eval")
    .summary("test a trained network")
    .description("Tests a trained network on a data set, by goodness and by its readout, and shows which classes it confuses.")
    .argument("<model>", "run directory or .mayfly file")
    .argument("<dataset>", DATASET_HELP)
    .addOption(new Option("--on <part>", "part of the data set").choices(["test", "train"]).default("test"))
    .addOption(new Option("--build <name>", "build of the engine; the bits are the same").choices(["auto", "simd", "scalar"]).default("auto"))
    .option("--json", "print one JSON object on stdout");
  addDataOptions(command);
  command.action(async (model: string, dataset: string, flags: EvalFlags) => {
    const { network } = await openModel(model, { build: flags.build });
    const opened = await openDataset(dataset, { ...dataOptions(flags), classes: flags.classes });
    if (opened.note) say(opened.note);
    const data = opened[flags.on];
    checkFits(network, data);
    const result = evaluate(network, data);
    if (flags.json) sayJson({ testError: result.testError, count: result.count, confusion: result.confusion, weightsHash: network.weightsHash(), model, dataset: data.name, build: network.build });
    say(`${data.name}: ${count(result.count)} samples`);
    say();
    const classes = network.spec.classes;
    if (classes <= 16) {
      const header = ["true \\ by goodness", ...Array.from({ length: classes }, (_, c) => String(c))];
      for (const line of table([header, ...result.confusion.map((row, c) => [String(c), ...row.map((n) => (n === 0 ? "·" : String(n)))])])) say(line);
      say();
    }
    say(style.bold(`error: ${percent(result.testError.goodness)} by goodness, ${percent(result.testError.readout)} by the readout`));
  });
}
