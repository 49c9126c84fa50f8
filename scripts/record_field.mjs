// Runs the examples of the field over three seeds and records each result in results/field/NAME.json, with the command, the commit and the engine that made it.
// Those that are recorded already are passed over; --force makes them again, an argument picks by name. `npm run results` makes the tables from the files.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

const NAMES = ["personalise", "new-class", "anomaly"];
const SEEDS = "1,2,3";
const force = process.argv.includes("--force");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = wanted.find((name) => !NAMES.includes(name));
if (unknown) {
  console.error(`there is no example "${unknown}": ${NAMES.join(", ")}`);
  process.exit(2);
}
const folder = "results/field";
mkdirSync(folder, { recursive: true });

const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
const commit = git("rev-parse", "HEAD") + (git("status", "--porcelain", "--", "assembly", "host", "firmware-sim", "examples", "package-lock.json") ? "+" : "");

for (const name of NAMES) {
  const file = join(folder, `${name}.json`);
  if ((wanted.length > 0 && !wanted.includes(name)) || (existsSync(file) && !force)) continue;
  const command = `node examples/${name}/run.mjs --seeds ${SEEDS} --json`;
  console.error(command);
  const child = spawnSync(process.execPath, command.split(" ").slice(1), { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "pipe"] });
  if (child.status !== 0) {
    console.error(child.stderr);
    process.exit(1);
  }
  const record = { command, commit, date: new Date().toISOString().slice(0, 10), node: process.version, cpu: cpus()[0]?.model, ...JSON.parse(child.stdout) };
  writeFileSync(`${file}.part`, `${JSON.stringify(record)}\n`);
  renameSync(`${file}.part`, file);
}
