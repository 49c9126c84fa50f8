// What every bench needs: options, rounds in turn, percentiles, and what a result came from.
import { cpus, loadavg } from "node:os";
import { engineHash } from "../dist/index.js";
import { origin as recordOrigin, save } from "../scripts/record.mjs";

export const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The machine, how busy it is, versions and commit. */
export function origin() {
  return { ...recordOrigin("bench"), cpus: cpus().length, load: loadavg().map((value) => Math.round(value * 100) / 100), v8: process.versions.v8, engineHash: engineHash() };
}

/** Rounds of all benches in turn, A B C A B C …, so that a noisy machine disturbs all alike. `run()` returns a value; so does `seen[i]` all of bench i. */
export async function inTurn(benches, rounds) {
  const seen = benches.map(() => []);
  for (let round = 0; round < rounds; round++) for (const [index, bench] of benches.entries()) seen[index].push(await bench.run());
  return seen;
}

/** Writes `--json FILE`, or `file` where there is no such option; with `file` null nothing: part of a bench is not to replace the whole. */
export function record(file, result) {
  const path = option("--json", file);
  if (path === null) return;
  save(path, { ...origin(), ...result }, 2);
  console.log(`written: ${path}`);
}

export const digits = (value, count = 3) => Number(value.toPrecision(count));
