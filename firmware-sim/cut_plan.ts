import type { AimedPower, Load } from "./devices/power.js";
import type { Random } from "./devices/random.js";

/** What a cut is aimed at. */
type Target = "flash" | "compute" | "boot";

interface PlannedCut {
  /** Not before so many samples are trained. */
  readonly samples: number;
  readonly target: Target;
}

/** Random cuts miss the few milliseconds that matter (shared/FINDINGS.md), so most are aimed at flash operations. */
const FLASH_SHARE = 0.75;
const COMPUTE_SHARE = 0.15;
/** Of the cuts at an operation: right before it, and right after. The rest is inside. */
const BEFORE_SHARE = 0.1;
const AFTER_SHARE = 0.1;
/** Pieces of work that a cut in mid-sample may skip; a sample has one of waiting and one of computing at least. */
const MOST_PIECES = 6;
const LEAST_PIECES = 2;
/** The last operations of a checkpoint: end of content, header, commit. */
const LAST_OPERATIONS = 4;

/** So many cuts, spread over the job, each aimed at something. */
export class CutPlan {
  private readonly cuts: PlannedCut[];

  constructor(count: number, private readonly samples: number, private readonly operations: { erases: number; programs: number }, private readonly power: AimedPower, private readonly random: Random) {
    const when = Array.from({ length: count }, () => random.below(samples)).sort((a, b) => a - b);
    this.cuts = when.map((at) => ({ samples: at, target: this.target() })).reverse();
  }

  /** Cuts that have not fallen. */
  get left(): number {
    return this.cuts.length + (this.power.aimed ? 1 : 0);
  }

  beforeBoot(): void {
    if (this.next("boot", Infinity)) this.aim(["boot"], this.random.below(2));
  }

  beforeSample(samples: number): void {
    if (this.next("compute", samples)) this.aim(["compute", "wait"], this.random.below(Math.min(MOST_PIECES, LEAST_PIECES * (this.samples - samples))));
  }

  beforeCheckpoint(samples: number): void {
    if (!this.next("flash", samples)) return;
    const { erases, programs } = this.operations;
    const all = erases + programs;
    const choices = [this.random.below(all), this.random.below(Math.min(erases + 2, all)), all - 1 - this.random.below(Math.min(LAST_OPERATIONS, all))];
    this.aim(["program", "erase"], choices[this.random.below(choices.length)]!);
  }

  /** The job is done, and its last checkpoint stands: what is left can only fall while the device waits. */
  whenDone(): void {
    if (!this.power.aimed && this.cuts.pop()) this.power.aim({ loads: ["wait"], skip: 0, share: this.random.unit() });
  }

  private aim(loads: readonly Load[], skip: number): void {
    const where = this.random.unit();
    const share = where < BEFORE_SHARE ? 0 : where < BEFORE_SHARE + AFTER_SHARE ? 1 : this.random.unit();
    this.power.aim({ loads, skip, share });
  }

  /** Takes the next cut from the plan if it is of this kind and due. */
  private next(target: Target, samples: number): boolean {
    const cut = this.cuts.at(-1);
    if (this.power.aimed || cut?.target !== target || cut.samples > samples) return false;
    this.cuts.pop();
    return true;
  }

  private target(): Target {
    const kind = this.random.unit();
    return kind < FLASH_SHARE ? "flash" : kind < FLASH_SHARE + COMPUTE_SHARE ? "compute" : "boot";
  }
}
