/** A lane is a layer's own course through the samples: single pass, pair of passes, next sample. What one lane waits for another gives. */
import { hasTwoFrames, type NetworkSpec } from "../spec/network_spec.js";
import type { Pass } from "./staged_network.js";

/** The passes that a training step of a network makes through its layers, in order. */
export function passesOf({ objective, readout }: NetworkSpec): readonly Pass[] {
  if (objective === "classwise") return ["single"];
  return readout.from === null ? ["pair"] : ["single", "pair"];
}

/** Who draws the negative's label: "top", where the readout's logits are complete; "bottom", where it is needed; null where there is none to draw. */
export function drawsNegative({ objective, negatives }: NetworkSpec): "top" | "bottom" | null {
  if (objective === "classwise" || hasTwoFrames(negatives)) return null;
  return negatives === "hard" ? "top" : "bottom";
}

/** Why the layers of a network cannot train in several threads; null when they can. */
export function whyNotPipelined({ layers, recurrence }: NetworkSpec): string | null {
  if (recurrence.iterations > 0) return "the layers of a recurrent network wait for those above them in every iteration";
  if (layers.some(({ kind }) => kind === "box")) return "what a box computes only the thread knows that was given it";
  if (layers.some(({ bandRows }) => bandRows > 0)) return "a map in bands makes the next layer's input while it works on its own";
  return null;
}

/** Why a network cannot predict in several threads; null when it can. */
export function whyNotShared({ layers, recurrence }: NetworkSpec): string | null {
  if (recurrence.stream) return "a network of streams carries its state from each sample to the next";
  if (layers.some(({ kind }) => kind === "box")) return "what a box computes only the thread knows that was given it";
  return null;
}

export interface Lane {
  readonly layer: number;
  /** The sample under way or next, from 0. */
  sample: number;
  /** Index of its next pass. */
  pass: number;
}

/** How the layers of a network are divided between threads. */
export interface Division {
  /** The thread of every layer. */
  readonly owners: readonly number[];
  /**
   * Of every thread its round, which it repeats: a list of its layers, each once for every pass, that says whose next stage comes next. Behind a start in
   * which every layer has its first pass. Null: whichever stage is ready, by `comesBefore`.
   */
  readonly rounds: readonly (readonly number[])[] | null;
}

/** The lanes of a thread in the order of its round; gives the one whose turn it is, ready or not. */
export class Turns {
  private at: number;

  constructor(private readonly lanes: readonly Lane[], private readonly round: readonly number[], private readonly count: number) {
    this.at = -lanes.length;
  }

  /** Null when all is done. */
  next(): Lane | null {
    for (let looked = 0; looked < this.round.length + this.lanes.length; looked++) {
      const lane = this.at < 0 ? this.lanes[this.lanes.length + this.at]! : this.lanes.find(({ layer }) => layer === this.round[this.at])!;
      if (lane.sample < this.count) return lane;
      this.done();
    }
    return null;
  }

  /** The lane whose turn it was has had it. */
  done(): void {
    this.at = this.at + 1 === this.round.length ? 0 : this.at + 1;
  }
}

/** Of two lanes with something to do, the one whose sample is older goes first, then the earlier pass, then the lower layer: what others wait for longest. */
export function comesBefore(a: Lane, b: Lane): boolean {
  if (a.sample !== b.sample) return a.sample < b.sample;
  return a.pass !== b.pass ? a.pass < b.pass : a.layer < b.layer;
}
