import { type Dataset, frame } from "../data/dataset.js";
import type { Network } from "../engine/network.js";

/**
 * Test error in percent, both ways the papers predict. `readout` is null for a network without one. Of a network without labels in its
 * input (negatives "hybrid" or "given") `goodness` says nothing: it tells no classes apart, and the class is always 0.
 */
export interface TestError {
  goodness: number;
  readout: number | null;
}

export interface Evaluation {
  testError: TestError;
  /** By goodness: confusion[true class][predicted class], counts. */
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
  const wrong = { goodness: 0, readout: 0 };
  for (let index = 0; index < data.count; index++) {
    const sample = frame(data, index);
    const label = data.labels[index] ?? 0;
    const predicted = network.predict(sample, "goodness");
    const row = confusion[label];
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
    if (predicted !== label) wrong.goodness++;
    if (hasReadout && network.predict(sample, "readout") !== label) wrong.readout++;
    if ((index + 1) % every === 0) yield index + 1;
  }
  const percent = (count: number): number => Math.round((count / data.count) * 1e4) / 100;
  return { testError: { goodness: percent(wrong.goodness), readout: hasReadout ? percent(wrong.readout) : null }, confusion, count: data.count };
}
