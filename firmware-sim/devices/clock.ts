/** Time as the device sees it. It goes on only when the simulation says so. */
export interface Clock {
  /** Microseconds since the simulation began. */
  readonly nowUs: number;
  advance(us: number): void;
}

export class SimulatedClock implements Clock {
  private us = 0;

  get nowUs(): number {
    return this.us;
  }

  advance(us: number): void {
    if (!(us >= 0)) throw new RangeError(`the clock cannot go by ${us} µs`);
    this.us += us;
  }
}
