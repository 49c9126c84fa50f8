import { platform } from "#platform";

/** The builds of the engine that run in every runtime of their kind: the same exports, the same bits. */
export type PortableBuild = "scalar" | "simd";
export const BUILDS: readonly PortableBuild[] = ["scalar", "simd"];

/** And one that uses relaxed SIMD where it is exact: for i8 weights, in newer runtimes. */
export type Build = PortableBuild | "relaxed";
export const ALL_BUILDS: readonly Build[] = [...BUILDS, "relaxed"];

/** Each build comes in two sizes with the same bits: the small core of the main job, and the full one with every variant of the papers. */
export type Size = "core" | "full";

/** What a build's files are called below dist/engine/, without their endings. */
export function artefactName(build: Build, size: Size): string {
  return `mayfly.${size === "full" ? "full-" : ""}${build}`;
}

/** The bytes of a build, as `npm run build` made them: one page of memory, which `withMemory` resizes. */
export function readArtefact(build: Build, size: Size = "core"): Uint8Array<ArrayBuffer> {
  return platform.builtBytes(`engine/${artefactName(build, size)}.wasm`);
}

/** The first 16 hex digits of the SHA-256 of both portable builds of a size: names the engine a result came from, whichever build ran. */
export function engineHash(size: Size = "core"): string {
  return platform.sha256(BUILDS.map((build) => readArtefact(build, size))).slice(0, 16);
}
