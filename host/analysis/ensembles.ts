import type { Activities, LayerActivities } from "./activities.js";

/** A unit belongs to a class's ensemble when it is active in at least half of the class's samples … */
const LEAST_RATE = 0.5;
/** … and in more of them than its rate over all samples explains, by so many standard deviations of a binomial. */
const ABOVE_CHANCE = 4;

/** Units that speak for a class (Tosato et al. 2023: category-specific ensembles). */
export interface Ensembles {
  /** Indices of the units of each class's ensemble. */
  readonly members: readonly (readonly number[])[];
  /** overlap[a][b] = |A ∩ B| / |A ∪ B|; 0 when both are empty. */
  readonly overlap: readonly (readonly number[])[];
  /** Units by the number of ensembles they belong to: sharedBy[0] belong to none. */
  readonly sharedBy: readonly number[];
}

export function ensemblesOf({ units, y }: LayerActivities, { labels, classes }: Activities): Ensembles {
  const counts = new Array<number>(classes).fill(0);
  const active = Array.from({ length: classes }, () => new Uint32Array(units));
  labels.forEach((label, sample) => {
    counts[label] = (counts[label] ?? 0) + 1;
    const own = active[label];
    if (own) for (let unit = 0; unit < units; unit++) if ((y[sample * units + unit] ?? 0) > 0) own[unit] = (own[unit] ?? 0) + 1;
  });
  const total = labels.length;
  const rate = Float64Array.from({ length: units }, (_, unit) => active.reduce((sum, own) => sum + (own[unit] ?? 0), 0) / total);
  const members = active.map((own, label) => {
    const samples = counts[label] ?? 0;
    return Array.from(rate.keys()).filter((unit) => {
      const chance = rate[unit] ?? 0;
      const found = (own[unit] ?? 0) / samples;
      return samples > 0 && found >= LEAST_RATE && found - chance > ABOVE_CHANCE * Math.sqrt((chance * (1 - chance)) / samples);
    });
  });
  const sets = members.map((list) => new Set(list));
  const overlap = sets.map((a) => sets.map((b) => {
    const both = [...a].filter((unit) => b.has(unit)).length;
    const either = a.size + b.size - both;
    return either === 0 ? 0 : both / either;
  }));
  const sharedBy = new Array<number>(classes + 1).fill(0);
  for (let unit = 0; unit < units; unit++) {
    const owners = sets.filter((set) => set.has(unit)).length;
    sharedBy[owners] = (sharedBy[owners] ?? 0) + 1;
  }
  return { members, overlap, sharedBy };
}
