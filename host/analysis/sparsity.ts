import type { LayerActivities } from "./activities.js";

export interface Sparsity {
  /** Mean share of units with activity above 0. */
  readonly active: number;
  /** Mean of (√n − Σ|y| / √Σy²) / (√n − 1), Hoyer's measure, that of Tosato et al. 2023: 0 = all alike, 1 = one unit only. Samples without activity do not count. */
  readonly hoyer: number;
}

/** How few units of a layer speak at a time (Tosato et al. 2023 find FF layers sparse), over all samples or those of `rows`. */
export function sparsityOf({ units, y }: LayerActivities, rows: Iterable<number> = Array(y.length / units).keys()): Sparsity {
  let active = 0;
  let hoyer = 0;
  let silent = 0;
  let samples = 0;
  for (const row of rows) {
    let sum = 0;
    let squares = 0;
    for (let at = row * units; at < (row + 1) * units; at++) {
      const value = y[at] ?? 0;
      if (value > 0) active++;
      sum += value;
      squares += value * value;
    }
    samples++;
    if (squares === 0) silent++;
    else if (units > 1) hoyer += (Math.sqrt(units) - sum / Math.sqrt(squares)) / (Math.sqrt(units) - 1);
  }
  return { active: samples > 0 ? active / (samples * units) : 0, hoyer: samples > silent ? hoyer / (samples - silent) : 0 };
}

/** The same for the samples of each class; both 0 for a class without samples. */
export function sparsityByClass(layer: LayerActivities, labels: Uint8Array, classes: number): Sparsity[] {
  const rows = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, sample) => rows[label]?.push(sample));
  return rows.map((own) => sparsityOf(layer, own));
}
