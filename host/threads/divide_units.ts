/** Threads that have some units of every layer, on paper. */
import type { LayerTimes } from "./costs.js";
import { timeAlone } from "./divide_layers.js";
import { passesOf } from "./lanes.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** Milliseconds that a meeting takes beside the work: parts put down, seen by the others, taken up. */
const MEETING = 0.001;
/** Before it is measured, milliseconds for each unit and pass of what every thread does for itself. */
const REPEATED_PER_UNIT = 2e-6;

/** Milliseconds from sample to sample by so many threads. `repeated`: of `times`, in milliseconds, what every thread does. */
export function timeByUnits(spec: NetworkSpec, times: readonly LayerTimes[], repeated: number, threads: number): number {
  // One for the frame, and in each pass one for every layer above the first.
  const meetings = 1 + passesOf(spec).length * (spec.layers.length - 1);
  return Math.max(timeAlone(times) - repeated, 0) / threads + repeated + meetings * MEETING;
}

export function guessRepeated(spec: NetworkSpec): number {
  return REPEATED_PER_UNIT * passesOf(spec).length * spec.layers.reduce((sum, { units }) => sum + units, 0);
}
