import { type BoxFunction, BoxLayer } from "./box.js";
import { DenseLayer } from "./dense.js";
import type { Layer } from "./layer.js";
import { ConvLayer, LocalLayer } from "./maps.js";
import type { Spec } from "./spec.js";

/** A layer of the kind that the spec wants; `box` is the function of those that are boxes. */
export function createLayer(net: Spec, index: number, box: BoxFunction): Layer {
  switch (net.layers[index]!.kind ?? "dense") {
    case "dense": return new DenseLayer(net, index);
    case "local": return new LocalLayer(net, index);
    case "conv": return new ConvLayer(net, index);
    case "box": return new BoxLayer(net, index, box);
  }
}
