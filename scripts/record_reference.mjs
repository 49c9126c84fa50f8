// Runs the experiments of scripts/reference_experiments.mjs and records each in results/reference/ID-seedN.json. Runs that are recorded
// already are passed over; --force makes them again, an argument picks by id. A run that was cut goes on from its run directory (--runs DIR);
// --partial records it as far as it came, without going on. Runs that need a GPU are made only when named.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { origin, runJson, save } from "./record.mjs";
import { COMPARISONS, REFERENCE_EXPERIMENTS, referenceCommand } from "./reference_experiments.mjs";

const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const partial = process.argv.includes("--partial");
const force = process.argv.includes("--force");
const runs = option("--runs", "runs/reference");
const cli = option("--cli", fileURLToPath(new URL("../dist/cli.js", import.meta.url)));
const valued = new Set([runs, cli]);
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--") && !valued.has(argument));
const folder = "results/reference";
mkdirSync(runs, { recursive: true });
const from = origin();

for (const experiment of REFERENCE_EXPERIMENTS) {
  if (experiment.needs === "gpu" && !wanted.includes(experiment.id)) continue;
  if (wanted.length > 0 && !wanted.includes(experiment.id)) continue;
  for (const seed of experiment.seeds) {
    const name = `${experiment.id}-seed${seed}`;
    const file = join(folder, `${name}.json`);
    if (existsSync(file) && !force) continue;
    const command = referenceCommand(experiment, seed);
    const out = join(runs, name);
    // An experiment finds its run directory again by itself.
    const args = experiment.experiment ? [...command.split(" ").slice(1), "--out", out] : existsSync(join(out, "run.json")) ? ["resume", out, "--json"] : [...command.split(" ").slice(1), "--out", out];
    if (partial) {
      if (existsSync(join(out, "run.json"))) record(file, experiment, seed, partialResult(JSON.parse(readFileSync(join(out, "run.json"), "utf8"))));
      continue;
    }
    console.error(`${command}${args[0] === "resume" ? "   (resumed)" : ""}`);
    const result = runJson([cli, ...args]);
    record(file, experiment, seed, experiment.experiment ? { ...result.runs[0], stopped: "finished" } : result);
  }
}

for (const { id, command } of COMPARISONS) {
  const file = join(folder, `${id}.json`);
  if (partial || (wanted.length > 0 && !wanted.includes(id)) || (existsSync(file) && !force)) continue;
  console.error(command);
  save(file, { id, command, ...from, ...runJson([cli, ...command.split(" ").slice(1)]) });
}

/** What a run that is not over has to show: its epochs, and that it was cut. */
function partialResult({ epochs, settings, engineHash }) {
  const { backend, batch, recipe, spec } = settings.tfjs;
  const testError = epochs.findLast((epoch) => epoch.testError)?.testError ?? null;
  return { testError, epochs, engine: "tfjs", backend, batch, recipe, spec, seed: spec.seed, engineHash, stopped: `cut after ${epochs.length} of ${settings.epochs} epochs` };
}

function record(file, experiment, seed, { runDirectory: _, ...result }) {
  if (!result.testError) return console.error(`${file}: no epoch is done yet`);
  result.epochs = result.epochs.map(({ epoch, testError, pairsPerSecond }) => ({ epoch, testError, pairsPerSecond }));
  save(file, { id: experiment.id, command: referenceCommand(experiment, seed), ...from, ...result });
  console.error(`  ${result.testError.goodness} % goodness, ${result.testError.readout} % readout`);
}
