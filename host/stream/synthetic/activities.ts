/** A 3-axis accelerometer on a person: docs/streams.md, "activities". */
import { cosine, Noise, sine, toI16 } from "./noise.js";
import type { SyntheticSignal } from "./signal.js";
import { Wander } from "./wander.js";

export interface ActivityOptions {
  seed?: number;
  /** Who it is: 0 (default) is the average person; any other number is the seed of a person's pace, strength, gait and of how the sensor sits. */
  person?: number;
  /** Labels to come up, e.g. [0, 1]; default all. */
  only?: readonly number[];
  /** Shortest and longest bout of one activity, seconds; default 5 and 15. */
  bout?: readonly [number, number];
}

export const ACTIVITY_RATE = 50;
export const ACTIVITY_LABELS = ["still", "walk", "run", "stairs up", "stairs down", "cycle"] as const;
/** 1 g in integers: a sensor of ±4 g. */
const LSB_PER_G = 8192;

/** One activity of the average person: steps a second, and for each axis (up, forward, sideways) amplitudes in g of harmonics 1, 2, 3 of the step; sideways moves at half the step rate. */
interface Gait {
  readonly pace: number;
  readonly up: readonly number[];
  readonly forward: readonly number[];
  readonly sideways: readonly number[];
  /** Heel strike: peak in g of a short pulse at each step, upward. */
  readonly strike: number;
  readonly noise: number;
  /** Lean forward, turns. */
  readonly lean: number;
}

const GAITS: readonly Gait[] = [
  { pace: 0.28, up: [0.008], forward: [0.006], sideways: [0.006], strike: 0, noise: 0.012, lean: 0 },
  { pace: 1.85, up: [0.24, 0.08, 0.03], forward: [0.14, 0.06, 0.02], sideways: [0.1, 0.03], strike: 0.18, noise: 0.04, lean: 0.012 },
  { pace: 2.7, up: [0.75, 0.22, 0.08], forward: [0.3, 0.12, 0.05], sideways: [0.18, 0.06], strike: 0.65, noise: 0.09, lean: 0.03 },
  { pace: 1.55, up: [0.21, 0.1, 0.02], forward: [0.17, 0.03, 0.02], sideways: [0.13, 0.03], strike: 0.09, noise: 0.04, lean: 0.035 },
  { pace: 1.8, up: [0.3, 0.07, 0.07], forward: [0.11, 0.08, 0.03], sideways: [0.1, 0.05], strike: 0.36, noise: 0.05, lean: -0.008 },
  { pace: 1.35, up: [0.05, 0.05, 0.02], forward: [0.12, 0.02], sideways: [0.15, 0.02], strike: 0, noise: 0.07, lean: 0.07 },
];

/** Accelerometer on a belt, three channels, for ever; labels of six activities. */
export function activities(options: ActivityOptions = {}): SyntheticSignal {
  const { seed = 1, person = 0, only, bout = [5, 15] } = options;
  const rate = ACTIVITY_RATE;
  const who = new Noise(person, 16);
  const vary = (share: number): number => (person === 0 ? 1 : 1 + who.between(-share, share));
  const pace = vary(0.14), strength = vary(0.3), hardness = vary(0.5), skew = vary(0.25) - 1;
  const phases = Array.from({ length: 9 }, (_, index) => ((index * 5) % 9) / 9 + 0.12 * (vary(1) - 1));
  const [roll, pitch] = [0.05 * (vary(1) - 1), 0.05 * (vary(1) - 1)];
  const noise = new Noise(seed, 17), chance = new Noise(seed, 18);
  const hurry = new Wander(new Noise(seed, 19), rate, 0.06, [1, 4], 0.7);
  const effort = new Wander(new Noise(seed, 20), rate, 0.15, [1, 5], 0.8);
  const labels = (only ?? ACTIVITY_LABELS.map((_, index) => index)).filter((label) => label in GAITS);
  let label = labels[0] ?? 0, left = 0, step = 0;

  const wave = (amplitudes: readonly number[], first: number, turns: number): number => {
    let sum = 0;
    for (const [index, amplitude] of amplitudes.entries()) sum += amplitude * sine((index + 1) * turns + phases[first + index]!);
    return sum;
  };

  return {
    name: "activities",
    rate,
    channels: 3,
    labels: ACTIVITY_LABELS,
    next(into, at) {
      if (left-- <= 0) {
        label = labels.length < 2 ? label : labels[chance.choice(labels.length)]!;
        left = Math.floor(chance.between(bout[0], bout[1]) * rate);
      }
      const gait = GAITS[label]!;
      step = (step + (gait.pace * pace * hurry.next()) / rate) % 2;
      const force = strength * effort.next();
      // Left and right differ: every other step is stronger.
      const side = force * (1 + (step < 1 ? skew : -skew));
      const since = step % 1;
      const strike = since < 0.16 ? gait.strike * hardness * sine(since / 0.32) : 0;
      const up = 1 + side * (wave(gait.up, 0, step) + strike) + gait.noise * noise.normal();
      const forward = side * wave(gait.forward, 3, step) + gait.noise * noise.normal();
      const sideways = force * wave(gait.sideways, 6, step / 2) + gait.noise * noise.normal();
      // The sensor leans with the body, and sits a little askew.
      const [sl, cl] = [sine(gait.lean + pitch), cosine(gait.lean + pitch)];
      const [sr, cr] = [sine(roll), cosine(roll)];
      const x = cl * forward + sl * up;
      const z = cl * up - sl * forward;
      into[at] = toI16(x * LSB_PER_G);
      into[at + 1] = toI16((cr * sideways + sr * z) * LSB_PER_G);
      into[at + 2] = toI16((cr * z - sr * sideways) * LSB_PER_G);
      return label;
    },
  };
}
