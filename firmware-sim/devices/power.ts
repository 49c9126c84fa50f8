import type { Clock } from "./clock.js";
import type { Random } from "./random.js";

/** What the supply feeds: computing, waiting, booting, or a flash operation. */
export type Load = "boot" | "compute" | "wait" | "program" | "erase";

/** The supply. It may die at any moment, and comes back after a while. */
export interface Power {
  /** Feeds `load` for `us` microseconds, or for as long as it lasts: returns the microseconds it lasted. */
  draw(us: number, load: Load): number;
  /** Comes back after a cut: returns the microseconds it was away. */
  restore(): number;
}

/** Thrown out of whatever the device was doing when its supply died. Only the simulation catches it. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";

  constructor(readonly load: Load) {
    super(`power died: ${load}`);
  }
}

const LEAST_US = 1e-3;

/** Clock and supply together: everything the device does goes through `spend`. */
export class Supply {
  constructor(readonly clock: Clock, readonly power: Power) {}

  /** Time passes under a load; throws PowerCut when the supply does not last. `torn` is told what share of the time it lasted. */
  spend(us: number, load: Load, torn?: (share: number) => void): void {
    // Nothing takes no time at all, so that a cut can fall before anything.
    const whole = Math.max(us, LEAST_US);
    const lasted = this.power.draw(whole, load);
    this.clock.advance(Math.min(lasted, whole));
    if (lasted >= whole) return;
    torn?.(lasted / whole);
    throw new PowerCut(load);
  }

  /** The device is off until the supply comes back. */
  restore(): void {
    this.clock.advance(this.power.restore());
  }
}

/** Never dies. */
export class SteadyPower implements Power {
  draw(us: number): number {
    return us;
  }

  restore(): number {
    return 0;
  }
}

/** Where an aimed cut falls: at the n-th draw (from 0) of one of `loads`, after `share` of it: 0 is before, 1 is right after. */
export interface Aim {
  readonly loads: readonly Load[];
  readonly skip: number;
  readonly share: number;
}

/** How long a brown-out lasts. */
const BROWN_OUT_US = 100_000;

/** A good supply with brown-outs where they are aimed: one cut for each `aim`. */
export class AimedPower implements Power {
  private target: Aim | null = null;
  private skip = 0;
  private dieNext = false;

  aim(target: Aim): void {
    this.target = target;
    this.skip = target.skip;
  }

  /** Whether an aimed cut has not fallen yet. */
  get aimed(): boolean {
    return this.target !== null || this.dieNext;
  }

  draw(us: number, load: Load): number {
    if (this.dieNext) return this.die(0);
    if (!this.target?.loads.includes(load) || this.skip-- > 0) return us;
    if (this.target.share < 1) return this.die(us * this.target.share);
    // "Right after": this operation is whole, the next thing the device does is not begun.
    this.dieNext = true;
    return us;
  }

  restore(): number {
    return BROWN_OUT_US;
  }

  private die(us: number): number {
    this.target = null;
    this.dieNext = false;
    return us;
  }
}

export interface Harvest {
  /** Energy between the voltage that starts the device and the one at which it dies. */
  readonly capacitorMilliJoules: number;
  /** What the harvester brings in, on average. */
  readonly incomeMilliWatts: number;
  /** What the device draws under each load. */
  readonly loadMilliWatts: Readonly<Record<Load, number>>;
}

/**
 * A capacitor filled by a harvester. The device starts when it is full and runs until it is empty; the income differs from
 * one charge to the next by up to half.
 */
export class HarvestedPower implements Power {
  private milliJoules: number;
  private incomeMilliWatts: number;

  constructor(private readonly harvest: Harvest, private readonly random: Random) {
    this.milliJoules = harvest.capacitorMilliJoules;
    this.incomeMilliWatts = this.drawIncome();
  }

  draw(us: number, load: Load): number {
    const netMilliWatts = this.harvest.loadMilliWatts[load] - this.incomeMilliWatts;
    const neededMilliJoules = (netMilliWatts * us) / 1e6;
    if (neededMilliJoules > this.milliJoules) {
      const lasted = (this.milliJoules * 1e6) / netMilliWatts;
      this.milliJoules = 0;
      return Math.min(lasted, us * (1 - 1e-9));
    }
    this.milliJoules = Math.min(this.milliJoules - neededMilliJoules, this.harvest.capacitorMilliJoules);
    return us;
  }

  restore(): number {
    this.incomeMilliWatts = this.drawIncome();
    const us = ((this.harvest.capacitorMilliJoules - this.milliJoules) / this.incomeMilliWatts) * 1e6;
    this.milliJoules = this.harvest.capacitorMilliJoules;
    return us;
  }

  private drawIncome(): number {
    return this.harvest.incomeMilliWatts * (0.5 + this.random.unit());
  }
}
