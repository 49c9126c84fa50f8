import { Command, Option } from "commander";
import { type Dataset, frame } from "../data/dataset.js";
import { permutation } from "../data/shuffle.js";
import type { Build } from "../engine/artefacts.js";
import { MayflyError } from "../errors.js";
import { findRuntime } from "../runtimes/registry.js";
import type { Runtime } from "../runtimes/runtime.js";
import { RuntimeNetwork, type Sample } from "../runtimes/runtime_network.js";
import { writeAtomically } from "../train/atomic_file.js";
import type { TestError } from "../train/evaluate.js";
import { checkFits } from "../train/train.js";
import { addDataOptions, type DataFlags, DATASET_HELP, dataOptions, openData } from "./data_options.js";
import { jsonOption, numberTo, wholeFrom } from "./flags.js";
import { openDataFor, openModel } from "./model_file.js";
import { addNetworkOptions, checkNetworkFlags, type NetworkFlags, specFrom } from "./network_options.js";
import { bytesText, count, errorText, say, sayJson, style } from "./output.js";
import { openProgress } from "./progress.js";
import { type RuntimePathFlags, runtimeNames, runtimePathOption } from "./runtime_options.js";

type RuntimeFlags = RuntimePathFlags & { runtime: string; build: Build | "auto"; json?: boolean };
type RunTrainFlags = RuntimeFlags & NetworkFlags & DataFlags & { epochs: number; hold: number; out: string };
type RunEvalFlags = RuntimeFlags & DataFlags & { on: "test" | "train" };

export function addRunCommand(program: Command): void {
  const run = program.command("run")
    .summary("train or test in another WebAssembly runtime")
    .description("Trains or tests a network in any runtime that `mayfly runtimes` lists. The bits are those of `mayfly train`.")
    .addOption(new Option("--runtime <name>", `one of ${runtimeNames()}`).makeOptionMandatory())
    .addOption(runtimePathOption())
    .addOption(new Option("--build <name>", "build of the engine; auto takes SIMD where the runtime has it").choices(["auto", "simd", "scalar"]).default("auto"))
    .addHelpText("after", `
Examples:
  mayfly run --runtime wasmtime-npm train mnist --layers 64,32 --limit 5000 --out model.mayfly
  mayfly run --runtime jsc eval model.mayfly mnist --limit-test 1000`);
  addRunTrain(run);
  addRunEval(run);
}

function addRunTrain(run: Command): void {
  const command = run.command("train").summary("train a network").description("Trains a network and writes a checkpoint.").argument("<dataset>", DATASET_HELP);
  addNetworkOptions(command);
  command
    .optionsGroup("Run:")
    .option("--epochs <n>", "passes over the training set", wholeFrom(1), 1)
    .option("--hold <share>", "share of the run at the full learning rate, before it falls linearly to 0", numberTo(1), 0.5)
    .option("--out <file>", "where the model goes; a file of that name is replaced", "model.mayfly")
    .addOption(jsonOption());
  addDataOptions(command);
  command.action(async (dataset: string) => {
    const flags = command.optsWithGlobals<RunTrainFlags>();
    checkNetworkFlags(command, flags);
    await withRuntime(flags, async (runtime) => {
      const data = await openData(dataset, dataOptions(flags));
      if (data.note) say(data.note);
      const total = data.train.count * flags.epochs;
      const network = await RuntimeNetwork.create(runtime, specFrom(flags, data.train.shape, data.train.classes, { holdSamples: Math.floor(total * flags.hold), totalSamples: total }), buildOf(flags));
      try {
        const seconds = await trainEpochs(network, data.train, flags.epochs);
        await writeAtomically(flags.out, await network.checkpoint());
        const weightsHash = await network.weightsHash();
        const testError = await test(network, data.test);
        say(style.bold(`test error: ${errorText(testError)}`));
        say(`weights ${weightsHash}, ${count(Math.round(total / seconds))} samples/s; saved as ${flags.out}`);
        if (flags.json) sayJson({ ...about(network), weightsHash, testError, samples: total, seconds: Math.round(seconds * 1000) / 1000, model: flags.out });
      } finally {
        await network.dispose();
      }
    });
  });
}

