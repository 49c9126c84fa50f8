/**
 * Peer normalisation (Hinton 2022, §3.2): every unit's mean activity is pulled to the mean of its layer, so that none dies and none is always on.
 */
import { LAYER_PEER } from "../abi/spec";
import { exponent, peerMeans, units } from "../layers/layer";
import { layerSpec } from "../spec";

/** A mean at the start: half an activity of 1.0, q23. */
const FIRST_MEAN: i32 = 64 << 16;

export function initialisePeer(layer: i32): void {
  if (layerSpec(layer, LAYER_PEER) == 0) return;
  for (let i = 0; i < units(layer); i++) store<i32>(peerMeans(layer) + (<usize>i << 2), FIRST_MEAN);
}

/** Strength of the pull at a learning rate; 0 where there is no peer normalisation. */
export function peerGain(layer: i32, rate: i32): i32 {
  return <i32>((<i64>layerSpec(layer, LAYER_PEER) * rate) >> 15);
}

/** Takes the positive activity y i16 (units,) into the means. */
export function followMeans(layer: i32, y: usize): void {
  const means = peerMeans(layer);
  const width = units(layer);
  for (let i = 0; i < width; i++) {
    const at = means + (<usize>i << 2);
    const mean = load<i32>(at);
    store<i32>(at, mean + (((<i32>load<i16>(y + (<usize>i << 1)) << 16) - mean) >> 10));
  }
}

/** Adds every unit's pull to its positive coefficient; coefficients i16 [units][2]. gain: 1..65000. */
export function pullToPeers(layer: i32, gain: i32, coefficients: usize): void {
  const means = peerMeans(layer);
  const width = units(layer);
  const shift = 31 - exponent(layer);
  let sum: i64 = 0;
  for (let i = 0; i < width; i++) sum += <i64>load<i32>(means + (<usize>i << 2));
  const peers = <i32>(sum / width);
  for (let i = 0; i < width; i++) {
    const away = (peers - load<i32>(means + (<usize>i << 2))) >> 16;
    const pull = min((abs(away) * gain + (1 << (shift - 1))) >> shift, 32767);
    const at = coefficients + (<usize>i << 2);
    store<i16>(at, <i16>max(min(<i32>load<i16>(at) + (away < 0 ? -pull : pull), 32767), -32767));
  }
}
