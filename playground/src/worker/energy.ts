import { AimedPower, type Load } from "../../../firmware-sim/devices/power.js";

/** A supply with aimed cuts that also counts what was drawn from it. */
export class MeteredPower extends AimedPower {
  milliJoules = 0;

  constructor(private readonly loadMilliWatts: Readonly<Record<Load, number>>) {
    super();
  }

  override draw(us: number, load: Load): number {
    const lasted = super.draw(us, load);
    this.milliJoules += (Math.min(lasted, us) * this.loadMilliWatts[load]) / 1e6;
    return lasted;
  }
}
