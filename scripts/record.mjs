// What every recording needs: where a result comes from, and files that are there whole or not at all.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";

/** Commit (`+` behind it: with changes to `paths` that are in none), day, Node and machine. */
export function origin(...paths) {
  const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const commit = git("rev-parse", "HEAD") + (git("status", "--porcelain", "--", "assembly", "host", "package-lock.json", ...paths) ? "+" : "");
  return { commit, date: new Date().toISOString().slice(0, 10), node: process.version, cpu: cpus()[0]?.model };
}

/** Runs a script of Node's that prints one JSON object, and gives it; where the script fails so does the recording. Its progress is shown, unless `quiet`: then only a complaint. */
export function runJson(args, { quiet = false } = {}) {
  const child = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 27, stdio: ["ignore", "pipe", quiet ? "pipe" : "inherit"] });
  if (child.status !== 0) {
    if (quiet) console.error(child.stderr);
    process.exit(1);
  }
  return JSON.parse(child.stdout);
}

/** JSON, on one line unless an `indent` is given. */
export function save(file, record, indent = 0) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify(record, null, indent)}\n`);
  renameSync(`${file}.part`, file);
}
