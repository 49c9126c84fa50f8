// What every bench needs: options, rounds in turn, percentiles, and what a result came from.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";
import { engineHash } from "../dist/index.js";

export const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The machine, versions and commit; `+` behind the commit: with changes that are in none. */
export function origin() {
  const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const commit = git("rev-parse", "HEAD") + (git("status", "--porcelain", "--", "assembly", "host", "bench") ? "+" : "");
  return {
    cpu: cpus()[0]?.model, cpus: cpus().length, load: loadavg().map((value) => Math.round(value * 100) / 100), node: process.version, v8: process.versions.v8,
    engineHash: engineHash(), commit, date: new Date().toISOString().slice(0, 10),
  };
}

/** Rounds of all benches in turn, A B C A B C …, so that a noisy machine disturbs all alike. `run()` returns a value; so does `seen[i]` all of bench i. */
export async function inTurn(benches, rounds) {
  const seen = benches.map(() => []);
  for (let round = 0; round < rounds; round++) for (const [index, bench] of benches.entries()) seen[index].push(await bench.run());
  return seen;
}

/** Writes `--json FILE`, or `file` where there is no such option. */
export function record(file, result) {
  const path = option("--json", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, `${JSON.stringify({ ...origin(), ...result }, null, 2)}\n`);
  renameSync(`${path}.part`, path);
  console.log(`written: ${path}`);
}

export const digits = (value, count = 3) => Number(value.toPrecision(count));
