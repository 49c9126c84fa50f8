// Runs the experiments of scripts/reference_experiments.mjs and records each in results/reference/ID-seedN.json. Runs that are recorded
// already are passed over; --force makes them again, an argument picks by id. A run that was cut goes on from its run directory (--runs DIR).
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { REFERENCE_EXPERIMENTS, referenceCommand } from "./reference_experiments.mjs";

const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const force = process.argv.includes("--force");
const runs = option("--runs", "runs/reference");
const cli = option("--cli", fileURLToPath(new URL("../dist/cli.js", import.meta.url)));
const valued = new Set([runs, cli]);
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--") && !valued.has(argument));
const folder = "results/reference";
mkdirSync(folder, { recursive: true });
mkdirSync(runs, { recursive: true });

const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
const commit = git("rev-parse", "HEAD") + (git("status", "--porcelain", "--", "assembly", "host", "package-lock.json") ? "+" : "");

for (const experiment of REFERENCE_EXPERIMENTS) {
  if (experiment.needs === "gpu" && !wanted.includes(experiment.id)) continue;
  if (wanted.length > 0 && !wanted.includes(experiment.id)) continue;
  for (const seed of experiment.seeds) {
    const name = `${experiment.id}-seed${seed}`;
    const file = join(folder, `${name}.json`);
    if (existsSync(file) && !force) continue;
    const command = referenceCommand(experiment, seed);
    const out = join(runs, name);
    const args = existsSync(join(out, "run.json")) ? ["resume", out, "--json"] : [...command.split(" ").slice(1), "--out", out];
    console.error(`${command}${args[0] === "resume" ? "   (resumed)" : ""}`);
    const child = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] });
    if (child.status !== 0) process.exit(1);
    const { runDirectory: _, ...result } = JSON.parse(child.stdout);
    result.epochs = result.epochs.map(({ epoch, testError, pairsPerSecond }) => ({ epoch, testError, pairsPerSecond }));
    const record = { id: experiment.id, command, commit, date: new Date().toISOString().slice(0, 10), node: process.version, cpu: cpus()[0]?.model, ...result };
    writeFileSync(`${file}.part`, `${JSON.stringify(record)}\n`);
    renameSync(`${file}.part`, file);
    console.error(`  ${result.testError.goodness} % goodness, ${result.testError.readout} % readout`);
  }
}