function addRunEval(run: Command): void {
  const command = run.command("eval")
    .summary("test a trained network")
    .description("Tests a trained network on a data set.")
    .argument("<model>", "run directory or .mayfly file")
    .argument("[dataset]", `${DATASET_HELP}; default: the data of the run, read as the run read them`)
    .addOption(new Option("--on <part>", "part of the data set").choices(["test", "train"]).default("test"))
    .addOption(jsonOption());
  addDataOptions(command);
  command.action(async (model: string, dataset: string | undefined) => {
    const flags = command.optsWithGlobals<RunEvalFlags>();
    await withRuntime(flags, async (runtime) => {
      const opened = await openModel(model);
      const data = (await openDataFor(model, dataset, flags))[flags.on];
      checkFits(opened.network, data);
      const network = await RuntimeNetwork.open(runtime, opened.network.checkpoint(), buildOf(flags));
      try {
        say(aboutLine(network));
        const testError = await test(network, data);
        const weightsHash = await network.weightsHash();
        say(`${data.name}: ${count(data.count)} samples`);
        say(style.bold(`${flags.on} error: ${errorText(testError)}`));
        say(`weights ${weightsHash}`);
        if (flags.json) sayJson({ ...about(network), weightsHash, testError, count: data.count, model, dataset: data.name });
      } finally {
        await network.dispose();
      }
    });
  });
}

/** Finds the runtime the flags name, and ends it after the work. */
async function withRuntime(flags: RuntimeFlags, work: (runtime: Runtime) => Promise<void>): Promise<void> {
  const runtime = await findRuntime(flags.runtime, flags.runtimePath);
  if (flags.build === "simd" && !runtime.features.simd) throw new MayflyError(`${runtime.name} does not run the SIMD build: leave --build away, and it takes the scalar one`, 2);
  try {
    await work(runtime);
  } finally {
    await runtime.close();
  }
}

function buildOf({ build }: RuntimeFlags): { build?: Build } {
  return build === "auto" ? {} : { build };
}

/** The same samples in the same order as `train`. Returns the seconds it took. */
async function trainEpochs(network: RuntimeNetwork, data: Dataset, epochs: number): Promise<number> {
  say(aboutLine(network));
  const progress = openProgress();
  const start = performance.now();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await network.train(samplesOf(data, permutation(data.count, network.spec.seed, epoch)), (done) => progress.update(`epoch ${epoch}/${epochs}`, done, data.count));
  }
  progress.end();
  return (performance.now() - start) / 1000;
}

function* samplesOf(data: Dataset, order: Uint32Array): Generator<Sample> {
  for (const index of order) yield { frame: frame(data, index), label: data.labels[index] ?? 0 };
}

async function test(network: RuntimeNetwork, data: Dataset): Promise<TestError> {
  const progress = openProgress();
  const frames = Array.from({ length: data.count }, (_, index) => frame(data, index));
  const wrong = async (by: "goodness" | "readout"): Promise<number> => {
    const classes = await network.predict(frames, by, (done) => progress.update(`testing by ${by}`, done, data.count));
    return Math.round((classes.filter((predicted, index) => predicted !== data.labels[index]).length / data.count) * 1e4) / 100;
  };
  const result = { goodness: await wrong("goodness"), readout: network.spec.readout.from === null ? null : await wrong("readout") };
  progress.end();
  return result;
}

function about({ runtime, build, plan }: RuntimeNetwork): { runtime: string; version: string; build: Build; bytes: number } {
  return { runtime: runtime.name, version: runtime.version, build, bytes: plan.bytes.total };
}

function aboutLine({ runtime, build, plan }: RuntimeNetwork): string {
  return `${style.bold(runtime.name)} ${runtime.version}, ${build} build, ${bytesText(plan.bytes.total)}`;
}
