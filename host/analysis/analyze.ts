import type { Activities } from "./activities.js";
import { type Ensembles, ensemblesOf } from "./ensembles.js";
import { type LeftOut, leftOutOf } from "./left_out.js";
import { selectivityOf } from "./selectivity.js";
import { type Sparsity, sparsityByClass, sparsityOf } from "./sparsity.js";

export interface LayerAnalysis {
  /** From 1. */
  readonly layer: number;
  readonly units: number;
  readonly sparsity: Sparsity;
  /** Of the samples of each class. */
  readonly sparsityByClass: readonly Sparsity[];
  /** Units that were never active. */
  readonly silent: number;
  readonly ensembles: Ensembles;
  /** Of each unit, 0..1. */
  readonly selectivity: readonly number[];
  /** Of the class that was left out of training, if one was. */
  readonly leftOut: LeftOut | null;
  /** Of a recurrent network: sparsity after its start (0) and each iteration; the rest is of the last. Empty in all others. */
  readonly iterations: readonly (Sparsity & { readonly iteration: number })[];
}

/** What the layers of a network have come to represent (Tosato et al. 2023), from activities over many samples. `leftOut`: the class it was not taught. */
export function analyze(activities: Activities, leftOut: number | null = null): LayerAnalysis[] {
  const { labels, classes } = activities;
  return activities.layers.map((layer, index) => {
    const { units, y } = layer;
    const seen = new Uint8Array(units);
    for (let at = 0; at < y.length; at++) if (y[at]! > 0) seen[at % units] = 1;
    const ensembles = ensemblesOf(layer, activities);
    const byClass = sparsityByClass(layer, labels, classes);
    return {
      layer: layer.layer + 1, units, sparsity: sparsityOf(layer), sparsityByClass: byClass, silent: seen.filter((each) => each === 0).length, ensembles,
      selectivity: Array.from(selectivityOf(layer, activities), (value) => Math.round(value * 1e4) / 1e4),
      leftOut: leftOut === null ? null : leftOutOf(leftOut, ensembles, byClass),
      iterations: (activities.iterations ?? []).map(({ iteration, layers }) => ({ iteration, ...sparsityOf(layers[index]!) })),
    };
  });
}

/** A layer in a line of figures. */
export interface LayerSummary {
  readonly layer: number;
  readonly units: number;
  readonly active: number;
  readonly hoyer: number;
  readonly silent: number;
  /** Units of an ensemble, on average over the classes. */
  readonly ensembleSize: number;
  /** Mean overlap of two ensembles. */
  readonly overlap: number;
  /** Shares of the units that belong to one ensemble, and to several. */
  readonly inOne: number;
  readonly inSeveral: number;
  readonly selectivity: number;
}

export function summaryOf({ layer, units, sparsity, silent, ensembles, selectivity }: LayerAnalysis): LayerSummary {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
  return {
    layer, units, active: sparsity.active, hoyer: sparsity.hoyer, silent, ensembleSize: mean(ensembles.members.map((members) => members.length)),
    overlap: mean(ensembles.overlap.flatMap((row, a) => row.filter((_, b) => b > a))),
    inOne: (ensembles.sharedBy[1] ?? 0) / units, inSeveral: ensembles.sharedBy.slice(2).reduce((sum, value) => sum + value, 0) / units, selectivity: mean(selectivity),
  };
}
