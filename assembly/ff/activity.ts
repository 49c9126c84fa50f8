/** From the sums of a layer to its activity: ReLU, or what this device makes of it, and the layer's ceiling. */
import { LAYER_CEILING, SPEC_DEVICE } from "../abi/spec";
import { FULL } from "../full";
import { activate } from "../kernels/activate";
import { clip } from "../kernels/ceiling";
import { scale, stride } from "../layers/layer";
import { layerSpec, spec } from "../spec";
import { activateDevice } from "./device";

/** sums i32 (stride,), y i16 (stride,). */
// @ts-ignore: decorator
@inline export function activateLayer(layer: i32, sums: usize, y: usize): void {
  if (FULL) activateVariant(layer, sums, y);
  else activate(sums, stride(layer), scale(layer) - 3, y);
}

function activateVariant(layer: i32, sums: usize, y: usize): void {
  if (spec(SPEC_DEVICE) != 0) activateDevice(layer, sums, y);
  else activate(sums, stride(layer), scale(layer) - 3, y);
  const ceiling = layerSpec(layer, LAYER_CEILING);
  if (ceiling > 0) clip(y, stride(layer), ceiling);
}
