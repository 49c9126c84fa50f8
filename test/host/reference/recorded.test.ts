/** What results/reference/ says of itself: each run with its own command, seed, commit and engine. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../../results/reference/", import.meta.url));
const { COMPARISONS, REFERENCE_EXPERIMENTS, referenceCommand } = (await import(new URL("../../../scripts/reference_experiments.mjs", import.meta.url).href)) as {
  COMPARISONS: { id: string; command: string }[];
  REFERENCE_EXPERIMENTS: { id: string; seeds: number[]; epochs: number }[];
  referenceCommand(experiment: object, seed: number): string;
};
const records = readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(folder + name, "utf8"))] as const);

test.each(records)("%s names its commit and its engine", (_, record) => {
  expect(record).toMatchObject({ commit: expect.stringMatching(/^[0-9a-f]{40}\+?$/), engineHash: expect.stringMatching(/^[0-9a-f]{16}$/), cpu: expect.any(String), node: expect.stringMatching(/^v\d/) });
});

test.each(records.filter(([, { epochs }]) => Array.isArray(epochs)))("%s is a run of the list, as long as it says", (name, record) => {
  const experiment = REFERENCE_EXPERIMENTS.find(({ id }) => name === `${id}-seed${record.seed}.json`)!;
  expect(experiment.seeds).toContain(record.seed);
  expect(record.command).toBe(referenceCommand(experiment, record.seed));
  if (!record.stopped.startsWith("cut")) expect(record.epochs).toHaveLength(experiment.epochs);
  expect(record.epochs.at(-1).testError).toEqual(record.testError);
});

test.each(COMPARISONS)("$id is recorded by its own command", ({ id, command }) => {
  expect(JSON.parse(readFileSync(`${folder}${id}.json`, "utf8"))).toMatchObject({ id, command, contestants: expect.any(Array), losses: expect.any(Array) });
});

test("the recorded peers ran in one go, with hard and with random negatives, tfjs at every batch", () => {
  const peers = fileURLToPath(new URL("../../../results/bench/peers.json", import.meta.url));
  const { results } = JSON.parse(readFileSync(peers, "utf8")) as { results: { name: string; rows: { peer: string; form: string | null; batch: number }[] }[] };
  const { rows } = results.find(({ name }) => name === "784-256-256")!;
  const of = (peer: string, form: string): number[] => rows.filter((row) => row.peer === peer && row.form === form).map(({ batch }) => batch);
  for (const form of ["hard", "random"]) {
    expect(of("Mayfly", form)).toEqual([1]);
    for (const peer of ["PyTorch", "PyTorch, lean", "tfjs wasm"]) expect(of(peer, form)).toEqual([1, 8, 64, 512]);
  }
  for (const peer of ["tfjs wasm, no Adam", "tfjs cpu, no Adam"]) expect(of(peer, "hard")).toEqual([1, 8, 64, 512]);
});
