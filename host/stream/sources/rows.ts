/**
 * Rows of numbers to samples, however they were written down: checks every row for its width and its numbers, scales to i16, and follows the time
 * column where there is one. A row that cannot be read is a gap of one sample; a run of rows of another width or rate is another sensor, and the end.
 */
import { MayflyError } from "../../errors.js";
import type { StreamItem } from "../source.js";

export interface Row {
  /** For errors, e.g. "line 17". */
  readonly where: string;
  /** One a channel; NaN for what is no number. */
  readonly values: readonly number[];
  /** As written; null for none. */
  readonly label: string | null;
  /** Seconds; null for none. */
  readonly time: number | null;
  /** Why the row cannot be read at all. */
  readonly fault?: string;
}

export interface RowOptions {
  /** Values are multiplied by it and rounded; default 1. */
  readonly gain?: number;
  /** Samples a second, to check the times by. */
  readonly rate?: number | null;
  /** Names of labels, in their order; others get numbers behind them as they come. Labels that are whole numbers are themselves. */
  readonly labels?: readonly string[];
}

/** So many rows in a row that do not fit are no accident. */
const ANOTHER_SENSOR = 16;
/** Samples of an item, and the longest they wait for each other. */
const BATCH = 64;
const BATCH_MS = 50;
/** Intervals may be off by this share; more is a gap, or another rate. */
const RATE_TOLERANCE = 0.25;
const GAP_INTERVALS = 1.75;

export class RowReader {
  readonly names: string[];
  private samples: number[] = [];
  private labels: number[] = [];
  private labelled = false;
  private flushed = performance.now();
  private otherWidth = 0;
  private otherRate = 0;
  private lastTime: number | null = null;

  constructor(private readonly source: string, private readonly channels: number, private readonly options: RowOptions) {
    this.names = [...(options.labels ?? [])];
  }

  /** What a row comes to: samples when there are enough of them, gaps at once. */
  *take(row: Row): Generator<StreamItem> {
    const fault = row.fault ?? this.widthFault(row) ?? this.valueFault(row);
    if (fault !== null) {
      // It came in its time, though it says nothing.
      this.lastTime = row.time ?? this.lastTime;
      yield* this.flush();
      yield { type: "gap", kind: "bad", samples: 1, reason: `${row.where}: ${fault}` };
      return;
    }
    const missing = this.missingBefore(row);
    if (missing > 0) {
      yield* this.flush();
      yield { type: "gap", kind: "lost", samples: missing, reason: `${row.where}: ${missing === 1 ? "1 sample is" : `${missing} samples are`} missing before it` };
    }
    const { gain = 1 } = this.options;
    for (const value of row.values) this.samples.push(Math.max(-32768, Math.min(32767, Math.round(value * gain))));
    if (row.label !== null) this.labelled = true;
    this.labels.push(row.label === null ? -1 : this.numberOf(row.label));
    if (this.labels.length >= BATCH || performance.now() - this.flushed > BATCH_MS) yield* this.flush();
  }

  /** The samples not given yet. */
  *flush(): Generator<StreamItem> {
    this.flushed = performance.now();
    if (this.labels.length === 0) return;
    yield { type: "samples", samples: Int16Array.from(this.samples), ...(this.labelled && { labels: Int16Array.from(this.labels) }) };
    this.samples = [];
    this.labels = [];
  }

  private widthFault({ values, where }: Row): string | null {
    if (values.length === this.channels) {
      this.otherWidth = 0;
      return null;
    }
    if (++this.otherWidth >= ANOTHER_SENSOR) throw new MayflyError(`${this.source}, ${where}: ${ANOTHER_SENSOR} rows in a row have ${values.length} values in place of ${this.channels}: this is another sensor, so the stream ends here`, 1);
    return `${values.length} values, expected ${this.channels}`;
  }

  private valueFault({ values }: Row): string | null {
    const at = values.findIndex((value) => !Number.isFinite(value));
    return at < 0 ? null : `value ${at + 1} is not a number`;
  }

  /** Samples that the times say are missing. */
  private missingBefore({ time, where }: Row): number {
    const { rate } = this.options;
    const last = this.lastTime;
    if (time === null || !rate) return 0;
    this.lastTime = time;
    if (last === null) return 0;
    const intervals = (time - last) * rate;
    this.otherRate = Math.abs(intervals - 1) > RATE_TOLERANCE ? this.otherRate + 1 : 0;
    if (this.otherRate >= ANOTHER_SENSOR) throw new MayflyError(`${this.source}, ${where}: for ${ANOTHER_SENSOR} rows the times have been ${(time - last).toPrecision(3)} s apart, which is ${(1 / (time - last)).toPrecision(3)} Hz and not the ${rate} Hz of this stream: the stream ends here`, 1);
    return intervals > GAP_INTERVALS ? Math.round(intervals) - 1 : 0;
  }

  private numberOf(label: string): number {
    if (/^[0-9]{1,4}$/.test(label)) return Number(label);
    const known = this.names.indexOf(label);
    return known >= 0 ? known : this.names.push(label) - 1;
  }
}
