/** The tables of README.md and docs/ say what the recorded results say, and those reach what was asked. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const { EXPERIMENTS, SEEDS, commandOf } = (await import(new URL("../scripts/experiments.mjs", import.meta.url).href)) as {
  EXPERIMENTS: { id: string; target?: number; epochs: number }[];
  SEEDS: number[];
  commandOf(experiment: object, seed: number): string;
};

interface Recorded {
  id: string;
  command: string;
  seed: number;
  commit: string;
  engineHash: string;
  weightsHash: string;
  epochs: { epoch: number; testError: object }[];
  testError: { goodness: number; readout: number };
}
const records = readdirSync(`${root}results/main`).map((name) => JSON.parse(readFileSync(`${root}results/main/${name}`, "utf8")) as Recorded);

const { REPRESENTATION_EXPERIMENTS, representationCommands } = (await import(new URL("../scripts/representation_experiments.mjs", import.meta.url).href)) as {
  REPRESENTATION_EXPERIMENTS: { id: string; seed: number; epochs: number }[];
  representationCommands(experiment: object): { train: string[]; analyze: string[] };
};

test.each(REPRESENTATION_EXPERIMENTS)("the representations $id are recorded by their own commands", (experiment) => {
  const record = JSON.parse(readFileSync(`${root}results/representations/${experiment.id}-seed${experiment.seed}.json`, "utf8"));
  const { train, analyze } = representationCommands(experiment);
  expect(record).toMatchObject({ commands: [`mayfly ${train.join(" ")}`, `mayfly ${analyze.join(" ")}`], commit: expect.stringMatching(/^[0-9a-f]{40}$/), engineHash: expect.stringMatching(/^[0-9a-f]{16}$/), weightsHash: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(record.networks.map(({ kind }: { kind: string }) => kind)).toEqual(analyze.includes("--against") ? ["ff", "backprop", "backprop-ff"] : ["ff"]);
  expect(record.work).toHaveLength(experiment.epochs);
});

test("the generated tables are up to date", () => {
  expect(() => execFileSync(process.execPath, ["scripts/results_tables.mjs", "--check"], { cwd: root, stdio: "pipe" })).not.toThrow();
});

test.each(EXPERIMENTS.flatMap((experiment) => SEEDS.map((seed) => ({ experiment, seed, name: experiment.id }))))("$name is recorded for seed $seed, by its own command", ({ experiment, seed }) => {
  const record = records.find((candidate) => candidate.id === experiment.id && candidate.seed === seed);
  expect(record).toMatchObject({ command: commandOf(experiment, seed), commit: expect.stringMatching(/^[0-9a-f]{40}/), engineHash: expect.stringMatching(/^[0-9a-f]{16}$/), weightsHash: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(record?.epochs).toHaveLength(experiment.epochs);
  expect(record?.epochs.at(-1)?.testError).toEqual(record?.testError);
  if (experiment.target !== undefined) {
    expect(record?.testError.goodness).toBeLessThanOrEqual(experiment.target);
    expect(record?.testError.readout).toBeLessThanOrEqual(experiment.target);
  }
});
