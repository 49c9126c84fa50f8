/** What threads divide between them: the layers of a network, or the units of every layer. */
import { MayflyError } from "../errors.js";
import type { LayerTimes } from "./costs.js";
import { divideLayers, timePerSample } from "./divide_layers.js";
import { timeByUnits } from "./divide_units.js";
import type { Division } from "./lanes.js";
import { canDivideUnits, mostUnitThreads } from "./own_units.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** Every thread has some units of every layer. */
export interface UnitDivision {
  readonly owners: null;
  readonly threads: number;
}

/** Who does what of a training step. */
export type Shares = Division | UnitDivision;

/** What one may ask for; else whichever takes less time on paper. */
export type Divide = "layers" | "units";

/** Of `threads`, how many can have units of their own; 1 where units cannot be divided. */
export function unitThreads(spec: NetworkSpec, threads: number): number {
  return canDivideUnits(spec) ? Math.min(threads, mostUnitThreads(spec)) : 1;
}

/** Of `threads`, how many can train. */
export function trainingThreads(spec: NetworkSpec, threads: number, divide: Divide | null = null): number {
  const byUnits = unitThreads(spec, threads);
  if (divide === "units" && threads > 1 && byUnits === 1) throw new MayflyError("the units of this network cannot be divided between threads: that is for pairs of dense layers with hard negatives (docs/threads.md)", 2);
  const byLayers = Math.min(threads, spec.layers.length);
  return divide === "units" ? byUnits : divide === "layers" ? byLayers : Math.max(byUnits, byLayers);
}

/** Milliseconds from sample to sample, on paper. `repeated`: see `timeByUnits`. */
export function timeOfShares(spec: NetworkSpec, times: readonly LayerTimes[], repeated: number, shares: Shares): number {
  return shares.owners ? timePerSample(spec, times, shares) : timeByUnits(spec, times, repeated, shares.threads);
}

/** The shares with the shortest time from sample to sample, on paper. */
export function bestShares(spec: NetworkSpec, times: readonly LayerTimes[], repeated: number, threads: number, divide: Divide | null = null): Shares {
  const byUnits: Shares = { owners: null, threads: unitThreads(spec, threads) };
  if (divide === "units") return byUnits;
  const byLayers = divideLayers(spec, times, Math.min(threads, spec.layers.length));
  if (divide === "layers" || byUnits.threads === 1) return byLayers;
  return timeOfShares(spec, times, repeated, byUnits) < timeOfShares(spec, times, repeated, byLayers) ? byUnits : byLayers;
}

/** Threads that have a share. */
export function threadsOf(shares: Shares): number {
  return shares.owners ? Math.max(...shares.owners) + 1 : shares.threads;
}
