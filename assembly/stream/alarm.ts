/**
 * An alarm threshold for a chosen share of false alarms: the running quantile of the scores, by stochastic approximation (Robbins and Monro
 * 1951), in steps that follow the scores' own spread. All in q8 of a score, i64.
 */
import { FRONT_ALARM, FRONT_ALARMS, FRONT_DEVIATION, FRONT_MEAN, FRONT_SCORES, FRONT_THRESHOLD } from "../abi/front";
import { SPEC_CLASSES } from "../abi/spec";
import { RT_SCORES, runtime } from "../memory";
import { spec } from "../spec";
import { twoFrames } from "../spec_variants";
import { count } from "../state";
import { front, frontState } from "./front_words";

/** Scores over which mean and deviation are averaged. */
const MEMORY: i64 = 64;

/** The best score of the last prediction by goodness. */
function score(): i32 {
  const scores = runtime(RT_SCORES);
  let best = load<i32>(scores);
  if (!twoFrames()) for (let c = 1; c < spec(SPEC_CLASSES); c++) best = max(best, load<i32>(scores + (<usize>c << 2)));
  return best;
}

/** Whether the last score is below the threshold, once enough scores are known for one of them to have been; with `learn` the threshold follows. */
export function judge(learn: bool): i32 {
  const s = <i64>score() << 8;
  const n = load<u32>(frontState(FRONT_SCORES));
  const below = n > 0 && s < load<i64>(frontState(FRONT_THRESHOLD));
  const alarm = below && <u64>n * front(FRONT_ALARM) >= 65536;
  if (learn) follow(s, n, below);
  if (alarm) count(frontState(FRONT_ALARMS), 1);
  return alarm ? 1 : 0;
}

function follow(s: i64, n: u32, below: bool): void {
  if (n == 0) {
    store<i64>(frontState(FRONT_THRESHOLD), s);
    store<i64>(frontState(FRONT_MEAN), s);
    store<i64>(frontState(FRONT_DEVIATION), 0);
  } else {
    const mean = load<i64>(frontState(FRONT_MEAN));
    const known = min<i64>(n, MEMORY);
    let deviation = load<i64>(frontState(FRONT_DEVIATION));
    deviation += (abs(s - mean) - deviation) / known;
    store<i64>(frontState(FRONT_DEVIATION), deviation);
    store<i64>(frontState(FRONT_MEAN), mean + (s - mean) / (known + 1));
    const step = max(deviation >> 3, min(deviation, (deviation << 5) / n));
    const share = <i64>front(FRONT_ALARM);
    const move = below ? -((step * (65536 - share)) >> 16) : (step * share) >> 16;
    store<i64>(frontState(FRONT_THRESHOLD), load<i64>(frontState(FRONT_THRESHOLD)) + move);
  }
  if (n != u32.MAX_VALUE) store<u32>(frontState(FRONT_SCORES), n + 1);
}

/** The threshold as a score, rounded down; saturates. */
export function threshold(): i32 {
  return <i32>max<i64>(min<i64>(load<i64>(frontState(FRONT_THRESHOLD)) >> 8, i32.MAX_VALUE), i32.MIN_VALUE);
}
