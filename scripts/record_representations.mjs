// Records `mayfly analyze … --against …` in results/representations/: `node scripts/record_representations.mjs [ID …]`, without names all. Runs lie in
// runs/representations; one that is there is gone on with, and its twins are trained once.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { origin, runJson, save } from "./record.mjs";
import { REPRESENTATION_EXPERIMENTS, representationCommands } from "./representation_experiments.mjs";

const folder = "results/representations";
const from = origin();

function mayfly(...args) {
  console.error(`mayfly ${args.join(" ")}`);
  return runJson(["dist/cli.js", ...args, "--json"]);
}

const round = (value) => Math.round(value * 1e4) / 1e4;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);

/** A layer without the lists of its units. */
function layerRecord({ layer, units, sparsity, silent, ensembles, selectivity, leftOut }) {
  const { sizes, overlap, sharedBy } = ensembles;
  return {
    layer, units, active: round(sparsity.active), hoyer: round(sparsity.hoyer), silent, ensembleSizes: sizes, overlap: round(mean(overlap.flatMap((row, a) => row.filter((_, b) => b > a)))), sharedBy, selectivity: round(mean(selectivity)), leftOut,
  };
}

const wanted = process.argv.slice(2);
for (const experiment of REPRESENTATION_EXPERIMENTS.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
  const commands = representationCommands(experiment);
  const { id, title, seed } = experiment;
  if (!existsSync(join(commands.run, "run.json"))) mayfly(...commands.train);
  const resultOf = () => JSON.parse(readFileSync(join(commands.run, "run.json"), "utf8")).result;
  if (!resultOf()) mayfly("resume", commands.run);
  const result = resultOf();
  const found = mayfly(...commands.analyze);
  const networks = found.against ? found.against.networks : [{ kind: "ff", name: "Forward-Forward", testError: result.testError, epochs: experiment.epochs, layers: found.layers }];
  const record = {
    id, title, ...from, seed, commands: [commands.train, commands.analyze].map((args) => `mayfly ${args.join(" ")}`),
    engineHash: found.engineHash, weightsHash: found.weightsHash, dataset: found.dataset, samples: found.samples, label: found.label, leftOut: found.leftOut, twins: found.against ? { batch: found.against.batch, rate: found.against.rate, backend: found.against.backend } : null,
    networks: networks.map(({ kind, name, testError, epochs, layers }) => ({ kind, name, testError, epochs, layers: layers.map(layerRecord) })), work: found.work,
  };
  save(join(folder, `${id}-seed${seed}.json`), record);
}
