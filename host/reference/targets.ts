import type { SampleExtras } from "../engine/extras.js";
import { MayflyError } from "../errors.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** What the readout and class-wise groups are to answer: probability of every class, 1 = certain. The label, or what came along (docs/variants.md, Targets given). */
export function targetsOf({ classes, targets }: NetworkSpec, label: number, extras: SampleExtras = {}): number[] {
  if (targets === "label") return Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0));
  if (!extras.targets) throw new MayflyError('this network\'s targets are "given", and a sample came without them', 1);
  return Array.from(extras.targets);
}

/** The same as the engine has them: q15. */
export function targetsInQ15(targets: readonly number[]): number[] {
  return targets.map((target) => Math.min(Math.max(Math.round(target * 32768), 0), 32768));
}
