import type { Backend } from "../backends/backend.js";
import type { FixedSpec } from "../fixed_spec.js";
import { initialWeights } from "../initial_weights.js";
import { Dense } from "./dense.js";
import { FloatConv, FloatLocal } from "./maps.js";
import type { Recipe } from "./recipe.js";

/** The weights of a layer, of the kind that the spec wants. */
export function floatLayerOf(backend: Backend, fixed: FixedSpec, index: number, recipe: Recipe): Dense {
  const layer = fixed.layers[index]!;
  const values = initialWeights(fixed, index, recipe);
  switch (fixed.spec.layers[index]!.kind) {
    case "conv": return new FloatConv(backend, layer, values, recipe);
    case "local": return new FloatLocal(backend, layer, values, recipe);
    default: return new Dense(backend, layer.inputs, layer.units, values, recipe);
  }
}
