import { ClasswiseObjective } from "./classwise.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { PairObjective } from "./pair.js";

/** A new objective is a file like these two, and a line here. */
export function objectiveOf(network: FloatNetwork): Objective {
  return network.spec.objective === "pair" ? new PairObjective(network) : new ClasswiseObjective(network);
}
