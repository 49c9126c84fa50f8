// The runs recorded in results/reference/: engine and float side by side, and the published baselines in float. `npm run results:reference` makes
// them (hours), `npm run results` the tables.
export const PARITY_SEEDS = [1, 2, 3, 4, 5];

const NET = ["--layers", "256,256", "--weights", "i16"];
const tfjs = (backend, batch) => ["--engine", "tfjs", "--backend", backend, "--batch", String(batch)];

export const REFERENCE_EXPERIMENTS = [
  { id: "parity-integer", title: "engine, i16, batch 1", seeds: PARITY_SEEDS, epochs: 10, args: NET },
  { id: "parity-float", title: "float, tfjs wasm, batch 8, gradients summed", seeds: PARITY_SEEDS, epochs: 10, args: [...NET, ...tfjs("wasm", 8)] },
];

/** The command of one run, as a user would type it. */
export function referenceCommand(experiment, seed) {
  return ["mayfly", "train", "mnist", ...experiment.args, "--epochs", String(experiment.epochs), "--seed", String(seed), "--json"].join(" ");
}
