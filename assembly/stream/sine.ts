/**
 * A quarter of a sine in memory, S[i] = sin(2π i / window), i = 0..window/4, q30, made from nothing but roots: the ends are 0 and 1, and the middle
 * of two neighbours is (S[a] + S[b]) / (2 cos h), h being half their distance; cos(h/2) = √((1 + cos h) / 2).
 */
import { RT_SINE, runtime } from "../memory";
import { isqrt } from "../fixed/isqrt";
import { windowSamples } from "./front_words";

const ONE: i64 = 1 << 30;

// @ts-ignore: decorator
@inline function entry(index: i32): usize {
  return runtime(RT_SINE) + (<usize>index << 2);
}

/** Fills the table. */
export function makeSine(): void {
  const quarter = windowSamples() >> 2;
  store<i32>(entry(0), 0);
  store<i32>(entry(quarter), <i32>ONE);
  // cos(π/4), of half the distance between the ends.
  let cosine = <i64>isqrt(<u64>(ONE << 29));
  for (let half = quarter >> 1; half > 0; half >>= 1) {
    for (let middle = half; middle < quarter; middle += 2 * half) {
      const sum = <i64>load<i32>(entry(middle - half)) + load<i32>(entry(middle + half));
      store<i32>(entry(middle), <i32>((sum << 29) / cosine));
    }
    cosine = <i64>isqrt(<u64>((ONE + cosine) << 29));
  }
}

/** cos(2π i / window), q30, for 0 <= i <= window/2. */
export function cosine(index: i32): i32 {
  const quarter = windowSamples() >> 2;
  return index <= quarter ? load<i32>(entry(quarter - index)) : -load<i32>(entry(index - quarter));
}

/** sin(2π i / window), q30, for 0 <= i <= window/2. */
export function sine(index: i32): i32 {
  const quarter = windowSamples() >> 2;
  return load<i32>(entry(index <= quarter ? index : 2 * quarter - index));
}
