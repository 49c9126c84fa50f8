import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { openDataset } from "../data/open.js";
import { describeDataset } from "../data/dataset.js";
import { type Build, engineHash } from "../engine/artefacts.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { RunDirectory } from "../train/run_directory.js";
import { type EpochResult, type StopReason, train } from "../train/train.js";
import { addDataOptions, type DataFlags, DATASET_HELP, dataOptions } from "./data_options.js";
import { memoryMap } from "./memory_map.js";
import { addNetworkOptions, type NetworkFlags, specFrom, whole } from "./network_options.js";
import { count, percent, say, sayJson, style } from "./output.js";
import { epochProgress, type Progress } from "./progress.js";

type TrainFlags = NetworkFlags & DataFlags & {
  epochs: number;
  build: Build | "auto";
  out?: string;
  evaluateEvery: number;
  stopAt?: number;
  patience?: number;
  hold: number;
  checkpointEvery: number;
  json?: boolean;
};

export function addTrainCommand(program: Command): void {
  const command = program.command("train")
    .summary("train a network")
    .description("Trains a Forward-Forward network in the integer engine, in a memory of fixed size, and writes a run directory: run.json (settings, errors, hashes) and model.mayfly (a checkpoint; training goes on from it bit for bit).")
    .argument("<dataset>", DATASET_HELP);
  addNetworkOptions(command);
  command
    .option("--epochs <n>", "passes over the training set", whole, 10)
    .option("--hold <share>", "share of the run at the full learning rate, before it falls linearly to 0", Number, 0.5)
    .addOption(new Option("--build <name>", "build of the engine; the bits are the same").choices(["auto", "simd", "scalar"]).default("auto"))
    .option("--out <dir>", "run directory (default: runs/<data>-<layers>-…)")
    .option("--evaluate-every <n>", "test after every n-th epoch", whole, 1)
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .option("--stop-at <percent>", "stop once a test error is this low", Number)
    .option("--patience <n>", "stop after n tests in a row without a new best", whole)
    .option("--json", "print one JSON object on stdout");
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly train mnist --layers 256,256 --weights i16 --epochs 10 --seed 1
  mayfly train mnist --layers 120,60 --weights i8 --objective classwise --memory-limit 128KiB
  mayfly train samples.csv --label-column species --scale minmax --layers 32,16
  mayfly resume runs/mnist-256,256-i16-seed1`);
  command.action(async (dataset: string, flags: TrainFlags) => {
    const data = await openDataset(dataset, dataOptions(flags));
    if (flags.epochs < 1) throw new MayflyError("--epochs must be at least 1", 2);
    if (flags.evaluateEvery < 1) throw new MayflyError("--evaluate-every must be at least 1", 2);
    if (!(flags.hold >= 0 && flags.hold <= 1)) throw new MayflyError("--hold must be from 0 to 1", 2);
    const total = data.train.count * flags.epochs;
    const spec = specFrom(flags, data.train.shape, data.train.classes, { holdSamples: Math.floor(total * flags.hold), totalSamples: total });
    const network = Network.create(spec, { build: flags.build });
    const path = flags.out ?? freePath(`runs/${dataset.replace(/[^A-Za-z0-9.]+/g, "-")}-${flags.layers.join(",")}-${flags.weights}${flags.objective === "classwise" ? "-classwise" : ""}-seed${flags.seed}`);
    const run = await RunDirectory.create(path, {
      dataset, datasetOptions: dataOptions(flags) as Record<string, unknown>, epochs: flags.epochs, evaluateEvery: flags.evaluateEvery, stopAt: flags.stopAt ?? null, patience: flags.patience ?? null,
    }, engineHash());
    if (data.note) say(data.note);
    await trainRun(run, network, data, flags);
  });

  program.command("resume")
    .summary("go on with an interrupted run")
    .description("Goes on with a run from its newest checkpoint. The result is the same, bit for bit, as if it had never stopped.")
    .argument("<dir>", "run directory")
    .addOption(new Option("--build <name>", "build of the engine; the bits are the same").choices(["auto", "simd", "scalar"]).default("auto"))
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .option("--json", "print one JSON object on stdout")
    .action(async (path: string, flags: Pick<TrainFlags, "build" | "checkpointEvery" | "json">) => {
      const run = await RunDirectory.open(path);
      const checkpoint = await run.readModel();
      if (!checkpoint) throw new MayflyError(`${path} has no checkpoint yet: start the run again`, 1);
      if (run.record.result && run.record.result["stopped"] !== "aborted") throw new MayflyError(`${path} has ended already (${String(run.record.result["stopped"])}): nothing to go on with`, 1);
      const { dataset, datasetOptions } = run.record.settings;
      const data = await openDataset(dataset, datasetOptions);
      await trainRun(run, Network.open(checkpoint, run.modelPath, { build: flags.build }), data, flags);
    });
}

/** Trains a network inside a run directory, prints what happens, and ends with the result. */
async function trainRun(run: RunDirectory, network: Network, data: Awaited<ReturnType<typeof openDataset>>, flags: Pick<TrainFlags, "checkpointEvery" | "json">): Promise<void> {
  const { settings } = run.record;
  const { spec } = network;
  say(style.bold(`${spec.input.width * spec.input.height * spec.input.channels}-${spec.layers.map((layer) => layer.units).join("-")}  ${spec.layers[0]?.weights}, ${spec.objective}, seed ${spec.seed}, ${network.build} engine`));
  say(describeDataset(data.train));
  say(describeDataset(data.test));
  say();
  for (const line of memoryMap(network.plan)) say(line);
  say();
  const done = Math.floor(network.samples / data.train.count);
  run.record.epochs = run.record.epochs.slice(0, done);
  run.record.result = null;
  if (network.samples > 0) say(`resumed at epoch ${done + 1}, sample ${count(network.samples % data.train.count)}`);
  else await run.save(network.checkpoint());

  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const started = performance.now();
  let saved = performance.now();
  let progress: Progress | null = null;
  let reason: StopReason = "finished";
  try {
    for await (const event of train(network, data.train, { epochs: settings.epochs, test: data.test, evaluateEvery: settings.evaluateEvery, stopAt: settings.stopAt, patience: settings.patience, signal: stop.signal })) {
      if (event.type === "progress") {
        progress ??= epochProgress(event.epoch, settings.epochs);
        progress.update(event.done, event.total, event.pairsPerSecond, event.readoutError);
        if (performance.now() - saved > flags.checkpointEvery * 1000 && event.done < event.total) {
          await run.save(network.checkpoint());
          saved = performance.now();
        }
      } else if (event.type === "evaluating") progress?.evaluating();
      else if (event.type === "epoch") {
        progress?.end();
        progress = null;
        run.record.epochs.push(event.result);
        await run.save(network.checkpoint());
        saved = performance.now();
        say(epochLine(event.result, settings.epochs));
      } else reason = event.reason;
    }
  } finally {
    progress?.end();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }

  const epochs = run.record.epochs as EpochResult[];
  const evaluated = epochs.filter((epoch) => epoch.testError);
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const result = {
    testError: evaluated.at(-1)?.testError ?? null,
    epochs,
    pairsPerSecond: seconds > 0 ? Math.round((epochs.length * data.train.count) / seconds) : 0,
    bytes: network.plan.bytes,
    samples: network.samples,
    seed: spec.seed,
    spec,
    dataset: data.train.name,
    build: network.build,
    engineHash: run.record.engineHash,
    weightsHash: network.weightsHash(),
    stopped: reason,
    seconds: Math.round((performance.now() - started) / 10) / 100,
    runDirectory: run.path,
  };
  const { epochs: _, ...summary } = result;
  run.record.result = summary;
  await run.save(network.checkpoint());
  if (flags.json) sayJson(result);
  if (reason === "aborted") throw new MayflyError(`interrupted at epoch ${Math.floor(network.samples / data.train.count) + 1}, sample ${count(network.samples % data.train.count)}; everything is saved: go on with \`mayfly resume ${run.path}\``, 1);
  say();
  if (result.testError) say(style.bold(`test error: ${percent(result.testError.goodness)} by goodness, ${percent(result.testError.readout)} by the readout`));
  if (reason !== "finished") say(`stopped early: ${reason}`);
  say(`weights ${result.weightsHash}, engine ${result.engineHash}, ${count(result.pairsPerSecond)} samples/s`);
  say(`saved in ${run.path}`);
}

function epochLine(result: EpochResult, epochs: number): string {
  const test = result.testError ? `test error ${percent(result.testError.goodness)} goodness, ${percent(result.testError.readout)} readout` : "not tested";
  return `epoch ${String(result.epoch).padStart(String(epochs).length)}/${epochs}  ${test}  ${style.dim(`${result.seconds.toFixed(1)} s, ${count(result.pairsPerSecond)} samples/s`)}`;
}

/** The path, or the first of path-2, path-3 … that is free. */
function freePath(path: string): string {
  let free = path;
  for (let next = 2; existsSync(free); next++) free = `${path}-${next}`;
  return free;
}
