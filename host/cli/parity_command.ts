import { type Command, Option } from "commander";
import { type NetworkSpec, resolveSpec } from "../spec/network_spec.js";
import { ALL_BUILDS, type Build, BUILDS } from "../engine/artefacts.js";
import { MayflyError } from "../errors.js";
import { type RunsParity, compareRuns } from "../parity/runs.js";
import { compareSteps, type StepParity } from "../parity/steps.js";
import type { Difference } from "../parity/tally.js";
import { BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { sameNetwork, saveParity } from "../report/parity.js";
import { RunDirectory } from "../train/run_directory.js";
import { addDataOptions, type DataFlags, DATASET_HELP, dataOptions, openData } from "./data_options.js";
import { jsonOption, wholeFrom } from "./flags.js";
import { interruptible } from "./interrupt.js";
import { addNetworkOptions, checkNetworkFlags, type NetworkFlags, specFrom } from "./network_options.js";
import { openModel } from "./model_file.js";
import { count, say, sayJson, style, table } from "./output.js";
import { linePlot } from "./plot.js";
import { openProgress } from "./progress.js";

type ParityFlags = NetworkFlags & DataFlags & {
  steps: number;
  backend: BackendName;
  build: Build | "all";
  runs?: number;
  epochs: number;
  batch: number;
  exactSamples: number;
  out?: string;
  json?: boolean;
};

/** Where the learning rate begins to fall, of all steps compared. */
const HOLD = 0.5;

export function addParityCommand(program: Command): void {
  const command = program.command("parity")
    .summary("hold the engine against an exact reference in tfjs, number by number")
    .description("Trains the engine and an independent reference in tfjs on the same samples from the same seed, and compares every integer of every step: pre-activations, activities, goodness, update coefficients and weights of each layer (of maps not the first and the fourth, of which the engine keeps one place at a time), logits and weights of the readout. With --runs also whole runs: engine, exact and float, over seeds. Ends with status 1 when anything differs.")
    .argument("[dataset]", DATASET_HELP, "mnist")
    .addOption(jsonOption());
  addNetworkOptions(command)
    .optionsGroup("Comparison:")
    .option("--steps <n>", "training steps to compare", wholeFrom(1), 100)
    .addOption(new Option("--backend <name>", "where the reference runs: see `mayfly backends`").choices([...BACKEND_NAMES]).default("wasm"))
    .addOption(new Option("--build <name>", "build of the engine; all: simd and scalar at once").choices([...ALL_BUILDS, "all"]).default("simd"))
    .option("--runs <seeds>", "compare whole runs over so many seeds as well", wholeFrom(1))
    .option("--epochs <n>", "of each run", wholeFrom(1), 10)
    .option("--batch <n>", "of the float runs; gradients are summed", wholeFrom(1), 8)
    .option("--out <run>", "leave the result in this run directory, of a network with the same layers: `mayfly report` shows it")
    .option("--exact-samples <n>", "the exact form joins runs of at most so many samples", wholeFrom(0), 5000);
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly parity --layers 64,32 --weights i16 --steps 100 --backend wasm --seed 1 --json
  mayfly parity --layers 60,30 --weights i8 --objective classwise --backend cpu --build scalar
  mayfly parity --layers conv8x3p2,conv8x3 --objective classwise --steps 20 --with '{"jitter":2}'
  mayfly parity --layers 32,16 --steps 20 --runs 3 --epochs 3 --limit 1000`);
  command.action(async (dataset: string, flags: ParityFlags) => {
    checkNetworkFlags(command, flags);
    const data = await openData(dataset, dataOptions(flags));
    // Half of the steps at the full rate, half as it falls: both are compared.
    const input = specFrom(flags, data.train.shape, data.train.classes, { holdSamples: Math.floor(flags.steps * HOLD), totalSamples: flags.steps });
    const spec = resolveSpec(input);
    if (flags.out !== undefined) await checkRun(flags.out, spec);
    const backend = await startNamed(flags.backend);
    const { steps, runs } = await interruptible(async (signal) => {
      const progress = openProgress();
      const done = await compareSteps(backend, spec, data.train, { steps: flags.steps, builds: flags.build === "all" ? BUILDS : [flags.build], signal, onProgress: (at) => progress.update("comparing", at, flags.steps) });
      progress.end();
      for (const line of stepLines(done)) say(line);
      if (flags.runs === undefined) return { steps: done, runs: null };
      const whole = await compareRuns(backend, input, data, { seeds: flags.runs, epochs: flags.epochs, batch: flags.batch, exactSamples: flags.exactSamples, signal, onRun: (form, seed) => say(style.dim(`run of ${form}, seed ${seed}`)) });
      for (const line of runLines(whole)) say(line);
      return { steps: done, runs: whole };
    });
    const holds = steps.equal && (runs?.verdicts.every((verdict) => verdict.holds) ?? true);
    const differing = steps.layers.reduce((sum, layer) => sum + Object.values(layer).reduce((total, { differing: n }) => total + n, 0), 0);
    say();
    say(style.bold(holds ? "verdict: pass" : "verdict: fail"));
    if (flags.out !== undefined) say(`left in ${await saveParity(flags.out, { ...steps, verdict: holds ? "pass" : "fail", spec })}`);
    if (flags.json) sayJson({ ...steps, verdict: holds ? "pass" : "fail", runs, spec });
    if (!holds) throw new MayflyError(steps.equal ? "the runs differ by more than the bounds allow" : steps.readout && differing === 0 && steps.steps === flags.steps ? "the readouts differ" : steps.steps < flags.steps ? `interrupted after ${steps.steps} steps` : `${count(differing)} integers differ between engine and reference`, 1);
  });
}

/** Before any step: a run directory whose network this is. */
async function checkRun(path: string, spec: NetworkSpec): Promise<void> {
  await RunDirectory.open(path);
  const { network } = await openModel(path);
  const layers = (of: NetworkSpec): string => `${of.layers.map(({ units }) => units).join("-")}, ${of.layers[0]?.weights}, ${of.objective}`;
  if (!sameNetwork(spec, network.spec)) throw new MayflyError(`--out ${path} holds another network (${layers(network.spec)}) than the one compared (${layers(spec)}): name its layers, or take mayfly report ${path} --parity, which knows them`, 2);
}

function stepLines({ marks, builds, backend, adapter, steps, seconds }: StepParity): string[] {
  const cell = ({ compared, differing }: Difference): string => (compared === 0 ? "–" : differing === 0 ? `${count(compared)} equal` : `${count(differing)} of ${count(compared)} differ`);
  const rows = marks.flatMap((mark) => [
    ...mark.layers.map((layer, index) => [count(mark.steps), `layer ${index + 1}`, cell(layer.preActivations), cell(layer.activities), cell(layer.goodness), cell(layer.coefficients), cell(layer.weights)]),
    ...(mark.readout ? [[count(mark.steps), "readout", cell(mark.readout.logits), "", "", "", cell(mark.readout.weights)]] : []),
  ]);
  const first = marks.at(-1)?.layers.flatMap((layer, index) => Object.entries(layer).flatMap(([part, { first: at, max, mean }]) => (at ? [`layer ${index + 1}, ${part}: first in step ${at.step} at index ${at.index}: ${at.engine} in the engine, ${at.reference} in the reference; at most ${max}, ${mean.toPrecision(3)} on average`] : []))) ?? [];
  return [
    style.bold(`${count(steps)} steps, ${builds.join(" and ")} engine against the exact reference on ${backend} (${adapter}), ${seconds.toFixed(1)} s`), "",
    ...table([["after", "", "pre-activations or logits", "activities", "goodness", "coefficients", "weights"], ...rows], "rlrrrrr"),
    ...(first.length > 0 ? ["", ...first] : []),
  ];
}

function runLines({ curves, verdicts }: RunsParity): string[] {
  const rows = curves.map(({ form, seed, errors }) => [form, String(seed), ...(errors.at(-1) ? [errors.at(-1)!.goodness?.toFixed(2) ?? "–", errors.at(-1)!.readout?.toFixed(2) ?? "–"] : ["–", "–"])]);
  const forms = [...new Set(curves.map(({ form }) => form))];
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const series = forms.map((form) => {
    const own = curves.filter((curve) => curve.form === form);
    return { name: form, values: (own[0]?.errors ?? []).map((_, epoch) => mean(own.map(({ errors }) => errors[epoch]?.goodness ?? NaN))) };
  });
  return [
    "", ...table([["form", "seed", "goodness %", "readout %"], ...rows], "lrrr"), "",
    ...linePlot("test error by goodness, %, by epoch, mean of the seeds", series), "",
    ...table(verdicts.map(({ form, against, goodness, readout, points, seeds, holds }) => [`${form} − ${against}`, `${goodness.toFixed(2)} by goodness`, readout === null ? "" : `${readout.toFixed(2)} by the readout`, `bound ±${points}`, `${seeds} seeds`, holds ? "holds" : "FAILS"]), "lrrrrl"),
  ];
}
