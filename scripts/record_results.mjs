// Runs the experiments of scripts/experiments.mjs and records each result in results/main/ID-seedN.json, with the command, the
// commit and the engine that made it. Runs that are recorded already are passed over; --force makes them again, an argument picks
// by id. All of them take about a quarter of an hour on one core. `npm run results` makes the tables from the files.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXPERIMENTS, SEEDS, commandOf } from "./experiments.mjs";
import { origin, runJson, save } from "./record.mjs";

const force = process.argv.includes("--force");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const folder = "results/main";
const from = origin();
const scratch = mkdtempSync(join(tmpdir(), "mayfly-record-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

for (const experiment of EXPERIMENTS) {
  if (wanted.length > 0 && !wanted.includes(experiment.id)) continue;
  for (const seed of SEEDS) {
    const file = join(folder, `${experiment.id}-seed${seed}.json`);
    if (existsSync(file) && !force) continue;
    const command = commandOf(experiment, seed);
    console.error(command);
    const { runDirectory: _, ...result } = runJson(["dist/cli.js", ...command.split(" ").slice(1), "--out", join(scratch, `${experiment.id}-seed${seed}`)], { quiet: true });
    result.epochs = result.epochs.map(({ epoch, testError, pairsPerSecond }) => ({ epoch, testError, pairsPerSecond }));
    save(file, { id: experiment.id, command, ...from, ...result });
    console.error(`  ${result.testError.goodness} % goodness, ${result.testError.readout} % readout, ${result.pairsPerSecond} samples/s`);
  }
}
