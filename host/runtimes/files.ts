import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Build } from "../engine/artefacts.js";
import { builtFile } from "../built_file.js";
import { withMemory } from "../engine/memory_section.js";
import type { Artefact } from "./runtime.js";

/** The engine's module in a shape, as built. */
export function readModule(artefact: Artefact, build: Build): Uint8Array<ArrayBuffer> {
  const name = artefact === "engine" ? build : build === "scalar" ? artefact : `${artefact}-${build}`;
  return new Uint8Array(readFileSync(builtFile(`engine/mayfly.${name}.wasm`)));
}

/** The same with a memory of `pages` pages. */
export function sizedModule(artefact: Artefact, build: Build, pages: number): Uint8Array<ArrayBuffer> {
  return withMemory(readModule(artefact, build), pages);
}

/** The file of a command on the PATH; those of npm packages, which npm's scripts see there, do not count. */
export function findCommand(...names: string[]): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.includes("node_modules"));
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const name of names) {
    for (const folder of folders) for (const ending of endings) if (existsSync(join(folder, name + ending))) return join(folder, name + ending);
  }
  return null;
}

/** A folder of its own, and how to be rid of it. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "mayfly-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined) };
}
