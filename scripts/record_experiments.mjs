// Records runs of `mayfly experiment` in results/experiments/: `node scripts/record_experiments.mjs NAME[/RUN] … [--seeds 1,2,3]`, without names
// the small runs of all that come with data. A run that was cut goes on from its run directory (--runs DIR); one that has ended is only read.
// --measure records what an experiment measures beside its runs. `npm run results` makes the tables from the files.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { seeds: { type: "string", default: "1" }, runs: { type: "string", default: "runs/experiments" }, measure: { type: "boolean", default: false } } });
const folder = "results/experiments";
mkdirSync(folder, { recursive: true });

const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
const commit = git("rev-parse", "HEAD") + (git("status", "--porcelain", "--", "assembly", "host", "package-lock.json") ? "+" : "");

function mayfly(...args) {
  const child = spawnSync(process.execPath, ["dist/cli.js", ...args, "--json"], { encoding: "utf8", maxBuffer: 1 << 27, stdio: ["ignore", "pipe", "inherit"] });
  if (child.status !== 0) process.exit(1);
  return JSON.parse(child.stdout);
}

function write(name, record) {
  const file = join(folder, `${name}.json`);
  const all = { commit, date: new Date().toISOString().slice(0, 10), node: process.version, cpu: cpus()[0]?.model, ...record };
  writeFileSync(`${file}.part`, `${JSON.stringify(all)}\n`);
  renameSync(`${file}.part`, file);
}

const { experiments } = mayfly("experiment", "--list");
const wanted = positionals.length > 0 ? positionals : experiments.filter(({ dataset }) => dataset !== null).map(({ name }) => name);
for (const want of wanted) {
  const [name, only] = want.split("/");
  const experiment = experiments.find((candidate) => candidate.name === name);
  if (!experiment) throw new Error(`no experiment ${name}`);
  const variants = only ? [only] : experiment.variants.filter(({ scale }) => scale === "small").map((variant) => variant.name);
  for (const seed of options.seeds.split(",")) {
    for (const variant of variants) {
      const command = `mayfly experiment ${name} --variant ${variant} --seed ${seed}`;
      console.error(command);
      const { runs: [run], source, dataset } = mayfly(...command.split(" ").slice(1), "--out", options.runs);
      const { runDirectory: _, ...result } = run;
      write(`${name}-${variant}-seed${seed}`, { experiment: name, command, source, dataset, ...result });
    }
    if (!options.measure) continue;
    const command = `mayfly experiment ${name} --seed ${seed}`;
    console.error(command);
    const { measurements, source, dataset } = mayfly(...command.split(" ").slice(1), "--out", options.runs);
    write(`${name}-measurements-seed${seed}`, { experiment: name, command, seed: Number(seed), source, dataset, measurements });
  }
}
