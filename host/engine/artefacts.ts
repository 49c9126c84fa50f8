import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { builtFile } from "./built_file.js";

/** The builds of the engine that run in every runtime of their kind: the same exports, the same bits. */
export type PortableBuild = "scalar" | "simd";
export const BUILDS: readonly PortableBuild[] = ["scalar", "simd"];

/** And one that uses relaxed SIMD where it is exact: for i8 weights, in newer runtimes. */
export type Build = PortableBuild | "relaxed";
export const ALL_BUILDS: readonly Build[] = [...BUILDS, "relaxed"];

/** The bytes of a build, as `npm run build` made them: one page of memory, which `withMemory` resizes. */
export function readArtefact(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(builtFile(`engine/mayfly.${build}.wasm`)));
}

/** The first 16 hex digits of the SHA-256 of both portable builds: names the engine a result came from, whichever build ran. */
export function engineHash(): string {
  const hash = createHash("sha256");
  for (const build of BUILDS) hash.update(readArtefact(build));
  return hash.digest("hex").slice(0, 16);
}
