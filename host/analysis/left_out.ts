import type { Ensembles } from "./ensembles.js";
import type { Sparsity } from "./sparsity.js";

/** How a layer represents a class it was never taught (Tosato et al. 2023: unseen categories have ensembles too, made of units of similar ones). */
export interface LeftOut {
  readonly label: number;
  /** Units of its ensemble, and of the taught classes' on average. */
  readonly size: number;
  readonly meanSizeOfOthers: number;
  /** Share of its units that belong to the ensemble of a taught class too; null without an ensemble. */
  readonly shared: number | null;
  /** Taught classes by overlap, the nearest first. */
  readonly nearest: readonly { readonly label: number; readonly overlap: number }[];
  /** Of its samples, and of those of all other classes. */
  readonly active: number;
  readonly activeOfOthers: number;
}

const NEAREST = 3;

export function leftOutOf(label: number, { members, overlap }: Ensembles, byClass: readonly Sparsity[]): LeftOut {
  const others = members.map((_, other) => other).filter((other) => other !== label);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
  const own = members[label] ?? [];
  const taught = new Set(others.flatMap((other) => members[other] ?? []));
  return {
    label, size: own.length, meanSizeOfOthers: mean(others.map((other) => members[other]?.length ?? 0)),
    shared: own.length === 0 ? null : own.filter((unit) => taught.has(unit)).length / own.length,
    nearest: others.map((other) => ({ label: other, overlap: overlap[label]?.[other] ?? 0 })).sort((a, b) => b.overlap - a.overlap).slice(0, NEAREST),
    active: byClass[label]?.active ?? 0, activeOfOthers: mean(others.map((other) => byClass[other]?.active ?? 0)),
  };
}
