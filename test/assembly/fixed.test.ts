/** The fixed-point functions against their formulas, published values and node's own. */
import fc from "fast-check";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { softmax as softmaxOfOracle } from "../oracle/fixed.js";
import { Arena, BUILDS, Noise, loadKernels } from "./kernel_build.js";

describe.each(BUILDS)("fixed-point functions of the %s build", (build) => {
  const kernels = loadKernels(build);
  const arena = new Arena(kernels);
  const isqrt = (value: bigint): number => kernels.isqrt(value) >>> 0;

  test("isqrt is the floor of the square root next to every square up to 2000", () => {
    expect(isqrt(0n)).toBe(0);
    for (let root = 1; root <= 2000; root++) {
      const square = BigInt(root) ** 2n;
      expect([isqrt(square - 1n), isqrt(square), isqrt(square + 1n)]).toEqual([root - 1, root, root]);
    }
  });

  test("isqrt is the floor of the square root next to the squares of large roots", () => {
    for (const root of [46340, 46341, 65535, 65536, 99999, 2 ** 23 - 1, 2 ** 24 + 1, 2 ** 30, 2 ** 31 - 2]) {
      const square = BigInt(root) ** 2n;
      expect([isqrt(square - 1n), isqrt(square), isqrt(square + 1n)]).toEqual([root - 1, root, root]);
    }
    expect(isqrt(2n ** 62n - 1n)).toBe(2 ** 31 - 1);
  });

  test("isqrt brackets any value below 2^62", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 62n - 1n }), (value) => {
        const root = BigInt(isqrt(value));
        expect(root * root <= value && value < (root + 1n) ** 2n).toBe(true);
      }),
    );
  });

  /** First argument whose table index is f. */
  const argumentOf = (f: number): number => Math.ceil((4 * f * 65536) / 94548);

  test("the table of powers of two is round(2^15 * 2^(-f/64))", () => {
    const table = Array.from({ length: 64 }, (_, f) => kernels.expneg(argumentOf(f)));
    expect(table).toEqual(Array.from({ length: 64 }, (_, f) => Math.round(32768 * 2 ** (-f / 64))));
  });

  test("expneg starts at 1, never rises, ends at 0, and is within 1.2 % and half a step of e^-z", () => {
    expect(kernels.expneg(0)).toBe(32768);
    let last = 32768;
    for (let z = 0; z <= 4200; z++) {
      const exact = 32768 * Math.exp(-z / 256);
      const found = kernels.expneg(z);
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.012 * exact + 0.5);
      expect(found).toBeLessThanOrEqual(last);
      last = found;
    }
    // 12 * 256 is where even the rounding up ends.
    for (const z of [3072, 4095, 4096, 1 << 20, 2 ** 31 - 1]) expect(kernels.expneg(z)).toBe(0);
  });

  test("logistic rises from exactly 0 to exactly 1, is a half at 0 and symmetric, and within 0.3 % of 1/(1+e^-z)", () => {
    expect(kernels.logistic(0)).toBe(16384);
    let last = 0;
    for (let z = -4200; z <= 4200; z++) {
      const found = kernels.logistic(z);
      expect(Math.abs(found - 32768 / (1 + Math.exp(-z / 256)))).toBeLessThanOrEqual(0.003 * 32768);
      expect(found).toBeGreaterThanOrEqual(last);
      if (z !== 0) expect(found + kernels.logistic(-z)).toBe(32768);
      last = found;
    }
    expect([-(1 << 20), -3072, 3072, 1 << 20].map((z) => kernels.logistic(z))).toEqual([0, 0, 32768, 32768]);
  });

  const softmax = (logits: readonly number[]): number[] => {
    arena.clear();
    const at = arena.place("logits", Int32Array.from(logits));
    const result = Int32Array.from(softmaxOfOracle(logits));
    arena.call(() => kernels.softmax(at, logits.length), [{ at, values: result }]);
    return [...result];
  };

  test("softmax agrees with the oracle, sums to just below 1 and keeps the order, for 2 to 128 logits", () => {
    const noise = new Noise(3);
    for (const count of [2, 3, 8, 10, 33, 128]) {
      for (const spread of [0, 1, 300, 4000, 200_000]) {
        const logits = Array.from({ length: count }, () => noise.between(-spread, spread));
        const p = softmax(logits);
        const sum = p.reduce((total, value) => total + value, 0);
        expect(sum).toBeLessThanOrEqual(32768);
        expect(sum).toBeGreaterThan(32768 - count);
        const byLogit = logits.map((logit, c) => ({ logit, p: p[c]! })).sort((a, b) => a.logit - b.logit);
        byLogit.forEach((entry, index) => expect(entry.p).toBeGreaterThanOrEqual(byLogit[Math.max(index - 1, 0)]!.p));
      }
    }
  });

  test("softmax is near the real one, exact on ties, and a certainty at the extremes of i32", () => {
    const real = [0, 256, 512].map((z) => Math.exp(z / 256));
    const total = real.reduce((sum, value) => sum + value, 0);
    softmax([0, 256, 512]).forEach((p, c) => expect(Math.abs(p - (32768 * real[c]!) / total)).toBeLessThan(0.01 * 32768));
    expect(softmax([77, 77])).toEqual([16384, 16384]);
    expect(softmax([-5, -5, -5, -5])).toEqual([8192, 8192, 8192, 8192]);
    expect(softmax([7, 7, 7])).toEqual([10922, 10922, 10922]);
    expect(softmax([-(2 ** 31), 2 ** 31 - 1])).toEqual([0, 32768]);
    expect(softmax([2 ** 31 - 1, 2 ** 31 - 1, -(2 ** 31)])).toEqual([16384, 16384, 0]);
    expect(softmax([-(2 ** 31), -(2 ** 31)])).toEqual([16384, 16384]);
  });

  test("xorshift32 gives Marsaglia's sequence from 1", () => {
    const sequence: number[] = [];
    for (let state = 1; sequence.length < 6; ) sequence.push((state = kernels.xorshift32(state)) >>> 0);
    expect(sequence).toEqual([270369, 67634689, 2647435461, 307599695, 2398689233, 745495504]);
  });

  test("xorshift32 never leaves a nonzero state for 0", () => {
    fc.assert(fc.property(fc.integer().filter((state) => state !== 0), (state) => kernels.xorshift32(state) !== 0));
    expect(kernels.xorshift32(0)).toBe(0);
  });

  test("mix is MurmurHash3's finaliser of seed + stream * golden ratio, and never 0", () => {
    // Published hashes of the empty string: the finaliser of the seed alone.
    expect(kernels.mix(1, 0) >>> 0).toBe(0x514e28b7);
    expect(kernels.mix(0xffffffff, 0) >>> 0).toBe(0x81f16f39);
    expect(kernels.mix(0, 0) >>> 0).toBe(0x6d617966);
    expect(kernels.mix((1 - 0x9e3779b9) | 0, 1) >>> 0).toBe(0x514e28b7);
    expect(kernels.mix((1 - Math.imul(0x9e3779b9, 37)) | 0, 37) >>> 0).toBe(0x514e28b7);
  });

  test("the streams of a network start apart", () => {
    const states = new Set<number>();
    for (const seed of [0, 1, 2, 0xffffffff]) for (let stream = 0; stream < 4096; stream++) states.add(kernels.mix(seed, stream) >>> 0);
    // A few of 16,384 u32 may meet by chance: 0.03 pairs are expected.
    expect(states.size).toBeGreaterThanOrEqual(4 * 4096 - 1);
  });

  test("coefficientExponent is the largest that its rate, its headroom and 16 fraction bits allow", () => {
    const fits = (rate: number, headroom: number, exponent: number): boolean => BigInt(rate) << BigInt(headroom + exponent) <= 32767n << 24n;
    for (const rate of [0, 1, 2, 1000, 25166, 32767, 32768, 65000, 167772, 1 << 22]) {
      for (const headroom of [0, 4]) {
        for (let scale = 4; scale <= 14; scale++) {
          const limit = Math.min(24, 12 + scale);
          const exponent = kernels.coefficientExponent(rate, headroom, scale);
          expect(exponent === 0 || fits(rate, headroom, exponent)).toBe(true);
          expect(exponent === limit || !fits(rate, headroom, exponent + 1)).toBe(true);
          expect(exponent).toBeLessThanOrEqual(limit);
        }
      }
    }
  });

  test("scheduledRate holds, then falls in a line to 0 at the end, and stays there", () => {
    expect([0, 99, 100, 101, 150, 199, 200, 201].map((step) => kernels.scheduledRate(1000, step, 100, 200))).toEqual([1000, 1000, 1000, 990, 500, 10, 0, 0]);
    expect([0, 1, 2 ** 31 - 1].map((step) => kernels.scheduledRate(65000, step, 0, 0))).toEqual([65000, 65000, 65000]);
    expect([9, 10, 11].map((step) => kernels.scheduledRate(65000, step, 10, 10))).toEqual([65000, 0, 0]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1 << 22 }), fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), (rate, a, b, c) => {
        const [hold, step, total] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        const expected = total === 0 || step < hold ? rate : step >= total ? 0 : Number((BigInt(rate) * BigInt(total - step)) / BigInt(total - hold));
        expect(kernels.scheduledRate(rate, step, hold, total)).toBe(expected);
      }),
    );
  });

  test("crc32 is zlib's, for every length up to 70 and for a page", () => {
    expect(crc32("123456789")).toBe(0xcbf43926);
    const noise = new Noise(5);
    for (const length of [...Array.from({ length: 71 }, (_, index) => index), 65536]) {
      arena.clear();
      const bytes = Uint8Array.from({ length }, () => noise.u32() & 255);
      const at = arena.place("bytes", bytes);
      expect(arena.call(() => kernels.crc32(at, length), []) >>> 0).toBe(crc32(bytes));
    }
  });
});
