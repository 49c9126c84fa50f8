/**
 * Prequential evaluation: every frame is first a test and then a lesson (Dawid 1984; Gama, Sebastião and Rodrigues 2013), so that a stream needs no
 * test set. Everything is kept over the whole stream and over a sliding window of the last frames.
 */

import { auroc as areaUnderRoc } from "../field/metrics.js";

/** The mean of the last `size` values, and of all. */
export class Running {
  private readonly recent: Float64Array;
  private sum = 0;
  private recentSum = 0;
  count = 0;

  constructor(size: number) {
    this.recent = new Float64Array(size);
  }

  add(value: number): void {
    const at = this.count % this.recent.length;
    if (this.count >= this.recent.length) this.recentSum -= this.recent[at]!;
    this.recent[at] = value;
    this.recentSum += value;
    this.sum += value;
    this.count++;
  }

  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }

  get recentMean(): number | null {
    return this.count === 0 ? null : this.recentSum / Math.min(this.count, this.recent.length);
  }
}

export interface Tested {
  /** Score of the prediction: goodness of the best class, or of the frame. */
  readonly score: number;
  /** The predicted class; null for networks that know no labels. */
  readonly predicted: number | null;
  /** What was true of the whole frame; null when that is not known, or changed within it. */
  readonly label: number | null;
  /** null without a threshold. */
  readonly alarm: boolean | null;
}

export interface PrequentialSummary {
  /** Frames tested. */
  readonly frames: number;
  /** Percent wrong of the frames whose label is known, in all and of the last ones. Null where there is nothing to be wrong. */
  readonly error: number | null;
  readonly recentError: number | null;
  readonly labelled: number;
  readonly score: number | null;
  readonly recentScore: number | null;
  /** Of networks with a threshold. Alarms, and their shares (0 to 1, null where nothing was counted): of all frames, of the last ones, of frames with label 0 (false), of the others (detected). */
  readonly alarms: number;
  readonly alarmRate: number | null;
  readonly recentAlarmRate: number | null;
  readonly falseAlarmRate: number | null;
  readonly detectionRate: number | null;
  /** Area under the ROC curve of low scores for labels other than 0, of up to 20,000 frames of each kind; null without both kinds. */
  readonly auroc: number | null;
  /** Frames from the first whose label is not 0 to the first alarm from there on. */
  readonly detectionDelay: number | null;
}

/** Scores kept of each kind. */
const MOST_SCORES = 20_000;

/** Counts what came of tests: `Tested` in, a `PrequentialSummary` out. A `StreamSession` keeps one. */
export class Prequential {
  private readonly errors: Running;
  private readonly scores: Running;
  private readonly alarms: Running;
  private readonly falseAlarms = new Running(1);
  private readonly detected = new Running(1);
  private readonly normal: number[] = [];
  private readonly other: number[] = [];
  private onset: number | null = null;
  private delay: number | null = null;

  /** `recent`: frames of the sliding window. `judges`: label 0 is normal, and the network's alarms are to tell it from the others. */
  constructor(readonly recent = 200, private readonly judges = false) {
    this.errors = new Running(recent);
    this.scores = new Running(recent);
    this.alarms = new Running(recent);
  }

  add({ score, predicted, label, alarm }: Tested): void {
    const frame = this.scores.count;
    this.scores.add(score);
    if (predicted !== null && label !== null) this.errors.add(predicted === label ? 0 : 100);
    if (alarm !== null) this.alarms.add(alarm ? 1 : 0);
    if (!this.judges || label === null) return;
    const kept = label === 0 ? this.normal : this.other;
    if (kept.length < MOST_SCORES) kept.push(score);
    if (alarm !== null) (label === 0 ? this.falseAlarms : this.detected).add(alarm ? 1 : 0);
    if (label !== 0) this.onset ??= frame;
    if (this.onset !== null && alarm && this.delay === null && label !== 0) this.delay = frame - this.onset;
  }

  summary(): PrequentialSummary {
    return {
      frames: this.scores.count,
      error: this.errors.mean,
      recentError: this.errors.recentMean,
      labelled: this.errors.count,
      score: this.scores.mean,
      recentScore: this.scores.recentMean,
      alarms: Math.round((this.alarms.mean ?? 0) * this.alarms.count),
      alarmRate: this.alarms.mean,
      recentAlarmRate: this.alarms.recentMean,
      falseAlarmRate: this.falseAlarms.mean,
      detectionRate: this.detected.mean,
      auroc: auroc(this.other, this.normal),
      detectionDelay: this.delay,
    };
  }
}

/** The share of pairs in which a `low` value is below a `high` one, ties counting half; null without both. */
export function auroc(low: readonly number[], high: readonly number[]): number | null {
  return low.length === 0 || high.length === 0 ? null : areaUnderRoc(low, high);
}
