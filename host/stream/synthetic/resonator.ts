import { cosine, decayOf, sine } from "./noise.js";

/**
 * A mode that rings: y[n] = 2 r cos(ω) y[n−1] − r² y[n−2] + sin(ω) x[n], with r = e^(−damping/rate), ω = 2π frequency / rate. A unit impulse
 * becomes r^(n+1)-decaying sin(ω (n + 1)), of peak about 1.
 */
export class Resonator {
  private a1 = 0;
  private a2 = 0;
  private gain = 0;
  private y1 = 0;
  private y2 = 0;

  /** `frequency` in Hz, `damping` in 1/s. */
  constructor(private readonly rate: number, frequency: number, private readonly damping: number) {
    this.tune(frequency);
  }

  /** Moves the frequency; what rings goes on ringing. */
  tune(frequency: number): void {
    const r = decayOf(this.damping / this.rate);
    this.a1 = 2 * r * cosine(frequency / this.rate);
    this.a2 = -r * r;
    this.gain = sine(frequency / this.rate);
  }

  next(x: number): number {
    const y = this.a1 * this.y1 + this.a2 * this.y2 + this.gain * x;
    this.y2 = this.y1;
    this.y1 = y;
    return y;
  }
}
