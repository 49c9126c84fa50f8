// The runs recorded in results/reference/: engine and float side by side, and the published baselines in float. `npm run results:reference` makes
// them (hours), `npm run results` the tables.
export const PARITY_SEEDS = [1, 2, 3, 4, 5];

const NET = ["--layers", "256,256", "--weights", "i16"];
const tfjs = (backend, batch) => ["--engine", "tfjs", "--backend", backend, "--batch", String(batch)];

/** The conv net of the paper in small, on as much as both forms go through in minutes. */
const CNN = ["--variant", "waves", "--limit", "4000", "--limit-test", "1000"];

export const REFERENCE_EXPERIMENTS = [
  { id: "parity-integer", title: "engine, i16, batch 1", seeds: PARITY_SEEDS, epochs: 10, args: NET },
  { id: "parity-float", title: "float, tfjs wasm, batch 8, gradients summed", seeds: PARITY_SEEDS, epochs: 10, args: [...NET, ...tfjs("wasm", 8)] },
  {
    id: "baseline-pytorch-500-500", title: "784-500-500, random negatives, Adam, batch 100 (recipe pytorch)", seeds: [1], epochs: 10, args: ["--layers", "500,500", "--recipe", "pytorch", ...tfjs("wasm", 100)],
    published: "mpezeshki/pytorch_forward_forward: 6.84 % (2×500, 1000 full-batch epochs); rerun in batches: 4.69 % after 20 epochs",
  },
  {
    id: "baseline-hinton-4x2000", title: "784-4×2000, hard negatives, batch 100 (recipe hinton)", seeds: [1], epochs: 60, args: ["--layers", "2000,2000,2000,2000", "--recipe", "hinton", "--limit-test", "2500", ...tfjs("wasm", 100)],
    published: "Hinton 2022: 1.36 % after 60 epochs",
  },
  { id: "gpu-4x2000-mayfly", title: "784-4×2000, recipe mayfly, batch 64", seeds: [1], epochs: 60, needs: "gpu", args: ["--layers", "2000,2000,2000,2000", ...tfjs("webgpu", 64)], published: "Hinton 2022: 1.36 % after 60 epochs" },
  { id: "gpu-4x2000-hinton", title: "784-4×2000, recipe hinton, batch 100", seeds: [1], epochs: 60, needs: "gpu", args: ["--layers", "2000,2000,2000,2000", "--recipe", "hinton", ...tfjs("webgpu", 100)], published: "Hinton 2022: 1.36 % after 60 epochs" },
  { id: "cnn-waves-integer", title: "engine, i16, batch 1", seeds: [1], epochs: 3, args: CNN, experiment: "cnn" },
  { id: "cnn-waves-float", title: "float, tfjs wasm, batch 1", seeds: [1], epochs: 3, args: [...CNN, ...tfjs("wasm", 1)], experiment: "cnn" },
  { id: "cnn-waves-whole-float", title: "float, tfjs wasm, batch 1, all 60,000 images", seeds: [1], epochs: 1, args: ["--variant", "waves", ...tfjs("wasm", 1)], experiment: "cnn" },
  {
    id: "gpu-cnn-paper", title: "3×128 of 7×7, labels as waves, batch 32 (experiment cnn, paper)", seeds: [1], epochs: 200, needs: "gpu", args: ["--variant", "paper", ...tfjs("webgpu", 32)], experiment: "cnn",
    published: "Scodellaro et al. 2023: 0.84 % by goodness, 1.00 % by the linear classifier, 200 epochs",
  },
];

/** FF against backprop. */
export const COMPARISONS = [{ id: "compare-128-64-seed1", command: "mayfly compare --layers 128,64 --weights i16 --epochs 5 --seed 1 --board rp2040 --json" }];

/** The command of one run, as a user would type it. */
export function referenceCommand(experiment, seed) {
  const task = experiment.experiment ? ["experiment", experiment.experiment] : ["train", "mnist"];
  return ["mayfly", ...task, ...experiment.args, "--epochs", String(experiment.epochs), "--seed", String(seed), "--json"].join(" ");
}
