import type Binaryen from "binaryen";
import type { Build } from "../engine/artefacts.js";
import { MayflyError } from "../errors.js";

export type { Binaryen };

/** Loaded when needed: it is large, and nothing but `pack` uses it. */
export async function loadBinaryen(): Promise<typeof Binaryen> {
  try {
    return (await import("binaryen")).default;
  } catch (error) {
    throw new MayflyError("mayfly pack needs the npm package binaryen, which is not installed: run `npm install binaryen`", 1, error);
  }
}

/** What a packed module may use: the scalar one runs where only the first version of WebAssembly exists. */
export function featuresOf(binaryen: typeof Binaryen, build: Build): Binaryen.Features {
  return build === "scalar" ? binaryen.Features.MVP : binaryen.Features.SIMD128 | binaryen.Features.SignExt | binaryen.Features.NontrappingFPToInt;
}
