// Records runs of `mayfly experiment` in results/experiments/: `node scripts/record_experiments.mjs NAME[/RUN] … [--seeds 1,2,3]`, without names
// the small runs of all that come with data. A run that was cut goes on from its run directory (--runs DIR); one that has ended is only read.
// --measure records what an experiment measures beside its runs. `npm run results` makes the tables from the files.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { origin, runJson, save } from "./record.mjs";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { seeds: { type: "string", default: "1" }, runs: { type: "string", default: "runs/experiments" }, measure: { type: "boolean", default: false } } });
const folder = "results/experiments";
const from = origin();

const mayfly = (...args) => runJson(["dist/cli.js", ...args, "--json"]);
const write = (name, record) => save(join(folder, `${name}.json`), { ...from, ...record });

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
