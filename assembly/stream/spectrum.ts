/**
 * The spectrum of a real window: mean taken out, Hann window, then a complex FFT of half its length (radix 2, decimation in time) on q15 numbers with
 * one exponent for all: before a stage whose results might not fit, all are halved or quartered (block floating point).
 *
 *   x i16 [window] -> z (re, im) i16 [window/2], z_j = (v_2j, v_2j+1) -> Z -> |X_k|², k = 1..window/2
 */
import { RT_SPECTRUM, runtime } from "../memory";
import { windowSamples } from "./front_words";
import { cosine, sine } from "./sine";
import { sampleAt } from "./ring";

/** A butterfly makes at most 1 + √2 of what it gets. */
const MOST: i32 = 13572;

// @ts-ignore: decorator
@inline function value(index: i32): usize {
  return runtime(RT_SPECTRUM) + (<usize>index << 1);
}

// @ts-ignore: decorator
@inline function rounded(sum: i32): i32 {
  return (sum + 16384) >> 15;
}

/** Where value n of the window goes: pairs in bit-reversed order. */
// @ts-ignore: decorator
@inline function placeOf(n: i32, bits: i32): i32 {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed |= ((n >> (bit + 1)) & 1) << (bits - 1 - bit);
  return (reversed << 1) | (n & 1);
}

/** Transforms the window of a channel. Returns its exponent: a value v of the spectrum stands for v · 2^-exponent. */
export function transform(channel: i32): i32 {
  const window = windowSamples();
  const bits = 30 - <i32>clz(window);
  let exponent = enterWindow(channel, window, bits);
  for (let span = 1; span < window >> 1; span <<= 1) {
    exponent -= makeRoom(window);
    stage(span, window);
  }
  return exponent;
}

/** Puts the windowed samples in their places, as large as 14 bits allow; returns their exponent. */
function enterWindow(channel: i32, window: i32, bits: i32): i32 {
  let sum = 0;
  for (let n = 0; n < window; n++) sum += sampleAt(n, channel);
  const mean = sum >> (bits + 1);
  let most = 0;
  for (let n = 0; n < window; n++) most = max(most, abs(sampleAt(n, channel) - mean));
  let up = 0;
  if (most > 0) while (most << (up + 1) <= 16383) up++;
  let down = 0;
  while (most >> down > 16383) down++;
  for (let n = 0; n < window; n++) {
    const hann = <i32>((<i64>(1 << 30) - cosine(n <= window >> 1 ? n : window - n) + 32768) >> 16);
    store<i16>(value(placeOf(n, bits)), <i16>rounded((((sampleAt(n, channel) - mean) << up) >> down) * hann));
  }
  return up - down;
}

/** Halves all values until the next stage cannot overflow; returns how often. */
function makeRoom(window: i32): i32 {
  let most = 0;
  for (let n = 0; n < window; n++) most = max(most, abs(<i32>load<i16>(value(n))));
  let shift = 0;
  while (most >> shift > MOST) shift++;
  if (shift > 0) for (let n = 0; n < window; n++) store<i16>(value(n), (<i32>load<i16>(value(n)) + (1 << (shift - 1))) >> shift);
  return shift;
}

/** Butterflies of pairs `span` apart: a, b -> a + W b, a - W b, W = e^(-2πi j / (2 span)). */
function stage(span: i32, window: i32): void {
  const half = window >> 1;
  const step = half / span;
  for (let j = 0; j < span; j++) {
    const wr = rounded(cosine(j * step));
    const wi = -rounded(sine(j * step));
    for (let k = j; k < half; k += 2 * span) {
      const a = value(k << 1);
      const b = value((k + span) << 1);
      const br = <i32>load<i16>(b);
      const bi = <i32>load<i16>(b, 2);
      const tr = rounded(br * wr - bi * wi);
      const ti = rounded(br * wi + bi * wr);
      const ar = <i32>load<i16>(a);
      const ai = <i32>load<i16>(a, 2);
      store<i16>(a, ar + tr);
      store<i16>(a, ai + ti, 2);
      store<i16>(b, ar - tr);
      store<i16>(b, ai - ti, 2);
    }
  }
}

/** |2 X_k|² of the window of real values, k = 1..window/2: at most 2^37. */
export function power(k: i32): u64 {
  const half = windowSamples() >> 1;
  const one = value((k & (half - 1)) << 1);
  const other = value((half - k) << 1);
  const ar = <i64>load<i16>(one) + load<i16>(other);
  const ai = <i64>load<i16>(one, 2) - load<i16>(other, 2);
  const br = <i64>load<i16>(one) - load<i16>(other);
  const bi = <i64>load<i16>(one, 2) + load<i16>(other, 2);
  const c = <i64>rounded(cosine(k));
  const s = <i64>rounded(sine(k));
  const re = ar + ((c * bi - s * br + 16384) >> 15);
  const im = ai - ((c * br + s * bi + 16384) >> 15);
  return <u64>(re * re + im * im);
}
