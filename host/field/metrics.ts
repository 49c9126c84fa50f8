/** How well a score tells the abnormal from the normal, and how soon. A higher score means less normal. */
import { MayflyError } from "../errors.js";

/**
 * Area under the ROC curve: the share of pairs of a normal and an abnormal window in which the abnormal one has the higher score; ties count half
 * (Mann–Whitney U). 0.5 is chance, 1 a clean cut.
 */
export function auroc(normal: ArrayLike<number>, abnormal: ArrayLike<number>): number {
  const all = [...pairs(normal, 0, "normal"), ...pairs(abnormal, 1, "abnormal")].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    let abnormalHere = 0;
    for (; to < all.length && all[to]!.score === all[from]!.score; to++) abnormalHere += all[to]!.abnormal;
    // Ranks count from 1, and equal scores share their mean rank.
    ranks += (abnormalHere * (from + 1 + to)) / 2;
    from = to;
  }
  return (ranks - (abnormal.length * (abnormal.length + 1)) / 2) / (normal.length * abnormal.length);
}

function pairs(scores: ArrayLike<number>, abnormal: 0 | 1, what: string): { score: number; abnormal: 0 | 1 }[] {
  if (scores.length === 0) throw new MayflyError(`auroc: no ${what} scores`, 2);
  return Array.from(scores, (score, index) => {
    if (Number.isNaN(score)) throw new MayflyError(`auroc: ${what} score ${index} is not a number`, 2);
    return { score, abnormal };
  });
}

/** The lowest threshold that at most a `share` of these scores lies above: what a recording of a normal machine gives for a chosen false-alarm rate. */
export function thresholdFor(normal: ArrayLike<number>, share: number): number {
  if (!(share >= 0 && share < 1)) throw new MayflyError(`thresholdFor: a share of ${share}, expected 0 up to 1`, 2);
  if (normal.length === 0) throw new MayflyError("thresholdFor: no scores", 2);
  const sorted = Float64Array.from(normal).sort();
  return sorted[sorted.length - 1 - Math.floor(share * sorted.length)]!;
}

/**
 * One window above the threshold is no alarm, for machines knock: an alarm stands while `votes` of the last `of` windows were above. Two counters and a
 * shift register on a device.
 */
export class AlarmVote {
  private readonly last: boolean[];
  private at = 0;
  private above = 0;

  constructor(readonly votes: number, of: number) {
    if (!Number.isInteger(votes) || !Number.isInteger(of) || votes < 1 || votes > of) throw new MayflyError(`AlarmVote: ${votes} of ${of} windows, expected 1 or more of at least as many`, 2);
    this.last = new Array<boolean>(of).fill(false);
  }

  /** Takes whether the next window was above the threshold; true while there is an alarm. */
  push(above: boolean): boolean {
    this.above += Number(above) - Number(this.last[this.at]);
    this.last[this.at] = above;
    this.at = (this.at + 1) % this.last.length;
    return this.above >= this.votes;
  }
}

/** How many times an alarm began. */
export function alarmCount(alarms: readonly boolean[]): number {
  return alarms.reduce((count, alarm, index) => count + Number(alarm && !alarms[index - 1]), 0);
}

/** Windows from the onset of a fault to the first alarm at or after it; null when there was none. An alarm that stood before does not count until it has gone out. */
export function detectionDelay(alarms: readonly boolean[], onset: number): number | null {
  if (!Number.isInteger(onset) || onset < 0 || onset >= alarms.length) throw new MayflyError(`detectionDelay: onset at window ${onset} of ${alarms.length}`, 2);
  let from = onset;
  while (from > 0 && from < alarms.length && alarms[from] && alarms[from - 1]) from++;
  const first = alarms.indexOf(true, from);
  return first < 0 ? null : first - onset;
}
