// The analyses recorded in results/representations/: Forward-Forward and its two backpropagation twins, as Tosato et al. 2023 hold them side by side.
// `node scripts/record_representations.mjs [ID …]` makes them, `npm run results` the tables of docs/representations.md.
const TWINS = ["--against", "backprop,backprop-ff", "--batch", "128"];

export const REPRESENTATION_EXPERIMENTS = [
  {
    id: "mnist-3x300", title: "MNIST, 784-300-300-300, threshold loss, random negatives, 5 epochs", seed: 1, epochs: 5,
    train: ["mnist", "--layers", "300,300,300", "--weights", "i16", "--loss", "threshold", "--negatives", "random"], analyze: ["--label", "true", ...TWINS],
  },
  {
    id: "mnist-3x200-without-4", title: "MNIST without the class 4, 12,000 samples, 784-200-200-200, threshold loss, random negatives, 5 epochs", seed: 1, epochs: 5,
    train: ["mnist", "--layers", "200,200,200", "--weights", "i16", "--loss", "threshold", "--negatives", "random", "--leave-out", "4", "--limit", "12000"], analyze: ["--label", "neutral", ...TWINS],
  },
  {
    id: "mnist-3x300-difference", title: "MNIST, 784-300-300-300, Mayfly's usual objective (difference loss, hard negatives), 5 epochs", seed: 1, epochs: 5,
    train: ["mnist", "--layers", "300,300,300", "--weights", "i16"], analyze: ["--label", "true"],
  },
];

/**
 * Of the authors, MNIST, three layers of 784 units: accuracy and sparseness (Hoyer) by layer of the networks they chose, as printed in their published notebook
 * analysis/create_dataframe.ipynb (github.com/NiccoloTosato/EmergentRepresentations, commit cb1aa80), over the test samples that were predicted rightly.
 */
export const PUBLISHED = [
  { kind: "ff", error: 4.87, hoyer: [0.769, 0.59, 0.6], epochs: 200 },
  { kind: "backprop", error: 1.51, hoyer: [0.512, 0.374, 0.345], epochs: null },
  { kind: "backprop-ff", error: 2.72, hoyer: [0.935, 0.834, 0.226], epochs: null },
];

/** The commands of one analysis, as a user would type them. */
export function representationCommands({ id, train, analyze, epochs, seed }) {
  const run = `runs/representations/${id}-seed${seed}`;
  return { run, train: ["train", ...train, "--epochs", String(epochs), "--seed", String(seed), "--out", run], analyze: ["analyze", run, ...analyze] };
}
