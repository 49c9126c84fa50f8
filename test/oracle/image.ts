/** Rows of the first layer: the frame and the label. */
import type { Input } from "./matrix.js";
import { normalise, sumOfSquares } from "./normalise.js";
import type { Generator } from "./random.js";
import { frameSize, type Spec } from "./spec.js";
import { labelled } from "./waves.js";

/** The frame's rows; with a dropout generator, the rows of a training step. */
export function imageInputs(spec: Spec, frame: Uint8Array, dropout?: Generator): Input[] {
  const rate = dropout ? spec.inputDropout : 0;
  const ignored = spec.placement === "replace" ? spec.classes : 0;
  const values = [...frame.subarray(ignored)];
  const S = (sumOfSquares(values) * BigInt(256 - rate)) >> 8n;
  const kept = normalise(values, S, frameSize(spec)).map((x, index) => {
    const leftOut = dropout && rate > 0 && values[index]! > 0 && dropout.next() >>> 24 < rate;
    return leftOut ? 0 : x;
  });
  return kept.map((x, index) => ({ row: ignored + index, x }));
}

/** The inputs of the first layer for an image whose label is not known. */
export function neutralImage(spec: Spec, frame: Uint8Array): Input[] {
  if (spec.waves) return imageInputs(spec, labelled(spec, frame));
  return [...imageInputs(spec, frame), ...neutralInputs(spec)];
}

/** The same with a label, to see how well it fits. */
export function imageWithLabel(spec: Spec, frame: Uint8Array, label: number): Input[] {
  if (spec.waves) return imageInputs(spec, labelled(spec, frame, label));
  return [...imageInputs(spec, frame), labelInput(spec, label)];
}

export function labelRow(spec: Spec, label: number): number {
  return (spec.placement === "append" ? frameSize(spec) : 0) + label;
}

export function labelInput(spec: Spec, label: number): Input {
  return { row: labelRow(spec, label), x: spec.labelLevel };
}

/** What stands for "no label"; nothing in a net that has none. */
export function neutralInputs(spec: Spec): Input[] {
  if (spec.placement === "none") return [];
  const x = Math.floor((spec.labelLevel + 5) / 10);
  return Array.from({ length: spec.classes }, (_, label) => ({ row: labelRow(spec, label), x }));
}
