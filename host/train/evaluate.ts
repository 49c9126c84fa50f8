import { type Dataset, frame } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { knowsLabels } from "../spec/network_spec.js";

/** Test error in percent, both ways the papers predict. `goodness` is null for a network that learns without labels, `readout` for one without a
 * readout. */
export interface TestError {
  goodness: number | null;
  readout: number | null;
}

export interface Evaluation {
  testError: TestError;
  /** By goodness where that knows labels, else by the readout: confusion[true class][predicted class], counts. */
  confusion: number[][];
  count: number;
}

/** Predicts every sample of a data set; the network does not change. `onProgress` hears now and then how many are done. */
export function evaluate(network: Network, data: Dataset, onProgress?: (done: number) => void): Evaluation {
  const steps = evaluationSteps(network, data);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    onProgress?.(step.value);
  }
}

/** The same in steps of `every` samples, for hosts that must stay awake: yields how many are done, returns the evaluation. */
export function* evaluationSteps(network: Network, data: Dataset, every = 500): Generator<number, Evaluation, void> {
  const { classes } = network.spec;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const hasReadout = network.spec.readout.from !== null;
  const byGoodness = knowsLabels(network.spec);
  const wrong = { goodness: 0, readout: 0 };
  for (let index = 0; index < data.count; index++) {
    const sample = frame(data, index);
    const label = data.labels[index] ?? 0;
    const read = hasReadout ? network.predict(sample, "readout") : -1;
    const predicted = byGoodness ? network.predict(sample, "goodness") : read;
    const row = confusion[label];
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
    if (predicted !== label) wrong.goodness++;
    if (read !== label) wrong.readout++;
    if ((index + 1) % every === 0) yield index + 1;
  }
  const percent = (count: number): number => Math.round((count / data.count) * 1e4) / 100;
  return { testError: { goodness: byGoodness ? percent(wrong.goodness) : null, readout: hasReadout ? percent(wrong.readout) : null }, confusion, count: data.count };
}
