/** docs/streams.md, "P_k and E": a real FFT as a complex one of half the length, block floating point. */
import { isqrt, shiftRight } from "./fixed.js";

interface Complex {
  re: number;
  im: number;
}

export interface Spectrum {
  /** P_k, k = 0..N/2; that of 0 is not defined and not used. */
  powers: bigint[];
  exponent: number;
}

/** S(0) .. S(N/4), q30. */
export function quarterSine(length: number): number[] {
  const quarter = length / 4;
  const table = new Array<number>(quarter + 1).fill(0);
  table[quarter] = 2 ** 30;
  let c = isqrt(1n << 59n);
  for (let half = quarter / 2; half >= 1; half /= 2) {
    for (let m = half; m < quarter; m += 2 * half) table[m] = Number((BigInt(table[m - half]! + table[m + half]!) << 29n) / c);
    c = isqrt(((1n << 30n) + c) << 29n);
  }
  return table;
}

const half15 = (sum: number): number => shiftRight(sum + 16384, 15);

export function spectrumOf(samples: readonly number[]): Spectrum {
  const length = samples.length;
  const table = quarterSine(length);
  const quarter = length / 4;
  const cosine = (i: number): number => (i <= quarter ? table[quarter - i]! : -table[i - quarter]!);
  const sine = (i: number): number => (i <= quarter ? table[i]! : table[length / 2 - i]!);

  const mean = shiftRight(samples.reduce((sum, x) => sum + x, 0), Math.log2(length));
  const most = Math.max(...samples.map((x) => Math.abs(x - mean)));
  let up = 0;
  while (most > 0 && most * 2 ** (up + 1) <= 16383) up++;
  let down = 0;
  while (shiftRight(most, down) > 16383) down++;
  let exponent = up - down;
  const v = samples.map((x, n) => {
    const hann = shiftRight(2 ** 30 - cosine(n <= length / 2 ? n : length - n) + 32768, 16);
    return half15(shiftRight((x - mean) * 2 ** up, down) * hann);
  });

  const half = length / 2;
  const bits = Math.log2(half);
  const reversed = (j: number): number => Number.parseInt(j.toString(2).padStart(bits, "0").split("").reverse().join(""), 2);
  const z: Complex[] = Array.from({ length: half }, (_, j) => ({ re: v[2 * reversed(j)]!, im: v[2 * reversed(j) + 1]! }));
  for (let span = 1; span < half; span *= 2) {
    const largest = Math.max(...z.map(({ re, im }) => Math.max(Math.abs(re), Math.abs(im))));
    let s = 0;
    while (largest >> s > 13572) s++;
    if (s > 0) for (const part of z) [part.re, part.im] = [shiftRight(part.re + 2 ** (s - 1), s), shiftRight(part.im + 2 ** (s - 1), s)];
    exponent -= s;
    for (let a = 0; a < half; a++) {
      const j = a % (2 * span);
      if (j >= span) continue;
      const angle = (j * half) / span;
      const [c, si] = [half15(cosine(angle)), half15(sine(angle))];
      const [p, q] = [z[a]!, z[a + span]!];
      const t = { re: half15(q.re * c + q.im * si), im: half15(q.im * c - q.re * si) };
      z[a + span] = { re: p.re - t.re, im: p.im - t.im };
      z[a] = { re: p.re + t.re, im: p.im + t.im };
    }
  }

  const powers = Array.from({ length: half + 1 }, (_, k) => {
    const [p, q] = [z[k % half]!, z[(half - k) % half]!];
    const a = { re: p.re + q.re, im: p.im - q.im };
    const b = { re: p.re - q.re, im: p.im + q.im };
    const [c, s] = [half15(cosine(k)), half15(sine(k))];
    const re = BigInt(a.re + half15(c * b.im - s * b.re));
    const im = BigInt(a.im - half15(c * b.re + s * b.im));
    return re * re + im * im;
  });
  return { powers, exponent };
}
