import { isqrt } from "../fixed/isqrt";
import { draw, mix, seedLanes } from "../fixed/random";
import { stateRows, streams } from "../ff/recurrent_spec";
import { FULL } from "../full";
import { clearWords } from "../kernels/words";
import { LAYER_LANES, LAYER_STATE_BYTES } from "../abi/state";
import { LAYER_CHANNELS, LAYER_INIT, SPEC_CLASSES, SPEC_SEED } from "../abi/spec";
import { matricesOf } from "../maps/plan_maps";
import { isMap, layerSpec, padded, spec } from "../spec";
import { isBox } from "../spec_variants";
import { initialisePeer } from "../ff/peer";
import { hasReadout, inputs, layerState, readoutState, readoutWeights, scale, stride, unitInputs, unitPlane, unitState, units, weightBytes, weights } from "./layer";

/** Random streams of a layer: four lanes for its updates, then one for its weights, then four for its readout. */
const STREAMS: u32 = 16;
const STREAM_WEIGHTS: u32 = 4;
const STREAM_READOUT: u32 = 5;

/**
 * Weights N(0, init²/inputs), from the sum of four random bytes (Irwin-Hall, standard deviation 147.8); the
 * readout's are 0. Padding stays 0. `scratch`: 4 bytes that hold the generator.
 */
export function initialiseLayer(layer: i32, scratch: usize): void {
  const seed = <u32>spec(SPEC_SEED);
  const stream = STREAMS * <u32>(layer + 1);
  clearWords(layerState(layer), LAYER_STATE_BYTES);
  seedLanes(layerState(layer) + LAYER_LANES, seed, stream);
  if (FULL && isBox(layer)) return;
  const bytes = weightBytes(layer);
  const deviation = (<i64>isqrt((<u64>1 << (2 * scale(layer) + 16)) / inputs(layer)) * layerSpec(layer, LAYER_INIT)) >> 8;
  store<u32>(scratch, mix(seed, stream + STREAM_WEIGHTS));
  const rows = FULL && isMap(layer) ? inputs(layer) * matricesOf(layer) : inputs(layer);
  const columns = FULL && isMap(layer) ? layerSpec(layer, LAYER_CHANNELS) : units(layer);
  clearWords(weights(layer), <usize>(rows * stride(layer) * bytes));
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < columns; unit++) {
      const b = draw(scratch);
      const gauss = <i64>((b & 255) + ((b >>> 8) & 255) + ((b >>> 16) & 255) + (b >>> 24)) - 510;
      // 443 = 2^16 / 147.8; the deviation is q8.
      const weight = <i32>((gauss * deviation * 443 + (1 << 23)) >> 24);
      const at = weights(layer) + <usize>(row * stride(layer) + unit) * bytes;
      if (bytes == 1) store<i8>(at, <i8>max(min(weight, 127), -128));
      else store<i16>(at, <i16>max(min(weight, 32767), -32768));
    }
  }
  if (FULL) if (streams()) {
    memory.fill(unitState(layer, 0), 0, <usize>(stateRows() * unitPlane(layer)) << 1);
    memory.fill(unitInputs(layer, 0), 0, <usize>(stateRows() * unitPlane(layer)));
  }
  if (FULL) initialisePeer(layer);
  if (hasReadout(layer)) {
    seedLanes(readoutState(layer), seed, stream + STREAM_READOUT);
    clearWords(readoutWeights(layer), <usize>(units(layer) * padded(spec(SPEC_CLASSES)) * 2));
  }
}
