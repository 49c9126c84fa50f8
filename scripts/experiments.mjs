// The runs whose results are recorded in results/main/, and what each was asked to reach (test error in percent, both ways).
export const SEEDS = [1, 2, 3];

const DROPOUT_NONE = ["--dropout", "0"];

export const EXPERIMENTS = [
  { id: "pair-i16-256-256-10", title: "784-256-256, i16, pair", epochs: 10, target: 2.2, args: ["--layers", "256,256", "--weights", "i16"] },
  { id: "pair-i16-256-256-30", title: "784-256-256, i16, pair", epochs: 30, target: 1.8, args: ["--layers", "256,256", "--weights", "i16"] },
  { id: "pair-i16-500-500-30", title: "784-500-500, i16, pair", epochs: 30, target: 1.5, args: ["--layers", "500,500", "--weights", "i16"] },
  { id: "pair-i16-128-64-20", title: "784-128-64, i16, pair", epochs: 20, target: 2.6, args: ["--layers", "128,64", "--weights", "i16", "--memory-limit", "224KiB"] },
  { id: "pair-i8-256-256-20", title: "784-256-256, i8, pair", epochs: 20, target: 2.9, args: ["--layers", "256,256", "--weights", "i8"] },
  { id: "classwise-i8-250-250-20", title: "784-250-250, i8, class-wise", epochs: 20, target: 1.9, args: ["--layers", "250,250", "--weights", "i8", "--objective", "classwise"] },
  { id: "classwise-i8-120-60-20", title: "784-120-60, i8, class-wise", epochs: 20, target: 2.3, args: ["--layers", "120,60", "--weights", "i8", "--objective", "classwise", "--memory-limit", "128KiB"] },
  { id: "classwise-i8-60-40-20", title: "784-60-40, i8, class-wise", epochs: 20, target: 3.2, args: ["--layers", "60,40", "--weights", "i8", "--objective", "classwise", "--memory-limit", "64KiB"] },
  { id: "pair-i8-120-60-20", title: "784-120-60, i8, pair", epochs: 20, args: ["--layers", "120,60", "--weights", "i8", "--memory-limit", "128KiB"] },
  { id: "pair-i8-60-40-20", title: "784-60-40, i8, pair", epochs: 20, args: ["--layers", "60,40", "--weights", "i8", "--memory-limit", "64KiB"] },
  { id: "pair-i16-256-256-10-no-dropout", title: "784-256-256, i16, pair, no dropout", epochs: 10, args: ["--layers", "256,256", "--weights", "i16", ...DROPOUT_NONE] },
  { id: "pair-i16-256-256-10-random", title: "784-256-256, i16, pair, random negatives", epochs: 10, args: ["--layers", "256,256", "--weights", "i16", "--negatives", "random"] },
  { id: "pair-i16-256-256-10-threshold", title: "784-256-256, i16, pair, Hinton's threshold loss", epochs: 10, args: ["--layers", "256,256", "--weights", "i16", "--loss", "threshold"] },
];

/** The command of one run, as a user would type it. */
export function commandOf(experiment, seed) {
  return ["mayfly", "train", "mnist", ...experiment.args, "--epochs", String(experiment.epochs), "--seed", String(seed), "--json"].join(" ");
}
