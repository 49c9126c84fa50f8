/** Where the power dies in each life of a device in QEMU: always inside a flash operation. */
import { checkpointOperations } from "../checkpoint/interval.js";
import type { SlotLayout } from "../checkpoint/layout.js";
import type { FlashShape } from "../devices/flash.js";
import { Random, STREAM_CUTS } from "../devices/random.js";

/** As power/nor_flash.h counts them. */
export const TEARS = ["early", "half", "late"] as const;

export interface LifeCut {
  /** Flash operation of this life, from 0. */
  readonly operation: number;
  /** Index of `TEARS`. */
  readonly tear: number;
}

/** The end of the content, the header, the commit. */
const LAST_OPERATIONS = 4;
/** A confirmation, and the first erases. */
const FIRST_OPERATIONS = 3;

/**
 * Aims `count` cuts, one a life. What breaks a wrong order of writing is a commit torn so that it looks whole, and then a cut in the next erase,
 * so most cuts come as such pairs; the rest fall anywhere.
 */
export class AimedCuts {
  private readonly random: Random;
  private readonly operations: number;
  private left: number;
  private pairOpen = false;

  constructor(count: number, layout: SlotLayout, flash: FlashShape, seed: number) {
    this.random = new Random(seed, STREAM_CUTS);
    const { erases, programs } = checkpointOperations(layout, flash);
    this.operations = erases + programs;
    this.left = count;
  }

  get remaining(): number {
    return this.left;
  }

  /** `checkpointsLeft` is how many the job still writes, if nothing is lost: this life's cut must fall before the last is whole. */
  next(checkpointsLeft: number, restored: boolean): LifeCut | null {
    if (this.left === 0) return null;
    this.left--;
    const { random } = this;
    // After a start the first checkpoint begins with a confirmation. A cut may let one checkpoint pass where there are enough for those to come.
    const confirmation = restored ? 1 : 0;
    const all = this.operations + confirmation;
    const passes = !this.pairOpen && checkpointsLeft > this.left + 2 && random.chance(0.5);
    const from = passes ? all : 0;
    const operations = passes ? this.operations : all;
    const kind = this.pairOpen ? "first" : random.chance(0.6) ? "last" : "any";
    this.pairOpen = kind === "last";
    const at = kind === "first" ? random.below(Math.min(FIRST_OPERATIONS, operations))
      : kind === "last" ? operations - 1 - (random.chance(0.5) ? 0 : random.below(Math.min(LAST_OPERATIONS, operations)))
      : random.below(operations);
    return { operation: from + at, tear: kind === "last" && random.chance(0.7) ? TEARS.indexOf("late") : random.below(TEARS.length) };
  }
}
