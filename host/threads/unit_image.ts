/**
 * Which bytes of a network which thread answers for, where every thread has some units of every layer: their weights. The rest is the same in all threads, so the first
 * answers for it. Behind the first layer a thread has no weights but its own, row behind row.
 */
import * as kinds from "../../assembly/abi/region.js";
import type { Network } from "../engine/network.js";
import { copyExtents, type Extent, extentsOf } from "./image.js";
import { allUnits, ownUnits } from "./own_units.js";

/** Own weights of a layer: `rows` times `bytes`, in the network's image every `imageRow`, from `image` on; in this thread's memory every `ownRow`, from `own` on. */
interface Columns {
  readonly rows: number;
  readonly bytes: number;
  readonly image: number;
  readonly imageRow: number;
  readonly own: number;
  readonly ownRow: number;
}

export class UnitImage {
  private readonly columns: readonly Columns[];
  private readonly others: readonly Extent[];
  private readonly states: readonly Extent[];
  /** The first layer's weights, of which every thread has all: those of the label's rows it knows, those of other units it never looks at. */
  private readonly first: readonly Extent[];

  constructor(network: Network, private readonly thread: number, threads: number) {
    const { spec, regions } = network;
    const start = regions[0]?.offset ?? 0;
    const weights = regions.filter(({ kind }) => kind === kinds.REGION_WEIGHTS).map(({ layer, offset }) => ({ layer, offset: offset - start }));
    const isWeights = ({ offset }: Extent): boolean => weights.some((region) => region.offset === offset);
    const extents = extentsOf(network);
    this.states = extents.filter(({ isState }) => isState);
    this.first = extents.filter((extent) => isWeights(extent) && extent.layer === 0);
    this.others = extents.filter((extent) => !isWeights(extent));
    this.columns = extents.filter(isWeights).map(({ layer, offset, bytes }) => {
      const { units, weights } = spec.layers[layer]!;
      const each = weights === "i8" ? 1 : 2;
      const { from, to } = ownUnits(units, thread, threads);
      const row = each * allUnits(units).to;
      const own = each * (to - from);
      const image = offset + each * from;
      return { rows: bytes / row, bytes: own, image, imageRow: row, own: layer === 0 ? image : offset, ownRow: layer === 0 ? row : own };
    });
  }

  /** What the thread needs before a block: all, or what may have been changed since its last. */
  take(image: Uint8Array, memory: Uint8Array, all: boolean): void {
    copyExtents(image, memory, all ? [...this.others, ...this.first] : this.states);
    if (all) for (const { rows, bytes, ...from } of this.columns) for (let row = 0; row < rows; row++) memory.set(image.subarray(from.image + row * from.imageRow, from.image + row * from.imageRow + bytes), from.own + row * from.ownRow);
  }

  /** What it answers for. */
  give(memory: Uint8Array, image: Uint8Array): void {
    if (this.thread === 0) copyExtents(memory, image, this.others);
    for (const { rows, bytes, ...to } of this.columns) for (let row = 0; row < rows; row++) image.set(memory.subarray(to.own + row * to.ownRow, to.own + row * to.ownRow + bytes), to.image + row * to.imageRow);
  }
}
