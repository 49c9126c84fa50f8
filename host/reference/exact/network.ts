import type { SampleExtras } from "../../engine/extras.js";
import { encodeSpec } from "../../spec/encode.js";
import type { NetworkSpec } from "../../spec/network_spec.js";
import type { Backend, Tensor2D } from "../backends/backend.js";
import { checkSupported, type FixedSpec, readFixedSpec } from "../fixed_spec.js";
import { Generator } from "../../random.js";
import { STREAM_DROPOUT, STREAM_SAMPLER } from "../streams.js";
import { workOn } from "../scope.js";
import { type FramesOfStep, StepFrames } from "../step_frames.js";
import { targetsInQ15, targetsOf } from "../targets.js";
import { scoresOfClasswise, trainClasswise } from "./classwise.js";
import { ImageRows } from "./image.js";
import type { ExactLayer } from "./layer.js";
import { exactLayerOf } from "./layers.js";
import { scoresOfPair, summedGoodness, trainPair } from "./pair.js";
import { ExactReadout } from "./readout.js";
import { goodnessOfClamped, logitsOfRecurrent, StreamState, trainRecurrent } from "./recurrent.js";
import type { Trace } from "./trace.js";

/** What a step learns from. */
export interface ExactSample extends FramesOfStep {
  readonly label: number;
  /** q15. */
  readonly targets: readonly number[];
}

/**
 * The engine's integers in tfjs ops, one sample at a time (docs/algorithm.md, variants.md, maps.md, recurrence.md): every sum, activity, coefficient and weight, to the bit, on
 * any backend. The random bits come from the engine's generators on the host; the few 64-bit steps of a sample's own numbers (roots,
 * probabilities) are there too (integers.ts).
 */
export class ExactNetwork {
  readonly fixed: FixedSpec;
  readonly layers: readonly ExactLayer[];
  /** By layer; null below `readout.from`. */
  readonly readouts: readonly (ExactReadout | null)[];
  readonly rows: ImageRows;
  readonly sampler: Generator;
  readonly dropout: Generator;
  readonly frames: StepFrames;
  /** Of a network for streams. */
  readonly stream: StreamState | null;
  /** Samples trained. */
  step = 0;

  private constructor(readonly backend: Backend, readonly spec: NetworkSpec) {
    checkSupported(spec);
    this.fixed = readFixedSpec(encodeSpec(spec));
    this.layers = spec.layers.map((_, index) => exactLayerOf(backend, this.fixed, index));
    this.readouts = spec.layers.map((_, index) => (spec.readout.from !== null && index >= spec.readout.from ? new ExactReadout(backend, this.fixed, index) : null));
    this.rows = new ImageRows(backend, this.fixed);
    this.sampler = Generator.of(spec.seed, STREAM_SAMPLER);
    this.dropout = Generator.of(spec.seed, STREAM_DROPOUT);
    this.frames = new StepFrames(spec);
    this.stream = spec.recurrence.iterations > 0 && spec.recurrence.stream ? new StreamState(this) : null;
  }

  static async create(backend: Backend, spec: NetworkSpec): Promise<ExactNetwork> {
    await backend.use();
    return new ExactNetwork(backend, spec);
  }

  /** Learns from one frame, and what comes along where negatives or targets are "given". */
  async train(frame: Uint8Array, label: number, trace?: Trace, extras: SampleExtras = {}): Promise<void> {
    const sample = { ...this.frames.next(frame, extras), label, targets: targetsInQ15(targetsOf(this.spec, label, extras)) };
    const train = this.isRecurrent ? trainRecurrent : this.spec.objective === "pair" ? trainPair : trainClasswise;
    await workOn(this.backend, () => train(this, sample, trace));
    this.step++;
  }

  /** Score of every class by goodness, as the engine's: q8, class-wise q15. */
  async scores(frame: Uint8Array): Promise<number[]> {
    return workOn(this.backend, async () => {
      if (this.isRecurrent) return summedGoodness(this, (await goodnessOfClamped(this, frame)).slice(this.spec.goodnessFrom));
      return this.spec.objective === "pair" ? scoresOfPair(this, frame) : scoresOfClasswise(this, frame);
    });
  }

  /** Logit of every class, by a neutral (class-wise: the only) pass: q8. */
  async logits(frame: Uint8Array): Promise<number[]> {
    return workOn(this.backend, async () => {
      if (this.isRecurrent) return logitsOfRecurrent(this, frame);
      const logits = new Array<number>(this.spec.classes).fill(0);
      await this.forward(this.rows.labelledFrame(frame, ["neutral"]), async (layer, x) => {
        (await this.readouts[layer.index]?.logits(x))?.[0]!.forEach((value, c) => (logits[c]! += value));
      });
      return logits;
    });
  }

  /** Layer by layer without learning; `visit` sees each layer's normalised output. */
  async forward(inputs: Tensor2D, visit: (layer: ExactLayer, x: Tensor2D) => Promise<void>): Promise<void> {
    let x = inputs;
    for (const layer of this.layers) {
      const out = layer.normalised(await layer.activate(x));
      await visit(layer, out);
      x = this.withBias(out);
    }
  }

  get isRecurrent(): boolean {
    return this.spec.recurrence.iterations > 0;
  }

  withBias(x: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const level = this.fixed.biasLevel;
    return level === 0 ? x : tf.concat([x, tf.fill([x.shape[0], 1], level) as Tensor2D], 1);
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
    for (const part of this.readouts) part?.matrix.dispose();
    this.stream?.dispose();
  }
}
