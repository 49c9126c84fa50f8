/** Scales real values to u8, each column by its own lowest and highest value in the training file. */

/** Plain JSON: keep it beside a trained network, its inputs need the same scaling. */
export interface MinMaxScaler {
  kind: "minmax";
  /** Lowest value of each column. */
  low: number[];
  /** Highest value of each column. */
  high: number[];
}

export function emptyMinMax(columns: number): MinMaxScaler {
  return { kind: "minmax", low: new Array<number>(columns).fill(Infinity), high: new Array<number>(columns).fill(-Infinity) };
}

/** Widens the ranges to hold one more sample. */
export function extendMinMax(scaler: MinMaxScaler, values: ArrayLike<number>): void {
  for (let column = 0; column < values.length; column++) {
    scaler.low[column] = Math.min(scaler.low[column]!, values[column]!);
    scaler.high[column] = Math.max(scaler.high[column]!, values[column]!);
  }
}

/** low → 0, high → 255, rounded to nearest, halves up; values outside the range saturate, a constant column is 0. */
export function applyMinMax(scaler: MinMaxScaler, values: ArrayLike<number>, bytes: Uint8Array): void {
  for (let column = 0; column < values.length; column++) {
    const low = scaler.low[column]!;
    const range = scaler.high[column]! - low;
    const scaled = range > 0 ? Math.floor(((values[column]! - low) / range) * 255 + 0.5) : 0;
    bytes[column] = Math.min(255, Math.max(0, scaled));
  }
}
