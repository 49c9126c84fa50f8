/** A box for tests: some function that depends on every input, the same for the oracle and for engines. */
import { REGION_BOX_INPUT, REGION_BOX_OUTPUT } from "../../assembly/abi/region.js";
import type { BoxFunction } from "../oracle/box.js";
import { inputsOf } from "../oracle/layer.js";
import type { Spec } from "../oracle/spec.js";
import type { Instance } from "./instance.js";

/** Activities of all sizes, a quarter of them 0, some negative. */
export function boxOf(spec: Spec): BoxFunction {
  return (layer, inputs) => {
    let h = layer + 1;
    for (const x of inputs) h = Math.imul(h ^ x, 0x01000193) + 0x3c6ef372;
    return Array.from({ length: spec.layers[layer]!.units }, () => {
      h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ (h >>> 12);
      const size = (h & 32767) >> ((h >>> 16) & 15);
      return h >>> 30 === 0 ? 0 : h >>> 27 === 31 ? -size : size;
    });
  };
}

/** Has `box` answer both passes; in a single pass the engine does not look at the second. */
export function serve(instance: Instance, spec: Spec, box: BoxFunction): void {
  instance.serveBox = (layer) => {
    const input = instance.region(REGION_BOX_INPUT, instance.has(REGION_BOX_INPUT, layer) ? layer : -1);
    const output = instance.region(REGION_BOX_OUTPUT, instance.has(REGION_BOX_OUTPUT, layer) ? layer : -1);
    for (const pass of [0, 1]) {
      const from = pass * input.stride;
      output.values.set(box(layer, Uint8Array.from(input.values.subarray(from, from + inputsOf(spec, layer)))), pass * output.stride);
    }
  };
}
