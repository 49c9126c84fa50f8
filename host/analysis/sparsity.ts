import type { LayerActivities } from "./activities.js";

export interface Sparsity {
  /** Mean share of units with activity above 0. */
  readonly active: number;
  /** Mean of (√n − Σ|y| / √Σy²) / (√n − 1), Hoyer's measure: 0 = all alike, 1 = one unit only. Samples without activity do not count. */
  readonly hoyer: number;
}

/** How few units of a layer speak at a time (Tosato et al. 2023 find FF layers sparse). */
export function sparsityOf({ units, y }: LayerActivities): Sparsity {
  const samples = y.length / units;
  let active = 0;
  let hoyer = 0;
  let silent = 0;
  for (let sample = 0; sample < samples; sample++) {
    let sum = 0;
    let squares = 0;
    for (const value of y.subarray(sample * units, (sample + 1) * units)) {
      if (value > 0) active++;
      sum += value;
      squares += value * value;
    }
    if (squares === 0) silent++;
    else if (units > 1) hoyer += (Math.sqrt(units) - sum / Math.sqrt(squares)) / (Math.sqrt(units) - 1);
  }
  return { active: active / y.length, hoyer: samples > silent ? hoyer / (samples - silent) : 0 };
}
