/** A made signal: integer samples at a rate, and what was true at each. */
export interface SyntheticSignal {
  readonly name: string;
  /** Samples a second, of each channel. */
  readonly rate: number;
  readonly channels: number;
  /** Names of the labels. */
  readonly labels: readonly string[];
  /** Writes the next sample, i16 [channels], to `into` from `at` on; returns its label. There is always a next one. */
  next(into: Int16Array, at: number): number;
}

/** A piece of a signal: i16 [count][channels], and a label for each of `count` samples. */
export interface Recording {
  readonly samples: Int16Array;
  readonly labels: Uint8Array;
}

/** The next `count` samples of a signal. */
export function record(signal: SyntheticSignal, count: number): Recording {
  const samples = new Int16Array(count * signal.channels);
  const labels = Uint8Array.from({ length: count }, (_, index) => signal.next(samples, index * signal.channels));
  return { samples, labels };
}
