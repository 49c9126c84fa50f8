import { type Dataset, frame, take } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { fieldValues } from "../../../host/report/field_values.js";
import { goodnessHistograms } from "../../../host/report/goodness_histogram.js";
import type { GoodnessHistogram } from "../../../host/report/report_data.js";
import { evaluate } from "../../../host/train/evaluate.js";
import type { TestError } from "../../../host/train/evaluate.js";
import type { Field } from "../protocol.js";
import { through, type World } from "../world.js";

/** Enough for a curve that moves; the last of training has all. */
const TESTED = 300;
const HISTOGRAM_SAMPLES = 100;
const FIELDS = 24;

export interface Prediction {
  readonly goodness: readonly number[];
  readonly readout: readonly number[] | null;
  readonly byGoodness: number;
  readonly byReadout: number | null;
}

/** Looks at what the device has learned in a network of its own, so that looking changes nothing on the device: predictions count in its state. */
export class Observer {
  private readonly copy: Network;
  private test: Dataset;
  private world: World | null = null;

  constructor(network: Network, private readonly digits: Dataset) {
    this.copy = Network.open(network.checkpoint());
    this.test = digits;
  }

  take(network: Network): void {
    this.copy.restore(network.checkpoint());
  }

  /** Of test digits through the world, in percent. */
  testError(world: World): TestError & { readonly count: number } {
    const { testError, count } = evaluate(this.copy, this.testDigits(world));
    return { ...testError, count };
  }

  histograms(world: World): GoodnessHistogram[] {
    return goodnessHistograms(this.copy, this.testDigits(world), HISTOGRAM_SAMPLES);
  }

  fields(): Field[] {
    return fieldValues(this.copy, FIELDS).map(({ width, height, values }) => ({ width, height, values }));
  }

  predict(seen: Uint8Array): Prediction {
    const { copy } = this;
    const byReadout = copy.spec.readout.from === null ? null : copy.predict(seen, "readout");
    const readout = byReadout === null ? null : Array.from(copy.logits);
    const byGoodness = copy.predict(seen, "goodness");
    return { goodness: Array.from(copy.scores), readout, byGoodness, byReadout };
  }

  private testDigits(world: World): Dataset {
    if (this.world !== world) {
      const part = take(this.digits, 0, Math.min(TESTED, this.digits.count));
      const { width, height } = part.shape;
      const frames = new Uint8Array(part.frames.length);
      // Numbers of their own, far from those of samples to train on.
      for (let at = 0; at < part.count; at++) frames.set(through(world, frame(part, at), width, height, 2 ** 31 + at), at * width * height);
      this.test = { ...part, frames };
      this.world = world;
    }
    return this.test;
  }
}
