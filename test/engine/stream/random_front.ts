/** Front ends, networks behind them, and signals for them, small enough for a slow oracle. */
import fc from "fast-check";
import { type FrontSpec, frameOf } from "../../oracle/front_end.js";
import type { Spec } from "../../oracle/spec.js";
import { magnitude } from "../random-spec.js";
import { randomVariantSpec } from "../random_variants.js";

const common = {
  hop: fc.integer({ min: 1, max: 90 }),
  channels: fc.integer({ min: 1, max: 3 }),
  frames: fc.constantFrom(1, 1, 2, 3),
  scaling: fc.constantFrom("deviation" as const, "range" as const),
  spread: magnitude(1, 1024),
  warmup: fc.integer({ min: 1, max: 6 }),
  adapt: fc.constantFrom(0, 1, 3, 8, 14),
  coding: fc.constantFrom("offset" as const, "split" as const),
  alarm: fc.oneof(fc.constant(0), magnitude(1, 32768)),
};

const divisorsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0 && d <= 24);

const parts = fc.integer({ min: 1, max: 70 }).chain((window) => fc.record({ kind: fc.constantFrom("raw" as const, "statistics" as const), window: fc.constant(window), bands: fc.constantFrom(...divisorsOf(window)) }));

const spectral = fc.constantFrom(16, 32, 64, 128, 256).chain((window) => {
  const spectrum = fc.record({ kind: fc.constant("spectrum" as const), window: fc.constant(window), bands: fc.constantFrom(...divisorsOf(window / 2)) });
  // Widths of the first band that leave room for all.
  const bank = fc.record({ bands: fc.integer({ min: 1, max: Math.min(12, window / 2) }), low: fc.double({ min: 0, max: 0.9, noNaN: true }), share: fc.double({ min: 0.001, max: 1, noNaN: true }), growth: fc.oneof(fc.constant(0), magnitude(1, 60000)) })
    .map(({ bands, low, share, growth }) => {
      const top = window << 15;
      let total = 0, unit = 1;
      for (let k = 0; k <= bands; k++) {
        total += unit;
        unit *= 1 + growth / 65536;
      }
      const from = Math.floor(low * top);
      return { kind: "bank" as const, window, bands, low: from, width: Math.max(1, Math.floor((share * (top - from)) / total)), growth };
    });
  return fc.oneof({ arbitrary: spectrum, weight: 1 }, { arbitrary: bank, weight: 2 });
});

export function randomFront(): fc.Arbitrary<FrontSpec> {
  return fc.tuple(fc.oneof(parts, spectral), fc.record(common)).map(([shape, rest]) => {
    const { spread, ...others } = rest;
    return { ...shape, ...others, ...(rest.scaling === "deviation" && { spread }) };
  });
}

/** A network with or without variants behind a front end. */
export function randomFrontSpec(): fc.Arbitrary<Spec> {
  return fc.tuple(randomFront(), randomVariantSpec()).map(([front, spec]) => {
    const shape = frameOf(front);
    const replaced = spec.placement === "replace";
    const layers = spec.layers.map((layer, index) => (index === 0 && replaced && layer.kind === "box" ? { ...layer, kind: "dense" as const } : layer));
    return { ...spec, ...shape, layers, front, placement: replaced ? ("append" as const) : spec.placement, jitter: Math.min(spec.jitter ?? 0, shape.width - 1, shape.height - 1) };
  });
}

/** Pieces of signal that take a front end to its edges: silence, noise, tones, full scale, steps, clipping. */
export function signalOf(random: () => number, channels: number): () => number {
  let left = 0, kind = 0, n = 0, level = 0, phase = 1;
  return () => {
    if (left-- <= 0) {
      left = (random() % 150) * channels;
      kind = random() % 7;
      level = 2 ** (random() % 15);
      phase = 2 + (random() % 30);
    }
    n++;
    const noise = (random() % 65536) - 32768;
    if (kind === 0) return 0;
    if (kind === 1) return level;
    if (kind === 2) return noise >> (random() % 16);
    if (kind === 3) return Math.round(level * Math.sin(n / phase));
    if (kind === 4) return Math.floor(n / phase) % 2 === 0 ? 32767 : -32768;
    if (kind === 5) return -level + (noise >> 10);
    return noise;
  };
}
