/** Synthetic signals: the same for the same seed, as docs/streams.md says, and not told apart by their loudness alone. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { activities, ACTIVITY_LABELS, ACTIVITY_RATE } from "../../../host/stream/synthetic/activities.js";
import { bearings, BEARING_RATE, type BearingFault } from "../../../host/stream/synthetic/bearings.js";
import { keywords, KEYWORD_RATE } from "../../../host/stream/synthetic/keywords.js";
import { Noise, sine } from "../../../host/stream/synthetic/noise.js";
import { synthetic, SYNTHETIC_NAMES } from "../../../host/stream/synthetic/registry.js";
import { Resonator } from "../../../host/stream/synthetic/resonator.js";
import { record } from "../../../host/stream/synthetic/signal.js";

const hash = (samples: Int16Array): string => createHash("sha256").update(new Uint8Array(samples.buffer)).digest("hex").slice(0, 16);
const rms = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

test.each(SYNTHETIC_NAMES)("%s is the same for a seed, another for another, and takes its options as text", (name) => {
  const [one, again, other] = [{ seed: 5 }, { seed: "5" }, { seed: 6 }].map((options) => record(synthetic(name, options), 3000));
  expect(again).toEqual(one);
  expect(hash(other!.samples)).not.toBe(hash(one!.samples));
});

test("signals are the integers they were when their figures were measured", () => {
  const hashes = SYNTHETIC_NAMES.map((name) => hash(record(synthetic(name, name === "bearings" ? { fault: "inner", onset: 0.1 } : {}), 8000).samples));
  expect(hashes).toEqual(HASHES);
});
const HASHES = ["5d8aa3fe3ade3be6", "6ff9c1f488afb154", "acfe3835eed2aef7"];

test("a wrong name or option is refused with those there are", () => {
  expect(() => synthetic("bearing")).toThrow(/no synthetic signal "bearing": choose from bearings, activities, keywords/);
  expect(() => synthetic("bearings", { fault: "cage" })).toThrow(/bearings, fault: .*its options are seed, machine, fault/);
  expect(() => synthetic("keywords", { speed: 2 })).toThrow(/keywords: .*its options are seed, speaker/);
});

test("noise has mean 0 and deviation 1", () => {
  const noise = new Noise(1, 0);
  const values = Array.from({ length: 20000 }, () => noise.normal());
  expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(0.03);
  expect(rms(values)).toBeCloseTo(1, 1);
  expect(Math.abs(sine(0.3) - Math.sin(0.6 * Math.PI))).toBeLessThan(1e-6);
});

test("a mode rings at its frequency and dies away at its damping", () => {
  const mode = new Resonator(8000, 1000, 400);
  const y = Array.from({ length: 400 }, (_, n) => mode.next(n === 0 ? 1 : 0));
  // 8 samples a turn; e^(−400/8000 · 8) from one turn to the next.
  expect(y[8]! / y[0]!).toBeCloseTo(Math.exp(-0.4), 3);
  expect(Math.max(...y)).toBeCloseTo(1, 0);
});

test("a bearing is normal until the onset, and its label says what it is from there on", () => {
  const { labels } = record(bearings({ fault: "inner", onset: 0.5 }), BEARING_RATE);
  expect([labels.indexOf(2), labels.lastIndexOf(0)]).toEqual([0.5 * BEARING_RATE, 0.5 * BEARING_RATE - 1]);
  expect(new Set(record(bearings(), 100).labels)).toEqual(new Set([0]));
});

test("before its onset a faulty bearing is the normal one, sample by sample", () => {
  const count = BEARING_RATE / 2;
  expect(record(bearings({ fault: "outer", onset: 0.5 }), count).samples).toEqual(record(bearings(), count).samples);
});

test("a fault's impulses come as often as geometry says", () => {
  // At constant speed 25 Hz, impulses of an outer fault are 25 · 9/2 · (1 − 0.28) = 81 a second: that line stands out of the envelope's spectrum.
  const options = { speedSpread: 0, loadSpread: 0, shocks: 0, severity: 3 };
  const line = (fault: BearingFault, hertz: number): number => {
    const { samples } = record(bearings({ ...options, fault }), 2 * BEARING_RATE);
    let [re, im] = [0, 0];
    samples.forEach((value, n) => {
      re += value * value * Math.cos((2 * Math.PI * hertz * n) / BEARING_RATE);
      im += value * value * Math.sin((2 * Math.PI * hertz * n) / BEARING_RATE);
    });
    return Math.hypot(re, im);
  };
  for (const [fault, hertz] of [["outer", 81], ["inner", 144], ["ball", 82.29]] as const) {
    for (const elsewhere of [hertz * 0.87, hertz * 1.13]) expect(line(fault, hertz)).toBeGreaterThan(3 * line(fault, elsewhere));
  }
});

test("loudness tells faults apart badly: windows overlap in RMS", () => {
  const windows = (samples: Int16Array): number[] => Array.from({ length: samples.length >> 9 }, (_, n) => rms(samples.subarray(n << 9, (n + 1) << 9)));
  const normal = windows(record(bearings({ seed: 2, machine: 1 }), 60 * BEARING_RATE).samples);
  const faulty = windows(record(bearings({ seed: 3, machine: 1, fault: "inner" }), 60 * BEARING_RATE).samples);
  const above = faulty.reduce((sum, value) => sum + normal.filter((other) => other < value).length, 0) / (normal.length * faulty.length);
  expect(above).toBeGreaterThan(0.5);
  expect(above).toBeLessThan(0.85);
});

test("activities come in bouts of their labels; another person is another signal", () => {
  const { labels, samples } = record(activities({ seed: 3 }), 300 * ACTIVITY_RATE);
  expect(new Set(labels).size).toBe(ACTIVITY_LABELS.length);
  const changes = labels.filter((label, index) => index > 0 && label !== labels[index - 1]).length;
  expect(changes).toBeLessThan(300 / 5);
  expect(record(activities({ seed: 3, person: 4 }), 500).samples).not.toEqual(samples.slice(0, 1500));
  expect(new Set(record(activities({ only: [1, 2] }), 60 * ACTIVITY_RATE).labels)).toEqual(new Set([1, 2]));
});

test("standing still, the sensor reads gravity; running shakes it more than walking", () => {
  const deviation = (label: number): number => {
    const { samples } = record(activities({ only: [label] }), 20 * ACTIVITY_RATE);
    const up = samples.filter((_, index) => index % 3 === 2);
    const mean = up.reduce((sum, value) => sum + value, 0) / up.length;
    if (label === 0) expect(mean / 8192).toBeCloseTo(1, 2);
    return rms(Array.from(up, (value) => value - mean));
  };
  const [still, walk, run] = [deviation(0), deviation(1), deviation(2)];
  expect(still!).toBeLessThan(walk! / 5);
  expect(walk!).toBeLessThan(run! / 2);
});

test("words stand between pauses and are louder", () => {
  const { labels, samples } = record(keywords({ seed: 2 }), 20 * KEYWORD_RATE);
  expect(new Set(labels)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  const of = (word: boolean): number => rms(samples.filter((_, index) => (labels[index]! > 0) === word));
  expect(of(true)).toBeGreaterThan(4 * of(false));
  expect(new Set(record(keywords({ only: [2] }), 5 * KEYWORD_RATE).labels)).toEqual(new Set([0, 2]));
});
