import { ClasswiseObjective } from "./classwise.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { PairObjective } from "./pair.js";
import { RecurrentObjective } from "./recurrent.js";

/** A new objective is a file like these two, and a line here. */
export function objectiveOf(network: FloatNetwork): Objective {
  if (network.spec.recurrence.iterations > 0) return new RecurrentObjective(network);
  return network.spec.objective === "pair" ? new PairObjective(network) : new ClasswiseObjective(network);
}
