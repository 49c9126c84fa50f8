import { type Command, Option } from "commander";
import { engineHash } from "../engine/artefacts.js";
import { type Comparison, compare } from "../compare/compare.js";
import { BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { addDataOptions, type DataFlags, DATASET_HELP, dataOptions, openData } from "./data_options.js";
import { jsonOption, positive, wholeFrom } from "./flags.js";
import { interruptible } from "./interrupt.js";
import { addNetworkOptions, checkNetworkFlags, type NetworkFlags, specFrom } from "./network_options.js";
import { bytesText, count, say, sayJson, style, table } from "./output.js";
import { linePlot } from "./plot.js";

type CompareFlags = NetworkFlags & DataFlags & { epochs: number; batch: number; backend: BackendName; board: string; backpropRate: number; json?: boolean };

export function addCompareCommand(program: Command): void {
  const command = program.command("compare")
    .summary("hold Forward-Forward against backprop on the same data")
    .description("Trains Forward-Forward in the engine, and backprop in float (tfjs, Adam) at the same widths and at the same RAM; compares error, samples, multiply-adds, memory, and energy on a board. Says where Forward-Forward loses.")
    .argument("[dataset]", DATASET_HELP, "mnist")
    .addOption(jsonOption());
  addNetworkOptions(command)
    .optionsGroup("Comparison:")
    .option("--epochs <n>", "passes over the training set, for all", wholeFrom(1), 10)
    .option("--batch <n>", "of backprop", wholeFrom(1), 32)
    .option("--backprop-rate <number>", "Adam's rate", positive, 0.001)
    .addOption(new Option("--backend <name>", "where backprop runs: see `mayfly backends`").choices([...BACKEND_NAMES]).default("wasm"))
    .option("--board <board>", "whose energy is reckoned: see `mayfly boards`", "rp2040");
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly compare --layers 128,64 --weights i16 --epochs 10
  mayfly compare --layers 60,40 --weights i8 --epochs 5 --board stm32f446 --json`);
  command.action(async (dataset: string, flags: CompareFlags) => {
    checkNetworkFlags(command, flags);
    const data = await openData(dataset, dataOptions(flags));
    const backend = await startNamed(flags.backend);
    const spec = specFrom(flags, data.train.shape, data.train.classes);
    const result = await interruptible((signal) => compare(backend, spec, data, { epochs: flags.epochs, batch: flags.batch, board: flags.board, rate: flags.backpropRate, signal, onStage: (what) => say(style.dim(what)) }));
    for (const line of lines(result)) say(line);
    if (flags.json) sayJson({ ...result, engineHash: engineHash(), epochs: flags.epochs, batch: flags.batch, backend: backend.name, adapter: backend.adapter, dataset: data.train.name, seed: flags.seed });
  });
}

function lines({ contestants, sameFormat, batched, losses, board }: Comparison): string[] {
  const joules = (range: { low: number; high: number } | null): string => (range ? `${range.low.toPrecision(2)}–${range.high.toPrecision(2)} J` : "–");
  const targets = Object.keys(contestants[0]?.samplesTo ?? {}).sort((a, b) => Number(b) - Number(a));
  return [
    "",
    ...table([
      ["", "layers", "numbers", "error %", ...targets.map((target) => `to ${target} %`), "MAC a step", "as done", "RAM, formula", "as used", `energy, ${board}`],
      ...contestants.map(({ name, layers, numbers, errors, samplesTo, macs, bytes, energyJ }) => [
        name, layers.join("-"), numbers, errors.at(-1)?.toFixed(2) ?? "–", ...targets.map((target) => (samplesTo[target] === null || samplesTo[target] === undefined ? "–" : count(samplesTo[target]))), count(macs.formula), macs.done === null ? "–" : count(macs.done),
        bytesText(bytes.formula), bytes.used === null ? "–" : bytesText(bytes.used), joules(energyJ),
      ]),
    ], "lllrrrrrrrrrr"),
    "",
    ...linePlot("test error, %, by epoch", contestants.map(({ name, errors }) => ({ name, values: errors }))),
    "",
    style.bold("the same number format, batch 1, by formula; and as used in tfjs, with SGD"),
    ...table([
      ["", "Forward-Forward", "backprop"],
      ...sameFormat.map(({ optimiser, forwardForward, backprop }) => [`f32, ${optimiser}`, bytesText(forwardForward), bytesText(backprop)]),
      ...batched.map(({ batch, forwardForward, backprop }) => [`tfjs, batch ${batch}`, bytesText(forwardForward), bytesText(backprop)]),
    ], "lrr"),
    "",
    style.bold("where Forward-Forward loses"),
    ...(losses.length > 0 ? losses.map((loss) => `  ${loss}`) : ["  nowhere in this comparison"]),
  ];
}
