import { platform } from "#platform";
import { MayflyError } from "../errors.js";
import { type Build, type Size, artefactName, readArtefact } from "./artefacts.js";
import type { EngineExports } from "./exports.js";
import { instantiate } from "./instance.js";
import { answersAsKnown } from "./known_answer.js";
import { PAGE_BYTES, withMemory } from "./memory_section.js";

/** "auto" takes relaxed SIMD, or SIMD, where the runtime has it and its known-answer test passes. */
export type BuildChoice = Build | "auto";

/** A build of the engine that has passed its known-answer test here, ready to start in a memory of any size. */
export interface LoadedEngine {
  readonly build: Build;
  readonly size: Size;
  /** Starts an engine with a fixed memory of `pages` pages of 64 KiB. */
  start(pages: number): EngineExports;
}

const loaded = new Map<string, LoadedEngine>();

/** Loads and tests a build; the result is kept, so later calls are free. */
export function loadEngine(choice: BuildChoice = "auto", size: Size = "core"): LoadedEngine {
  if (choice !== "auto") return loadBuild(choice, size);
  for (const build of ["relaxed", "simd"] as const) {
    if (!WebAssembly.validate(readArtefact(build, size)) || (build === "relaxed" && relaxedIsBroken(platform.v8))) continue;
    try {
      return loadBuild(build, size);
    } catch {
      // A runtime that computes SIMD wrongly is no reason to stop: the scalar build gives the same bits.
      continue;
    }
  }
  return loadBuild("scalar", size);
}

/** V8 11.3 (Node 20) has relaxed SIMD behind a flag, and its baseline compiler gets it wrong: never there. */
export function relaxedIsBroken(v8: string | undefined): boolean {
  return v8?.startsWith("11.3.") ?? false;
}

function loadBuild(build: Build, size: Size): LoadedEngine {
  const name = artefactName(build, size);
  const known = loaded.get(name);
  if (known) return known;
  const bytes = readArtefact(build, size);
  if (!WebAssembly.validate(bytes)) throw new MayflyError(`this runtime refuses the ${build} build of the engine${build === "scalar" ? "" : ` (no ${build === "simd" ? "SIMD128" : "relaxed SIMD"}): use --build auto`}`, 1);
  if (build === "relaxed" && relaxedIsBroken(platform.v8)) throw new MayflyError(`V8 ${platform.v8} computes relaxed SIMD wrongly: use --build auto`, 1);
  const modules = new Map<number, WebAssembly.Module>();
  const engine: LoadedEngine = {
    build,
    size,
    start(pages) {
      let module = modules.get(pages);
      if (!module) modules.set(pages, module = new WebAssembly.Module(withMemory(bytes, pages)));
      try {
        return instantiate(module, `the ${build} engine`);
      } catch (error) {
        if (error instanceof RangeError) throw new MayflyError(`this machine cannot give the engine its ${(pages * PAGE_BYTES).toLocaleString("en")} bytes of memory`, 1, error);
        throw error;
      }
    },
  };
  if (!answersAsKnown(engine)) throw new MayflyError(`the ${build} engine computes wrong numbers in this runtime (known-answer test failed)`, 1);
  loaded.set(name, engine);
  return engine;
}
