/** The readout of a map with more units than one i32 sum may take: in chunks, whose logits are added. */
import { MAX_INPUTS } from "../abi/limits";
import { SPEC_CLASSES } from "../abi/spec";
import { FULL } from "../full";
import { forwardSingle } from "../kernels/forward_single";
import { SINGLE_BYTES, entries } from "../kernels/rows";
import { readoutWeights, units } from "../layers/layer";
import { RT_CLASS_TERMS, RT_SUMS, runtime } from "../memory";
import { isMap, padded, readoutScale, spec } from "../spec";
import { inBands } from "./geometry";

/** Whether the logits are added up chunk by chunk. */
export function inChunks(layer: i32): bool {
  return units(layer) > MAX_INPUTS || readsGivenMap(layer);
}

/** Whether the readout of the layer under way has no list, but the map it gives. */
export function readsGivenMap(layer: i32): bool {
  return isMap(layer) && inBands();
}

/** An entry whose rows are in two chunks, as two: the other's input is 0. */
const HALF: usize = FULL ? memory.data(8, 4) : 0;

/** Logits (q8) of classes `from`..`to`-1 into CLASS_TERMS, which must be 0 before. */
export function sumChunks(layer: i32, list: usize, rows: i32, from: i32, to: i32): void {
  const end = list + <usize>entries(rows) * SINGLE_BYTES;
  const sums = runtime(RT_SUMS);
  let split = false;
  for (let entry = list; entry < end || split; ) {
    const next = ((split ? <i32>load<u16>(HALF) : <i32>load<u16>(entry)) / MAX_INPUTS + 1) * MAX_INPUTS;
    let last = entry;
    while (last < end && <i32>load<u16>(last, 2) < next) last += SINGLE_BYTES;
    memory.fill(sums + (<usize>from << 2), 0, <usize>(to - from) << 2);
    if (split) sumEntries(layer, HALF, 1, from, to);
    sumEntries(layer, entry, <i32>(last - entry) / <i32>SINGLE_BYTES, from, to);
    split = last < end && <i32>load<u16>(last) < next;
    if (split) {
      const row = load<u16>(last, 2), x = load<i16>(last, 6);
      half(load<u16>(last), load<i16>(last, 4));
      sumEntries(layer, HALF, 1, from, to);
      half(row, x);
      last += SINGLE_BYTES;
    }
    for (let c = from; c < to; c++) {
      const at = runtime(RT_CLASS_TERMS) + (<usize>c << 2);
      store<i32>(at, load<i32>(at) + (load<i32>(sums + (<usize>c << 2)) >> (readoutScale() + 4 - 8)));
    }
    entry = last;
  }
}

function half(row: u16, x: i16): void {
  store<u16>(HALF, row), store<u16>(HALF, row, 2);
  store<i16>(HALF, x, 4), store<i16>(HALF, 0, 6);
}

function sumEntries(layer: i32, list: usize, count: i32, from: i32, to: i32): void {
  forwardSingle<i16>(list, count, readoutWeights(layer), padded(spec(SPEC_CLASSES)), runtime(RT_SUMS), from, to);
}
