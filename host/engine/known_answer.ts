import { HEADER_BYTES } from "../../assembly/abi/region.js";
import * as kinds from "../../assembly/abi/region.js";
import { encodeSpec } from "../spec/encode.js";
import { resolveSpec } from "../spec/network_spec.js";
import { checked } from "./instance.js";
import type { LoadedEngine } from "./load.js";
import { readRegions } from "./regions.js";

/**
 * The known-answer test: three small networks that between them run every kernel, trained on a few made samples, end in
 * checkpoints whose CRC-32 is known. Takes a few milliseconds. test/host/engine/known_answer.test.ts holds the oracle against the same numbers.
 */
export const KNOWN_ANSWERS: readonly { readonly name: string; readonly crc: number }[] = [
  { name: "pair, i16 and i8", crc: 0x70e946ba },
  { name: "class-wise, i8 and i16", crc: 0x8daed6da },
  { name: "pair, wider, at a higher rate", crc: 0x98a3184b },
];

/**
 * With widths that leave every SIMD kernel whole tiles, a single block of 8 and padding: 55 = 32 + 16 + 8 - 1, 40 = 32 + 8. The third has what the others are too small or too
 * slow for: lists of more than one block of rows, i16 updates of 64 units and more, and steps of i8 weights that do not fit a byte.
 */
export const KNOWN_SPECS = [
  { objective: "pair", side: 8, layers: [{ units: 55, weights: "i16", decay: 0.004 }, { units: 40, weights: "i8" }] },
  { objective: "classwise", side: 8, layers: [{ units: 55, weights: "i8", decay: 0.004 }, { units: 40, weights: "i16" }] },
  { objective: "pair", side: 12, layers: [{ units: 72, weights: "i16" }, { units: 72, weights: "i16" }, { units: 24, weights: "i8", scale: 9, rate: 0.003 }] },
] as const;

const SAMPLES = 24;
const CLASSES = 5;

/** Spec blocks of the test's networks. */
export function knownSpecs(): Int32Array[] {
  return KNOWN_SPECS.map(({ objective, side, layers }) => encodeSpec(resolveSpec({
    input: { width: side, height: side, channels: 1 },
    classes: CLASSES,
    objective,
    layers: layers.map((layer) => ({ ...layer })),
    bias: 0.5,
    seed: 7,
  })));
}

/** Sample `index` of the test, of side × side values: blobs that depend on the label, from a linear congruential generator. */
export function knownSample(index: number, side: number): { frame: Uint8Array; label: number } {
  const label = index % CLASSES;
  let state = index + 1;
  const frame = Uint8Array.from({ length: side * side }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (at + label * 11) % 17 < 6 ? state >>> 24 : 0;
  });
  return { frame, label };
}

/** CRC-32 of the checkpoint of each network, as this engine computes it. */
export function computeAnswers(loaded: Pick<LoadedEngine, "start">): number[] {
  return knownSpecs().map((words, test) => {
    const engine = loaded.start(1);
    const memory = new Uint8Array(engine.memory.buffer);
    new Int32Array(memory.buffer, engine.spec_address(), words.length).set(words);
    checked(engine, engine.init());
    const frame = readRegions(engine).find((region) => region.kind === kinds.REGION_FRAME)?.offset ?? 0;
    for (let index = 0; index < SAMPLES; index++) {
      const sample = knownSample(index, KNOWN_SPECS[test]!.side);
      memory.set(sample.frame, frame);
      checked(engine, engine.train(sample.label));
      memory.set(sample.frame, frame);
      checked(engine, engine.predict_goodness());
    }
    checked(engine, engine.seal());
    return new DataView(memory.buffer).getUint32(engine.spec_address() - HEADER_BYTES + 12, true);
  });
}

export function answersAsKnown(loaded: Pick<LoadedEngine, "start">): boolean {
  try {
    return computeAnswers(loaded).every((crc, index) => crc === KNOWN_ANSWERS[index]?.crc);
  } catch {
    return false;
  }
}
