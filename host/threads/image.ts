/** Which bytes of a network which thread answers for, where threads have whole layers. Offsets count from the start of the checkpoint, which is the same in every engine. */
import * as kinds from "../../assembly/abi/region.js";
import { NET_DROPOUT, NET_READOUT_RIGHT, NET_SAMPLER } from "../../assembly/abi/state.js";
import type { Network } from "../engine/network.js";
import { drawsNegative } from "./lanes.js";

export interface Extent {
  readonly offset: number;
  readonly bytes: number;
  /** The layer whose thread it belongs to. */
  readonly layer: number;
  /** Generators and counters, which are small and may be changed between blocks. */
  readonly isState: boolean;
}

const LARGE: readonly number[] = [kinds.REGION_WEIGHTS, kinds.REGION_READOUT_WEIGHTS, kinds.REGION_PEER_MEANS];

/** All that training changes, but for the number of samples, which everybody knows. */
export function extentsOf({ spec, regions }: Network): Extent[] {
  const start = regions[0]?.offset ?? 0;
  const top = spec.layers.length - 1;
  const drawer = drawsNegative(spec) === "top" ? top : 0;
  return regions.filter(({ persistent }) => persistent).flatMap(({ kind, layer, offset, bytes }): Extent[] => {
    const at = offset - start;
    if (kind === kinds.REGION_HEADER || kind === kinds.REGION_SPEC) return [];
    if (kind === kinds.REGION_STATE) {
      return [[NET_SAMPLER, drawer], [NET_READOUT_RIGHT, top], [NET_DROPOUT, 0]].map(([word, owner]) => ({ offset: at + word!, bytes: 4, layer: owner!, isState: true }));
    }
    // What belongs to no layer is the frame's: jitter, masks, the frame before.
    return [{ offset: at, bytes, layer: Math.max(layer, 0), isState: !LARGE.includes(kind) }];
  });
}

export function copyExtents(from: Uint8Array, to: Uint8Array, extents: readonly Extent[]): void {
  for (const { offset, bytes } of extents) to.set(from.subarray(offset, offset + bytes), offset);
}
