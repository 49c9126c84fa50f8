/** Which units of a layer a thread has where threads divide them, and which networks can be divided so. */
import type { NetworkSpec } from "../spec/network_spec.js";
import { drawsNegative } from "./lanes.js";

/** Units whose weights lie together and learn together: the engine's smallest piece. */
const BLOCK = 8;

export interface UnitRange {
  readonly from: number;
  /** Behind the last, padding included. */
  readonly to: number;
}

/** The units of `thread`, whole blocks of 8; about as many as every other thread's. */
export function ownUnits(units: number, thread: number, threads: number): UnitRange {
  const blocks = Math.ceil(units / BLOCK);
  return { from: BLOCK * Math.floor((blocks * thread) / threads), to: BLOCK * Math.floor((blocks * (thread + 1)) / threads) };
}

/** As if one thread had all of them. */
export function allUnits(units: number): UnitRange {
  return ownUnits(units, 0, 1);
}

/** Whether threads can divide the units of the layers: where all that is a unit's own are its sums and its weights. Pays where samples wait for each other. */
export function canDivideUnits(spec: NetworkSpec): boolean {
  return drawsNegative(spec) === "top" && spec.recurrence.iterations === 0 && spec.device === 0 && spec.waves === null && spec.layers.every(({ kind }) => kind === "dense");
}

/** Most threads that get some of every layer's units. */
export function mostUnitThreads({ layers }: NetworkSpec): number {
  return Math.min(...layers.map(({ units }) => Math.ceil(units / BLOCK)));
}
