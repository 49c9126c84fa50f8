import type { Backend } from "../backends/backend.js";
import type { FixedSpec } from "../fixed_spec.js";
import { ExactLayer } from "./layer.js";
import { ExactConv, ExactLocal } from "./maps.js";

/** A layer of the kind that the spec wants. */
export function exactLayerOf(backend: Backend, fixed: FixedSpec, index: number): ExactLayer {
  switch (fixed.spec.layers[index]!.kind) {
    case "conv": return new ExactConv(backend, fixed, index);
    case "local": return new ExactLocal(backend, fixed, index);
    default: return new ExactLayer(backend, fixed, index);
  }
}
