import type { SampleExtras } from "../engine/extras.js";
import { MayflyError } from "../errors.js";
import { hasTwoFrames, type NetworkSpec } from "../spec/network_spec.js";
import { hybridOf } from "./hybrid.js";
import { drawShift, shifted } from "./jitter.js";
import { Generator } from "../random.js";
import { STREAM_JITTER, STREAM_MASKS } from "./streams.js";

/** The frames that a step learns from; a negative frame where negatives are not labels. */
export interface FramesOfStep {
  readonly positive: Uint8Array;
  readonly negative: Uint8Array | null;
}

/** What happens to a frame before any arithmetic: jitter, then the making of a negative from it (docs/variants.md). In u8, the same for all references. */
export class StepFrames {
  readonly jitter: Generator;
  readonly masks: Generator;
  /** What a hybrid is mixed from: the frame of the step before, 0 before the first. */
  before: Uint8Array;

  constructor(private readonly spec: NetworkSpec) {
    const { width, height, channels } = spec.input;
    this.jitter = Generator.of(spec.seed, STREAM_JITTER);
    this.masks = Generator.of(spec.seed, STREAM_MASKS);
    this.before = new Uint8Array(width * height * channels);
  }

  next(frame: Uint8Array, extras: SampleExtras = {}): FramesOfStep {
    const { spec } = this;
    const shift = spec.jitter > 0 ? drawShift(spec.jitter, this.jitter) : null;
    const positive = shift ? shifted(spec, frame, shift, spec.label.placement === "replace" ? spec.classes : 0) : frame;
    if (!hasTwoFrames(spec.negatives)) return { positive, negative: null };
    if (spec.negatives === "given") {
      if (!extras.negative) throw new MayflyError('this network\'s negatives are "given", and a sample came without one', 1);
      return { positive, negative: shift ? shifted(spec, extras.negative, shift) : extras.negative };
    }
    const negative = hybridOf(spec, positive, this.before, this.masks);
    this.before = positive.slice();
    return { positive, negative };
  }
}
