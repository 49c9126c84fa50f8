/** A test set for sources that come without one. */
import { MayflyError } from "../errors.js";
import { select, type Dataset } from "./dataset.js";
import { permutation } from "./shuffle.js";

/** One sample in six is held out. */
const HOLD_OUT_PARTS = 6;

/** Fixed, so that runs with different training seeds are measured on the same samples. */
export const HOLD_OUT_SEED = 0x6d617966;

/** Shuffles all samples with a fixed seed; the last sixth (at least one sample) becomes the test set. */
export function holdOut(dataset: Dataset): { train: Dataset; test: Dataset; note: string } {
  const { name, count } = dataset;
  if (count < 2) throw new MayflyError(`${name}: ${count} sample, too few to hold out a test set; give a test file`);
  const testCount = Math.max(1, Math.floor(count / HOLD_OUT_PARTS));
  const order = permutation(count, HOLD_OUT_SEED, 0);
  return {
    train: { ...select(dataset, order.subarray(0, count - testCount)), name: `${name} train` },
    test: { ...select(dataset, order.subarray(count - testCount)), name: `${name} test` },
    note: `no test set given: held out ${testCount} of ${count} samples after a shuffle with the fixed seed ${HOLD_OUT_SEED}`,
  };
}
