import { type Command, Option } from "commander";
import { type Build, engineHash } from "../engine/artefacts.js";
import { Network } from "../engine/network.js";
import type { OpenedDataset } from "../data/open.js";
import { MayflyError } from "../errors.js";
import { datasetHash } from "../train/dataset_hash.js";
import { BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { RunDirectory } from "../train/run_directory.js";
import { openData } from "./data_options.js";
import { buildOption, jsonOption, whole } from "./flags.js";
import { say } from "./output.js";
import { trainTfjsRun } from "./tfjs_training.js";
import { trainRun } from "./training.js";

export function addResumeCommand(program: Command): void {
  program.command("resume")
    .summary("go on with an interrupted run")
    .description("Goes on with a run from its newest checkpoint. The result is the same, bit for bit, as if it had never stopped.")
    .argument("<dir>", "run directory")
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .addOption(new Option("--backend <name>", "of a run in tfjs: go on there (default: where it was)").choices([...BACKEND_NAMES]))
    .addOption(buildOption())
    .addOption(jsonOption())
    .addHelpText("after", `
Example:
  mayfly resume runs/mnist-256,256-i16-seed1`)
    .action(async (path: string, flags: { build: Build | "auto"; checkpointEvery: number; backend?: BackendName; json?: boolean }) => {
      const run = await RunDirectory.open(path);
      const { settings, result, engineHash: startedOn } = run.record;
      if (result && result["stopped"] !== "aborted") throw new MayflyError(`${path} has ended already (${String(result["stopped"])}): there is nothing to go on with`, 1);
      if (settings.tfjs) return resumeTfjs(run, flags);
      const checkpoint = await run.readModel();
      if (!checkpoint) throw new MayflyError(`${path} was cut before its first checkpoint: start it again with \`mayfly train\``, 1);
      const network = Network.open(checkpoint, run.modelPath, { build: flags.build });
      const data = await sameData(run);
      if (engineHash() !== startedOn) {
        say(`note: the run began on engine ${startedOn}, this is engine ${engineHash()}: its weights may differ from those of an uninterrupted run`);
        run.record.engineHash = engineHash();
      }
      await run.tidy();
      await trainRun(run, network, data, flags);
    });
}

/** The samples the run began with. */
async function sameData({ path, record: { settings } }: RunDirectory): Promise<OpenedDataset> {
  const data = await openData(settings.dataset, settings.datasetOptions);
  if (settings.datasetHash !== undefined && settings.datasetHash !== datasetHash(data.train, data.test)) {
    throw new MayflyError(`${settings.dataset} has changed since ${path} began: the run cannot go on with other samples`, 1);
  }
  return data;
}

async function resumeTfjs(run: RunDirectory, flags: { checkpointEvery: number; backend?: BackendName; json?: boolean }): Promise<void> {
  const { tfjs } = run.record.settings;
  if (tfjs && flags.backend) tfjs.backend = flags.backend;
  const data = await sameData(run);
  await run.tidy();
  await trainTfjsRun(run, data, flags);
}
