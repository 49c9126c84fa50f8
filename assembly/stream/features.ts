/** A window becomes features: integers, each handed on to `feature` of window.ts as soon as it is known, so that none is stored. */
import { FEATURES_BANK, FEATURES_RAW, FEATURES_STATISTICS, FRONT_BANDS, FRONT_GROWTH, FRONT_KIND, FRONT_LOW, FRONT_WIDTH } from "../abi/front";
import { isqrt } from "../fixed/isqrt";
import { log2 } from "../fixed/log2";
import { front, windowSamples } from "./front_words";
import { sampleAt } from "./ring";
import { power, transform } from "./spectrum";
import { feature } from "./window";

/** All features of a channel, in order. */
export function makeFeatures(channel: i32): void {
  const kind = front(FRONT_KIND);
  if (kind == FEATURES_RAW) parts(channel, false);
  else if (kind == FEATURES_STATISTICS) parts(channel, true);
  else if (kind == FEATURES_BANK) bank(channel, transform(channel));
  else magnitudes(channel, transform(channel));
}

/** The mean of each part, rounded down; with `energy` also log2 (q8) of Σ (x - mean)². */
function parts(channel: i32, energy: bool): void {
  const bands = front(FRONT_BANDS);
  const length = windowSamples() / bands;
  for (let band = 0; band < bands; band++) {
    let sum = 0;
    for (let n = band * length; n < (band + 1) * length; n++) sum += sampleAt(n, channel);
    const mean = floorDivide(sum, length);
    if (!energy) {
      feature(channel, band, mean);
      continue;
    }
    let squares: u64 = 0;
    for (let n = band * length; n < (band + 1) * length; n++) {
      const distance = <i64>(sampleAt(n, channel) - mean);
      squares += <u64>(distance * distance);
    }
    feature(channel, 2 * band, mean);
    feature(channel, 2 * band + 1, log2(squares));
  }
}

function floorDivide(sum: i32, by: i32): i32 {
  const quotient = sum / by;
  return sum % by < 0 ? quotient - 1 : quotient;
}

/** Bands of as many bins each: √Σ|2X|², in quarters of a sample's unit for a sine that fills the window. */
function magnitudes(channel: i32, exponent: i32): void {
  const bands = front(FRONT_BANDS);
  const window = windowSamples();
  const width = (window >> 1) / bands;
  const bits = 31 - <i32>clz(window);
  for (let band = 0; band < bands; band++) {
    let energy: u64 = 0;
    for (let k = band * width + 1; k <= (band + 1) * width; k++) energy += power(k);
    // √energy · 2^(-exponent) / (window / 8).
    const magnitude = <i64>isqrt(energy << 16);
    const down = 8 + exponent + bits - 3;
    feature(channel, band, <i32>(down >= 0 ? magnitude >> min(down, 63) : magnitude << -down));
  }
}

/** log2 (q8, at least 0) of Σ w |2X|² · 2^8 over each triangle, its weights w in q8. */
function bank(channel: i32, exponent: i32): void {
  const bands = front(FRONT_BANDS);
  let low = <i64>front(FRONT_LOW);
  let width = <i64>front(FRONT_WIDTH);
  for (let band = 0; band < bands; band++) {
    const middle = low + width;
    const next = width + ((width * front(FRONT_GROWTH)) >> 16);
    feature(channel, band, max(log2(triangle(low, middle, middle + next)) - (exponent << 9), 0));
    low = middle;
    width = next;
  }
}

/** Σ w |2X_k|² over the bins in a triangle; of one so narrow that none lies in it, 256 times that of the bin at its middle. Edges are bins q16. */
function triangle(low: i64, middle: i64, high: i64): u64 {
  const last = windowSamples() >> 1;
  let energy: u64 = 0;
  let total: i64 = 0;
  for (let k = max(<i32>(low >> 16), 1); k <= min(<i32>(high >> 16), last); k++) {
    const at = <i64>k << 16;
    const weight = at <= middle ? ((at - low) << 8) / (middle - low) : ((high - at) << 8) / (high - middle);
    if (weight <= 0) continue;
    total += weight;
    energy += power(k) * <u64>weight;
  }
  return total > 0 ? energy : power(min(max(<i32>((middle + 32768) >> 16), 1), last)) << 8;
}
