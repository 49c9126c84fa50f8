import type { Command } from "commander";
import { type Build, engineHash } from "../engine/artefacts.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { datasetHash } from "../train/dataset_hash.js";
import { RunDirectory } from "../train/run_directory.js";
import { openData } from "./data_options.js";
import { buildOption, jsonOption, whole } from "./flags.js";
import { say } from "./output.js";
import { trainRun } from "./training.js";

export function addResumeCommand(program: Command): void {
  program.command("resume")
    .summary("go on with an interrupted run")
    .description("Goes on with a run from its newest checkpoint. The result is the same, bit for bit, as if it had never stopped.")
    .argument("<dir>", "run directory")
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .addOption(buildOption())
    .addOption(jsonOption())
    .addHelpText("after", `
Example:
  mayfly resume runs/mnist-256,256-i16-seed1`)
    .action(async (path: string, flags: { build: Build | "auto"; checkpointEvery: number; json?: boolean }) => {
      const run = await RunDirectory.open(path);
      const { settings, result, engineHash: startedOn } = run.record;
      if (result && result["stopped"] !== "aborted") throw new MayflyError(`${path} has ended already (${String(result["stopped"])}): there is nothing to go on with`, 1);
      const checkpoint = await run.readModel();
      if (!checkpoint) throw new MayflyError(`${path} was cut before its first checkpoint: start it again with \`mayfly train\``, 1);
      const network = Network.open(checkpoint, run.modelPath, { build: flags.build });
      const data = await openData(settings.dataset, settings.datasetOptions);
      if (settings.datasetHash !== undefined && settings.datasetHash !== datasetHash(data.train, data.test)) {
        throw new MayflyError(`${settings.dataset} has changed since ${path} began: the run cannot go on with other samples`, 1);
      }
      const engine = engineHash(network.size);
      if (engine !== startedOn) {
        say(`note: the run began on engine ${startedOn}, this is engine ${engine}: its weights may differ from those of an uninterrupted run`);
        run.record.engineHash = engine;
      }
      await run.tidy();
      await trainRun(run, network, data, flags);
    });
}
