import { MayflyError } from "../errors.js";
import { type Build, readArtefact } from "./artefacts.js";
import type { EngineExports } from "./exports.js";
import { instantiate } from "./instance.js";
import { answersAsKnown } from "./known_answer.js";
import { PAGE_BYTES, withMemory } from "./memory_section.js";

/** "auto" takes SIMD where the runtime has it and its known-answer test passes. */
export type BuildChoice = Build | "auto";

/** A build of the engine that has passed its known-answer test here, ready to start in a memory of any size. */
export interface LoadedEngine {
  readonly build: Build;
  /** Starts an engine with a fixed memory of `pages` pages of 64 KiB. */
  start(pages: number): EngineExports;
}

const loaded = new Map<Build, LoadedEngine>();

/** Loads and tests a build; the result is kept, so later calls are free. */
export function loadEngine(choice: BuildChoice = "auto"): LoadedEngine {
  if (choice !== "auto") return loadBuild(choice);
  if (!WebAssembly.validate(readArtefact("simd"))) return loadBuild("scalar");
  try {
    return loadBuild("simd");
  } catch {
    // A runtime that computes SIMD wrongly is no reason to stop: the scalar build gives the same bits.
    return loadBuild("scalar");
  }
}

function loadBuild(build: Build): LoadedEngine {
  const known = loaded.get(build);
  if (known) return known;
  const bytes = readArtefact(build);
  if (!WebAssembly.validate(bytes)) throw new MayflyError(`this runtime refuses the ${build} build of the engine${build === "simd" ? " (no SIMD128): use --build scalar" : ""}`, 1);
  const modules = new Map<number, WebAssembly.Module>();
  const engine: LoadedEngine = {
    build,
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
  loaded.set(build, engine);
  return engine;
}

/** Most pages an engine can have: addresses stay below 2^31. */
export const MAX_PAGES = 2 ** 31 / PAGE_BYTES;
