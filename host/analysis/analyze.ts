import type { Activities } from "./activities.js";
import { type Ensembles, ensemblesOf } from "./ensembles.js";
import { selectivityOf } from "./selectivity.js";
import { type Sparsity, sparsityOf } from "./sparsity.js";

export interface LayerAnalysis {
  /** From 1. */
  readonly layer: number;
  readonly units: number;
  readonly sparsity: Sparsity;
  /** Units that were never active. */
  readonly silent: number;
  readonly ensembles: Ensembles;
  /** Of each unit, 0..1. */
  readonly selectivity: readonly number[];
}

/** What the layers of a network have come to represent (Tosato et al. 2023), from activities over many samples. */
export function analyze(activities: Activities): LayerAnalysis[] {
  return activities.layers.map((layer) => {
    const { units, y } = layer;
    const seen = new Set<number>();
    y.forEach((value, index) => value > 0 && seen.add(index % units));
    return {
      layer: layer.layer + 1, units, sparsity: sparsityOf(layer), silent: units - seen.size, ensembles: ensemblesOf(layer, activities),
      selectivity: Array.from(selectivityOf(layer, activities), (value) => Math.round(value * 1e4) / 1e4),
    };
  });
}
