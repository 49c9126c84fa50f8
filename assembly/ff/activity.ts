/** From the sums of a layer to its activity: ReLU, or what this device makes of it, and the layer's ceiling. */
import { LAYER_CEILING, SPEC_DEVICE } from "../abi/spec";
import { FULL } from "../full";
import { activate } from "../kernels/activate";
import { activity } from "../kernels/activity";
import { clip } from "../kernels/ceiling";
import { closeSingle, putSingle } from "../kernels/rows";
import { sumSquares } from "../kernels/sum_squares";
import { copyWords } from "../kernels/words";
import { denseActivityWithRow, denseForwardSingle } from "../layers/dense";
import { ownFrom, ownTo, scale, stride, units } from "../layers/layer";
import { RT_SUMS, runtime } from "../memory";
import { layerSpec, spec } from "../spec";
import { activateDevice } from "./device";
import { byUnits } from "./job_state";

/** y i16 (stride,) of sums i32 (stride,). Full build only. */
export function activateLayer(layer: i32, sums: usize, y: usize): void {
  if (spec(SPEC_DEVICE) != 0) activateDevice(layer, sums, y);
  else activate(sums, stride(layer), scale(layer) - 3, y);
  clipLayer(layer, y, stride(layer));
}

/** The same in all builds; returns Σ y². */
export function activateAndSquare(layer: i32, sums: usize, y: usize): i64 {
  // Activities are there already, from all instances.
  if (FULL) if (byUnits()) return sumSquares(y, 0, units(layer));
  if (FULL) if (isVariant(layer)) {
    activateLayer(layer, sums, y);
    return sumSquares(y, 0, units(layer));
  }
  return activity(sums, stride(layer), scale(layer) - 3, y);
}

/** The same of sums + `x` times the weights of row `row`. `list`: room for a list of one row. */
export function activateWithRow(layer: i32, sums: usize, row: i32, x: i32, y: usize, list: usize): i64 {
  if (FULL) if (isVariant(layer)) {
    const whole = runtime(RT_SUMS);
    copyWords(whole, sums, <usize>stride(layer) << 2);
    putSingle(list, 0, row, x);
    closeSingle(list, 1);
    denseForwardSingle(layer, list, 1, whole, 0, stride(layer));
    return activateAndSquare(layer, whole, y);
  }
  return denseActivityWithRow(layer, sums, row, x, y);
}

/** Whether the activity is more than a ReLU. */
function isVariant(layer: i32): bool {
  return spec(SPEC_DEVICE) != 0 || layerSpec(layer, LAYER_CEILING) > 0;
}

/** Own units' activities, of the first layer all; not of a device. Full build only. */
export function activateOwn(layer: i32, sums: usize, y: usize): void {
  const from = layer == 0 ? 0 : ownFrom(layer);
  const count = layer == 0 ? stride(0) : ownTo(layer) - from;
  y += <usize>from << 1;
  activate(sums + (<usize>from << 2), count, scale(layer) - 3, y);
  clipLayer(layer, y, count);
}

function clipLayer(layer: i32, y: usize, count: i32): void {
  const ceiling = layerSpec(layer, LAYER_CEILING);
  if (ceiling > 0) clip(y, count, ceiling);
}
