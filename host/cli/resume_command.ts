import { type Command, Option } from "commander";
import { type Build, engineHash } from "../engine/artefacts.js";
import { Network } from "../engine/network.js";
import type { OpenedDataset } from "../data/open.js";
import { MayflyError } from "../errors.js";
import { datasetHash } from "../train/dataset_hash.js";
import { BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { checkThreads } from "../train/learner.js";
import { RunDirectory } from "../train/run_directory.js";
import { openData } from "./data_options.js";
import { buildOption, jsonOption, threadsOption, whole } from "./flags.js";
import { say } from "./output.js";
import { checkSwitchable, switchToInteger, switchToTfjs } from "./switch_engine.js";
import { trainTfjsRun } from "./tfjs_training.js";
import { trainRun } from "./training.js";

export function addResumeCommand(program: Command): void {
  program.command("resume")
    .summary("go on with an interrupted run")
    .description("Goes on with a run from its newest checkpoint. The result is the same, bit for bit, as if it had never stopped.")
    .argument("<dir>", "run directory")
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .addOption(new Option("--engine <name>", "go on in the other engine: from tfjs to the integers of the device, or back (default: as it was)").choices(["integer", "tfjs"]))
    .addOption(new Option("--backend <name>", "of a run in tfjs: go on there (default: where it was, or wasm)").choices([...BACKEND_NAMES]))
    .addOption(threadsOption("go on in so many threads; the run may have begun in fewer or more"))
    .addOption(buildOption())
    .addOption(jsonOption())
    .addHelpText("after", `
Examples:
  mayfly resume runs/mnist-256,256-i16-seed1
  mayfly resume runs/mnist-256,256-i16-seed1 --engine tfjs --backend webgpu
  mayfly resume runs/mnist-256,256-i16-seed1-tfjs --engine integer`)
    .action(async (path: string, flags: ResumeFlags) => {
      const run = await RunDirectory.open(path);
      const { settings, result, engineHash: startedOn } = run.record;
      if (result && result["stopped"] !== "aborted") throw new MayflyError(`${path} has ended already (${String(result["stopped"])}): there is nothing to go on with`, 1);
      const inTfjs = flags.engine === undefined ? settings.tfjs !== undefined : flags.engine === "tfjs";
      if (flags.backend && !inTfjs) throw new MayflyError("--backend belongs to a run in tfjs: add --engine tfjs to go on there", 2);
      if (inTfjs && flags.threads > 1) throw new MayflyError("--threads belongs to the integer engine: how many threads tfjs takes its backend decides", 2);
      if (inTfjs && settings.tfjs) return resumeTfjs(run, flags);
      checkSwitchable(run);
      const checkpoint = await run.readModel();
      if (checkpoint && inTfjs) {
        await sameData(run);
        await switchToTfjs(run, checkpoint, flags.backend ?? "wasm");
        return resumeTfjs(run, flags);
      }
      if (!checkpoint) throw new MayflyError(`${path} was cut before its first checkpoint: start it again with \`mayfly train\``, 1);
      const network = Network.open(checkpoint, run.modelPath, { build: flags.build, size: flags.threads > 1 ? "full" : "auto" });
      checkThreads(network.spec, flags.threads);
      const data = await sameData(run);
      if (settings.tfjs) await switchToInteger(run);
      const engine = engineHash(network.size);
      // The two sizes of one release give the same bits: a run may change its number of threads, and with it the size.
      if (startedOn !== engineHash("core") && startedOn !== engineHash("full")) {
        say(`note: the run began on engine ${startedOn}, this is engine ${engine}: its weights may differ from those of an uninterrupted run`);
        run.record.engineHash = engine;
      }
      await run.tidy();
      await trainRun(run, network, data, flags);
    });
}

interface ResumeFlags {
  build: Build | "auto";
  checkpointEvery: number;
  threads: number;
  engine?: "integer" | "tfjs";
  backend?: BackendName;
  json?: boolean;
}

/** The samples the run began with. */
async function sameData({ path, record: { settings } }: RunDirectory): Promise<OpenedDataset> {
  const data = await openData(settings.dataset, settings.datasetOptions);
  if (settings.datasetHash !== undefined && settings.datasetHash !== datasetHash(data.train, data.test)) {
    throw new MayflyError(`${settings.dataset} has changed since ${path} began: the run cannot go on with other samples`, 1);
  }
  return data;
}

async function resumeTfjs(run: RunDirectory, flags: ResumeFlags): Promise<void> {
  const { tfjs } = run.record.settings;
  if (tfjs && flags.backend) tfjs.backend = flags.backend;
  const data = await sameData(run);
  await run.tidy();
  await trainTfjsRun(run, data, flags);
}
