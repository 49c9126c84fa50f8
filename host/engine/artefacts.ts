import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MayflyError } from "../errors.js";

/** The builds of the engine that run in every runtime of their kind: the same exports, the same bits. */
export type PortableBuild = "scalar" | "simd";
export const BUILDS: readonly PortableBuild[] = ["scalar", "simd"];

/** And one that uses relaxed SIMD where it is exact: for i8 weights, in newer runtimes. */
export type Build = PortableBuild | "relaxed";
export const ALL_BUILDS: readonly Build[] = [...BUILDS, "relaxed"];

/** Beside the bundle in `dist/`, or seen from the sources. */
const FOLDERS = ["./engine/", "../../dist/engine/"];

function artefactPath(build: Build): string {
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(`${folder}mayfly.${build}.wasm`, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new MayflyError(`the ${build} build of the engine is missing (mayfly.${build}.wasm): run \`npm run build\``, 1);
}

/** The bytes of a build, as `npm run build` made them: one page of memory, which `withMemory` resizes. */
export function readArtefact(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(artefactPath(build)));
}

/** The first 16 hex digits of the SHA-256 of both portable builds: names the engine a result came from, whichever build ran. */
export function engineHash(): string {
  const hash = createHash("sha256");
  for (const build of BUILDS) hash.update(readArtefact(build));
  return hash.digest("hex").slice(0, 16);
}
