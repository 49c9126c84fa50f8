/** A network on a stream: samples in, tested, judged, learned from, and everything counted. The same loop a device would run. */
import type { StreamCounters } from "../engine/front_end.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { knowsLabels } from "../spec/network_spec.js";
import { Prequential, type PrequentialSummary, type Tested } from "./prequential.js";
import type { Source, StreamItem } from "./source.js";

export interface SessionOptions {
  /** Whether frames are learned from; default true. */
  train?: boolean;
  /** Frames to learn from, the threshold included; after them the network only tests. Default: all. */
  trainFor?: number;
  /** How a class is predicted; default: by goodness. */
  by?: "goodness" | "readout";
  /** Frames of the sliding window of the evaluation; default 200. */
  recent?: number;
}

/** What came of a frame. */
export interface FrameEvent extends Tested {
  readonly learned: boolean;
}

/** What was missing or wrong in the stream, counted. */
export interface Losses {
  /** Interruptions, and samples that could not be read, were lost in the queue or never came. */
  gaps: number;
  badSamples: number;
  lostSamples: number;
  /** Samples whose label is none of the network's: tested as unknown, not learned from. */
  unknownLabels: number;
  /** Frames over a change of label: tested as unknown and, by networks that learn labels, not learned from. */
  mixedFrames: number;
  /** Frames that a network that learns labels could not learn from, for they had none. */
  unlabelledFrames: number;
  /** Why there was a gap, the last time. */
  lastReason: string | null;
}

/** What a session has seen so far; `threshold` is the score below which a frame is an alarm, null for networks without one. */
export interface SessionSummary extends PrequentialSummary {
  readonly trained: number;
  readonly losses: Losses;
  readonly front: StreamCounters;
  readonly threshold: number | null;
}

/**
 * ```ts
 * const source = await openStream("synthetic:bearings,fault=inner,onset=150", { seconds: 210 });
 * const session = new StreamSession(network, { trainFor: 4000 });
 * for await (const item of source.items(new AbortController().signal)) for (const { alarm } of session.take(item)) if (alarm) sound();
 * console.log(session.summary());
 * ```
 */
export class StreamSession {
  readonly losses: Losses = { gaps: 0, badSamples: 0, lostSamples: 0, unknownLabels: 0, mixedFrames: 0, unlabelledFrames: 0, lastReason: null };
  private readonly prequential: Prequential;
  private readonly learnsLabels: boolean;
  private readonly judges: boolean;
  /** Samples that a frame looks at. */
  private readonly span: number;
  private label = -1;
  private sinceChange = 0;
  private trained = 0;

  constructor(readonly network: Network, private readonly options: SessionOptions = {}) {
    const { spec } = network;
    if (!spec.stream) throw new MayflyError("this network takes frames, not samples: it has no front end (stream)", 1);
    if (options.by === "readout" && spec.readout.from === null) throw new MayflyError("this network has no readout: predict by goodness", 1);
    this.learnsLabels = knowsLabels(spec);
    this.judges = !this.learnsLabels;
    this.span = spec.stream.window + (spec.stream.frames - 1) * spec.stream.hop;
    this.prequential = new Prequential(options.recent, this.judges);
  }

  /** Refuses a source that this network cannot take samples from. */
  static check({ spec }: Network, source: Pick<Source, "name" | "channels">): void {
    const wanted = spec.stream?.channels;
    if (wanted !== undefined && source.channels !== wanted) throw new MayflyError(`${source.name} has ${source.channels} channel${source.channels === 1 ? "" : "s"}, this network takes ${wanted}`, 1);
  }

  /** Takes an item of a source; gives an event for each frame that it completes. Throws, with the network as it was, for samples that are none. */
  *take(item: StreamItem): Generator<FrameEvent> {
    if (item.type === "gap") return this.gap(item);
    const { channels } = this.network.spec.stream!;
    const { samples, labels } = item;
    // Labels change at any sample; the engine is given those between two changes at once.
    let at = 0;
    while (at < samples.length) {
      const label = labels?.[at / channels] ?? -1;
      let end = at + channels;
      while (labels ? end < samples.length && labels[end / channels] === label : end < samples.length) end += labels ? channels : samples.length - end;
      this.follow(label);
      yield* this.push(samples.subarray(at, end));
      at = end;
    }
  }

  private follow(label: number): void {
    const known = label >= 0 && (this.judges || label < this.network.spec.classes) ? label : -1;
    if (known !== this.label) this.sinceChange = 0;
    this.label = known;
    this.unknown = label >= 0 && known < 0;
  }
  private unknown = false;

  private *push(samples: Int16Array): Generator<FrameEvent> {
    const { network } = this;
    const { channels } = network.spec.stream!;
    for (let at = 0; at < samples.length; ) {
      const { taken, event } = network.push(samples, at);
      at += taken;
      this.sinceChange += taken / channels;
      if (this.unknown) this.losses.unknownLabels += taken / channels;
      if (event === "frame") yield this.frame();
    }
  }

  private gap({ kind, reason, samples }: Extract<StreamItem, { type: "gap" }>): void {
    this.network.gap();
    this.sinceChange = 0;
    this.losses.gaps++;
    this.losses[kind === "bad" ? "badSamples" : "lostSamples"] += samples;
    this.losses.lastReason = reason;
  }

  /** Test, then train. */
  private frame(): FrameEvent {
    const { network, options, learnsLabels } = this;
    const frame = network.frame.slice();
    const { by = "goodness", train = true, trainFor = Infinity } = options;
    const learns = train && this.trained < trainFor;
    const readout = by === "readout" && learnsLabels ? network.predict(frame, "readout") : null;
    const byGoodness = network.predict(frame, "goodness");
    const score = (learnsLabels ? Math.max(...network.scores) : network.scores[0]!) / 256;
    const alarm = network.spec.stream!.falseAlarms > 0 ? network.alarm(learns) : null;
    const whole = this.sinceChange >= this.span;
    if (!whole && this.label >= 0) this.losses.mixedFrames++;
    const label = whole && this.label >= 0 ? this.label : null;
    if (label === null && learnsLabels && this.label < 0 && learns) this.losses.unlabelledFrames++;
    const learned = learns && (!learnsLabels || label !== null);
    if (learned) {
      network.train(frame, learnsLabels ? label! : 0);
      this.trained++;
    }
    const tested = { score, predicted: learnsLabels ? readout ?? byGoodness : null, label, alarm };
    this.prequential.add(tested);
    return { ...tested, learned };
  }

  summary(): SessionSummary {
    const { network } = this;
    return {
      ...this.prequential.summary(),
      trained: this.trained,
      losses: { ...this.losses },
      front: network.streamCounters,
      threshold: network.spec.stream!.falseAlarms > 0 ? network.alarmThreshold / 256 : null,
    };
  }
}
