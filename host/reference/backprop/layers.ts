import type { Shape } from "../../data/shape.js";
import type { Backend } from "../backends/backend.js";
import { DenseLayer } from "./dense_layer.js";
import type { BackpropLayer, BackpropLayerSpec, LayerOptions } from "./layer.js";
import { LocalLayer } from "./local_layer.js";

/** Layers on top of each other over frames of a shape, then a dense one with a unit for each class. */
export function layersOf(backend: Backend, input: Shape, hidden: readonly BackpropLayerSpec[], classes: number, options: (index: number) => LayerOptions): BackpropLayer[] {
  let below = input;
  return [...hidden, classes].map((spec, index) => {
    const layer = typeof spec === "number" ? new DenseLayer(backend, below.width * below.height * below.channels, spec, options(index)) : new LocalLayer(backend, below, spec, options(index));
    below = layer.shape;
    return layer;
  });
}
