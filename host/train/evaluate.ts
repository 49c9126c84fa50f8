import { type Dataset, frame } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { knowsLabels, type NetworkSpec } from "../spec/network_spec.js";
import type { Crew } from "../threads/crew.js";
import { predictShared } from "../threads/predict_shared.js";

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
  const tally = new Tally(network.spec, data);
  for (let index = 0; index < data.count; index++) {
    const sample = frame(data, index);
    const readout = tally.readsOut ? network.predict(sample, "readout") : null;
    tally.add(index, tally.knowsLabels ? network.predict(sample, "goodness") : null, readout);
    if ((index + 1) % every === 0) yield index + 1;
  }
  return tally.evaluation();
}

/** The same with the threads of a crew. */
export async function* sharedEvaluation(network: Network, crew: Crew, data: Dataset): AsyncGenerator<number, Evaluation, void> {
  const tally = new Tally(network.spec, data);
  const { goodness, readout } = yield* predictShared(network, crew, data, { goodness: tally.knowsLabels, readout: tally.readsOut });
  for (let index = 0; index < data.count; index++) tally.add(index, goodness?.classes[index] ?? null, readout?.classes[index] ?? null);
  return tally.evaluation();
}

/** Counts right and wrong predictions. */
class Tally {
  readonly knowsLabels: boolean;
  readonly readsOut: boolean;
  private readonly confusion: number[][];
  private readonly wrong = { goodness: 0, readout: 0 };

  constructor(spec: NetworkSpec, private readonly data: Dataset) {
    this.knowsLabels = knowsLabels(spec);
    this.readsOut = spec.readout.from !== null;
    this.confusion = Array.from({ length: spec.classes }, () => new Array<number>(spec.classes).fill(0));
  }

  /** The classes that were predicted of a sample, null where the network does not predict so. */
  add(index: number, goodness: number | null, readout: number | null): void {
    const label = this.data.labels[index] ?? 0;
    const predicted = goodness ?? readout ?? -1;
    const row = this.confusion[label];
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
    if (predicted !== label) this.wrong.goodness++;
    if (readout !== label) this.wrong.readout++;
  }

  evaluation(): Evaluation {
    const { count } = this.data;
    const percent = (wrong: number): number => Math.round((wrong / count) * 1e4) / 100;
    return {
      testError: { goodness: this.knowsLabels ? percent(this.wrong.goodness) : null, readout: this.readsOut ? percent(this.wrong.readout) : null },
      confusion: this.confusion,
      count,
    };
  }
}
