/** Vibration of a machine's bearing housing, with faults of the bearing: docs/streams.md, "bearings". */
import { Noise, sine, toI16 } from "./noise.js";
import { Resonator } from "./resonator.js";
import type { SyntheticSignal } from "./signal.js";
import { Wander } from "./wander.js";

export type BearingFault = "none" | "outer" | "inner" | "ball";

export interface BearingOptions {
  seed?: number;
  /** Seed of what this machine is like: amplitudes, phases, modes. Default: `seed`. */
  machine?: number;
  fault?: BearingFault;
  /** Seconds until the fault begins; default 0. */
  onset?: number;
  /** Peak of a fault's impulse, in units of 1 g at nominal load; default 0.4. */
  severity?: number;
  /** Seconds over which a fault grows to its severity; default 0: at once. */
  growth?: number;
  /** Nominal speed of the shaft, Hz; default 25. */
  speed?: number;
  /** Speed and load wander by these shares around nominal; defaults 0.12 and 0.5. */
  speedSpread?: number;
  loadSpread?: number;
  /** Harmless shocks a second (a door, a dropped part), on average; default 0.5. */
  shocks?: number;
  /** Slow change that is no fault: gear and noise grow by this share over `driftSeconds`; defaults 0 and 600. */
  drift?: number;
  driftSeconds?: number;
}

export const BEARING_RATE = 8000;
export const BEARING_LABELS = ["normal", "outer", "inner", "ball"] as const;
/** 1 g in integers: a sensor of ±8 g. */
const LSB_PER_G = 4096;

/** The bearing: balls, ratio of ball to pitch diameter; contact angle 0. */
const BALLS = 9;
const RATIO = 0.28;
/** Turns of the cage, passes of a ball over a point of the outer and the inner race, and hits of a point of a ball on both races, for each turn of the shaft. */
const CAGE = 0.5 * (1 - RATIO);
const OUTER = BALLS * CAGE;
const INNER = (BALLS / 2) * (1 + RATIO);
const BALL = (1 / RATIO) * (1 - RATIO * RATIO);

/** Balls slip: each interval between two impulses is off by up to this share. */
const SLIP = 0.02;
const TEETH = 23;
const HARMONICS = [0.06, 0.035, 0.02, 0.012];
const HOUSING_DAMPING = 700;
const FRAME_DAMPING = 260;

/** What of a fault's impulse arrives: all of it at the outer race, which stands in the load zone; with the shaft at the inner race; with the cage at a ball. */
function arriving(fault: BearingFault, shaft: number, cage: number): number {
  if (fault === "inner") return 0.7 * (1 + 0.6 * sine(shaft));
  if (fault === "ball") return 0.95 * (1 + 0.4 * sine(cage));
  return 1;
}

const RATIOS: Readonly<Record<BearingFault, number>> = { none: 0, outer: OUTER, inner: INNER, ball: BALL };

/** Vibration of a bearing housing, for ever: `record(bearings({ fault: "inner" }), 8000)` takes a second of it. */
export function bearings(options: BearingOptions = {}): SyntheticSignal {
  const { seed = 1, machine = seed, fault = "none", onset = 0, severity = 0.4, growth = 0, speed = 25, speedSpread = 0.12, loadSpread = 0.5, shocks = 0.5, drift = 0, driftSeconds = 600 } = options;
  const rate = BEARING_RATE;
  const about = new Noise(machine, 0);
  const harmonics = HARMONICS.map((amplitude) => ({ amplitude: amplitude * about.between(0.7, 1.3), phase: about.uniform() }));
  const housing = new Resonator(rate, about.between(2500, 2800), HOUSING_DAMPING);
  const frame = new Resonator(rate, about.between(800, 1000), FRAME_DAMPING);
  const [noise, chance] = [new Noise(seed, 1), new Noise(seed, 2)];
  const pace = new Wander(new Noise(seed, 3), rate, speedSpread, [2, 6], 1);
  const burden = new Wander(new Noise(seed, 4), rate, loadSpread, [1, 4], 0.5);
  const label = fault === "none" ? 0 : BEARING_LABELS.indexOf(fault);
  let shaft = 0, cage = 0, passes = 0, due = 1, n = 0;

  return {
    name: "bearings",
    rate,
    channels: 1,
    labels: BEARING_LABELS,
    next(into, at) {
      const time = n++ / rate;
      const relative = pace.next();
      const load = burden.next();
      const turns = (speed * relative) / rate;
      shaft = (shaft + turns) % 1;
      cage = (cage + turns * CAGE) % 1;
      const older = 1 + drift * Math.min(1, time / driftSeconds);

      let g = 0;
      for (const [index, { amplitude, phase }] of harmonics.entries()) g += amplitude * load * relative * relative * sine((index + 1) * shaft + phase);
      const mesh = TEETH * shaft;
      g += older * load * (1 + 0.3 * sine(shaft + 0.4)) * (0.05 * sine(mesh) + 0.025 * sine(2 * mesh + 0.3));

      // What runs always excites the modes a little, more with load and speed; now and then something knocks.
      const rough = older * (0.6 + 0.4 * load) * relative;
      let intoFrame = 0.05 * rough * noise.normal();
      let intoHousing = 0.02 * rough * noise.normal();
      if (chance.uniform() < shocks / rate) {
        const shock = chance.between(0.3, 1.5);
        intoFrame += shock;
        intoHousing += 0.3 * shock;
      }
      const broken = fault !== "none" && time >= onset;
      if (broken) {
        passes += turns * RATIOS[fault];
        if (passes >= due) {
          passes -= due;
          due = 1 + chance.between(-SLIP, SLIP);
          const size = severity * (growth > 0 ? Math.min(1, (time - onset) / growth) : 1);
          intoHousing += size * load * arriving(fault, shaft, cage) * chance.between(0.8, 1.2);
        }
      }
      g += frame.next(intoFrame) + housing.next(intoHousing) + 0.02 * noise.normal();
      into[at] = toI16(g * LSB_PER_G);
      return broken ? label : 0;
    },
  };
}
