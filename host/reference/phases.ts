import type { NetworkSpec } from "../spec/network_spec.js";

/** Which of positive and negative teaches at a step (docs/variants.md, Phases apart in time). */
export interface Phase {
  readonly positive: boolean;
  readonly negative: boolean;
}

export function phaseOf({ phases: { awake, asleep } }: NetworkSpec, step: number): Phase {
  if (awake === 0) return { positive: true, negative: true };
  const isAwake = step % (awake + asleep) < awake;
  return { positive: isAwake, negative: !isAwake };
}

/** +1 where positives are to have much goodness, −1 where little. */
export function signOf({ sense }: NetworkSpec): 1 | -1 {
  return sense === "minimise" ? -1 : 1;
}
