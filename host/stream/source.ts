/** Where samples come from. A source is read once, item by item; what goes wrong in it is an item too, so that nothing is lost in silence. */

/** Samples as they came: i16, channels in turn. */
export interface SampleItem {
  readonly type: "samples";
  readonly samples: Int16Array;
  /** A label for each sample, -1 where none is known; left out when the source has none. */
  readonly labels?: Int16Array;
}

/** The signal was interrupted here. */
export interface GapItem {
  readonly type: "gap";
  /** e.g. "line 17: column 2 is not a number". */
  readonly reason: string;
  /** "bad": samples that could not be read; "lost": samples that came too fast or not at all. */
  readonly kind: "bad" | "lost";
  /** Samples that are missing, as far as is known. */
  readonly samples: number;
}

export type StreamItem = SampleItem | GapItem;

export interface Source {
  /** What errors call it. */
  readonly name: string;
  readonly channels: number;
  /** Samples a second of each channel, null when the source does not say. */
  readonly rate: number | null;
  /** Names of the labels, where it has them. */
  readonly labels: readonly string[] | null;
  /** Ends with the source, or when `signal` is aborted. Throws a MayflyError when nothing more can come: a port that vanished, another width or rate. */
  items(signal: AbortSignal): AsyncGenerator<StreamItem, void>;
}
