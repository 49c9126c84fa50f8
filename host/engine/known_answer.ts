import { HEADER_BYTES } from "../../assembly/abi/region.js";
import * as kinds from "../../assembly/abi/region.js";
import { encodeSpec } from "../spec/encode.js";
import { resolveSpec } from "../spec/network_spec.js";
import { checked } from "./instance.js";
import type { LoadedEngine } from "./load.js";
import { readRegions } from "./regions.js";

/**
 * The known-answer test: two small networks that between them run every kernel, trained on a few made samples, end in
 * checkpoints whose CRC-32 is known. Takes about a millisecond. test/host/engine/known_answer.test.ts holds the oracle against the same numbers.
 */
export const KNOWN_ANSWERS: readonly { readonly name: string; readonly crc: number }[] = [
  { name: "pair, i16 and i8", crc: 0x70e946ba },
  { name: "class-wise, i8 and i16", crc: 0x8daed6da },
];

/** With widths that leave every SIMD kernel whole tiles, a single block of 8 and padding: 55 = 32 + 16 + 8 - 1, 40 = 32 + 8. */
export const KNOWN_SPECS = [
  { objective: "pair", weights: ["i16", "i8"] },
  { objective: "classwise", weights: ["i8", "i16"] },
] as const;

const SAMPLES = 24;
const SIDE = 8;
const CLASSES = 5;

/** Spec blocks of the test's networks. */
export function knownSpecs(): Int32Array[] {
  return KNOWN_SPECS.map(({ objective, weights: [first, second] }) => encodeSpec(resolveSpec({
    input: { width: SIDE, height: SIDE, channels: 1 },
    classes: CLASSES,
    objective,
    layers: [{ units: 55, weights: first, decay: 0.004 }, { units: 40, weights: second }],
    bias: 0.5,
    seed: 7,
  })));
}

/** Sample `index` of the test: blobs that depend on the label, from a linear congruential generator. */
export function knownSample(index: number): { frame: Uint8Array; label: number } {
  const label = index % CLASSES;
  let state = index + 1;
  const frame = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (at + label * 11) % 17 < 6 ? state >>> 24 : 0;
  });
  return { frame, label };
}

/** CRC-32 of the checkpoint of each network, as this engine computes it. */
export function computeAnswers(loaded: Pick<LoadedEngine, "start">): number[] {
  return knownSpecs().map((words) => {
    const engine = loaded.start(1);
    const memory = new Uint8Array(engine.memory.buffer);
    new Int32Array(memory.buffer, engine.spec_address(), words.length).set(words);
    checked(engine, engine.init());
    const frame = readRegions(engine).find((region) => region.kind === kinds.REGION_FRAME)?.offset ?? 0;
    for (let index = 0; index < SAMPLES; index++) {
      const sample = knownSample(index);
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
