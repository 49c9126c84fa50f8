/** What a sample may bring besides its frame and label, where the spec says that it is given. */
import { REGION_NEGATIVE, REGION_TARGETS } from "../../assembly/abi/region.js";
import { MayflyError } from "../errors.js";
import type { NetworkSpec } from "../spec/network_spec.js";

export interface SampleExtras {
  /** The negative frame, of a network with negatives "given". */
  readonly negative?: Uint8Array;
  /** Probability of every class, 0..1, of a network with targets "given". */
  readonly targets?: ArrayLike<number>;
}

/** Writes what is there into the engine's memory: `negative` and `targets` are the regions, null where the spec has none. */
export function writeExtras(extras: SampleExtras, negative: Uint8Array | null, targets: Int32Array | null): void {
  if (extras.negative) {
    if (!negative) throw new MayflyError('a negative frame came with the sample, but this network\'s negatives are not "given"', 1);
    if (extras.negative.length !== negative.length) throw new MayflyError(`the negative frame has ${extras.negative.length} values, this network takes ${negative.length}`, 1);
  }
  if (extras.targets) {
    if (!targets) throw new MayflyError('targets came with the sample, but this network\'s targets are not "given"', 1);
    if (extras.targets.length !== targets.length) throw new MayflyError(`there are ${extras.targets.length} targets, this network has ${targets.length} classes`, 1);
    const wrong = Array.prototype.findIndex.call(extras.targets, (value: number) => !(value >= 0 && value <= 1));
    if (wrong >= 0) throw new MayflyError(`the target of class ${wrong} is ${extras.targets[wrong]}, expected a probability from 0 to 1`, 1);
  }
  // Checked first, so that nothing is written of a sample that is refused.
  if (extras.negative) negative?.set(extras.negative);
  if (extras.targets) targets?.set(Array.from(extras.targets, (value) => Math.round(value * 32768)));
}

/** The same as bytes for regions by kind, for an engine whose memory is elsewhere. */
export function encodeExtras(extras: SampleExtras, spec: NetworkSpec): { kind: number; bytes: Uint8Array }[] {
  const { width, height, channels } = spec.input;
  const negative = spec.negatives === "given" ? new Uint8Array(width * height * channels) : null;
  const targets = spec.targets === "given" ? new Int32Array(spec.classes) : null;
  writeExtras(extras, negative, targets);
  return [
    ...(negative && extras.negative ? [{ kind: REGION_NEGATIVE, bytes: negative }] : []),
    ...(targets && extras.targets ? [{ kind: REGION_TARGETS, bytes: new Uint8Array(targets.buffer) }] : []),
  ];
}
