/** The readout of a map with more units than one i32 sum may take: in chunks, whose logits are added. */
import { MAX_INPUTS } from "../abi/limits";
import { SPEC_CLASSES } from "../abi/spec";
import { forwardSingle } from "../kernels/forward_single";
import { SINGLE_BYTES, entries } from "../kernels/rows";
import { readoutWeights, units } from "../layers/layer";
import { RT_CLASS_TERMS, RT_SUMS, runtime } from "../memory";
import { padded, readoutScale, spec } from "../spec";

// @ts-ignore: decorator
@inline export function inChunks(layer: i32): bool {
  return units(layer) > MAX_INPUTS;
}

/** Logits (q8) of classes `from`..`to`-1 into CLASS_TERMS, which must be 0 before. No entry of the list has rows of two chunks. */
export function sumChunks(layer: i32, list: usize, rows: i32, from: i32, to: i32): void {
  const end = list + <usize>entries(rows) * SINGLE_BYTES;
  const sums = runtime(RT_SUMS);
  for (let entry = list; entry < end; ) {
    const next = (<i32>load<u16>(entry) / MAX_INPUTS + 1) * MAX_INPUTS;
    let last = entry;
    while (last < end && <i32>load<u16>(last) < next) last += SINGLE_BYTES;
    memory.fill(sums + (<usize>from << 2), 0, <usize>(to - from) << 2);
    forwardSingle<i16>(entry, <i32>(last - entry) / <i32>SINGLE_BYTES, readoutWeights(layer), padded(spec(SPEC_CLASSES)), sums, from, to);
    for (let c = from; c < to; c++) {
      const at = runtime(RT_CLASS_TERMS) + (<usize>c << 2);
      store<i32>(at, load<i32>(at) + (load<i32>(sums + (<usize>c << 2)) >> (readoutScale() + 4 - 8)));
    }
    entry = last;
  }
}
