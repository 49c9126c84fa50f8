// Runs the experiments of scripts/experiments.mjs and records each result in results/main/ID-seedN.json, with the command, the
// commit and the engine that made it. Runs that are recorded already are passed over; --force makes them again, an argument picks
// by id. All of them take about a quarter of an hour on one core. `npm run results` makes the tables from the files.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { EXPERIMENTS, SEEDS, commandOf } from "./experiments.mjs";

const force = process.argv.includes("--force");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const folder = "results/main";
mkdirSync(folder, { recursive: true });

const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
const commit = git("rev-parse", "HEAD") + (git("status", "--porcelain", "--", "assembly", "host", "package-lock.json") ? "+" : "");

for (const experiment of EXPERIMENTS) {
  if (wanted.length > 0 && !wanted.includes(experiment.id)) continue;
  for (const seed of SEEDS) {
    const file = join(folder, `${experiment.id}-seed${seed}.json`);
    if (existsSync(file) && !force) continue;
    const command = commandOf(experiment, seed);
    console.error(command);
    const out = mkdtempSync(join(tmpdir(), "mayfly-record-"));
    const child = spawnSync(process.execPath, ["dist/cli.js", ...command.split(" ").slice(1), "--out", join(out, "run")], { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "pipe"] });
    rmSync(out, { recursive: true, force: true });
    if (child.status !== 0) {
      console.error(child.stderr);
      process.exit(1);
    }
    const { runDirectory: _, ...result } = JSON.parse(child.stdout);
    result.epochs = result.epochs.map(({ epoch, testError, pairsPerSecond }) => ({ epoch, testError, pairsPerSecond }));
    const record = { id: experiment.id, command, commit, date: new Date().toISOString().slice(0, 10), node: process.version, cpu: cpus()[0]?.model, ...result };
    writeFileSync(`${file}.part`, `${JSON.stringify(record)}\n`);
    renameSync(`${file}.part`, file);
    console.error(`  ${result.testError.goodness} % goodness, ${result.testError.readout} % readout, ${result.pairsPerSecond} samples/s`);
  }
}
