import type { Shape } from "../data/shape.js";
import type { OpenedDataset } from "../data/open.js";
import type { Network, NetworkOptions } from "../engine/network.js";
import type { NetworkSpecInput } from "../spec/network_spec.js";

/**
 * small: ends in minutes. target: the net whose error was asked for. paper: the paper's own size, for those who have the hours.
 */
export type Scale = "small" | "target" | "paper";

/** Of a run's backpropagation twin. */
export interface TwinRecipe {
  /** Adam's, constant for half of the run, then falling to 0. */
  readonly rate: number;
  readonly batch: number;
  /** The figure in the paper. */
  readonly published?: string;
}

/** A training run with a name: what it trains on, how long, and what others got. */
export interface Variant {
  readonly name: string;
  readonly scale: Scale;
  /** What makes it different from the others, in a line. */
  readonly about: string;
  readonly epochs: number;
  /** Share of the run at the full learning rate. */
  readonly hold?: number;
  /** Test error in percent that was asked of it. */
  readonly asked?: number;
  /** The figure in the paper, or others' of the same system, with its conditions. */
  readonly published?: string;
  /** The network, for data of a shape; without schedule and seed. */
  spec(input: Shape, classes: number): NetworkSpecInput;
  /** Train the same layers by backpropagation of the cross-entropy as well, in float (tfjs), and report both. */
  readonly twin?: TwinRecipe;
  /** What a network of kind box needs from its host. */
  readonly options?: NetworkOptions;
}

/** What an experiment with a loop of its own reports, one row for each thing measured. */
export interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** For people: a text that was generated, a remark. */
  readonly note?: string;
}

/** What a loop of its own works with. */
export interface Laboratory {
  readonly data: OpenedDataset;
  readonly seed: number;
  readonly scale: Scale;
  readonly signal: AbortSignal;
  /** Trains a network over the training set, with the usual order, and says how far it is. */
  train(name: string, network: Network, epochs: number): Promise<void>;
  say(line: string): void;
}

/** One of the papers' systems, by name. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** Paper and section. */
  readonly source: string;
  /** What it shows, for someone who has not read the paper. */
  readonly about: string;
  /** The data set's name, or what the user must give with --data. */
  readonly dataset: string | { readonly needs: string };
  /** The only shape of frames it makes sense for, and why. */
  readonly frames?: { readonly shape: Shape; readonly why: string };
  readonly variants: readonly Variant[];
  /** Measured beside the runs, or in place of them. */
  readonly measure?: (laboratory: Laboratory) => Promise<Measurement[]>;
}
