import type { Activities, LayerActivities } from "./activities.js";

/** How much a unit prefers one class: (m − r) / (m + r) with m its largest mean activity over a class, r its mean over the other classes; 0..1, 0 for a silent unit. */
export function selectivityOf({ units, y }: LayerActivities, { labels, classes }: Activities): Float64Array {
  const sums = Array.from({ length: classes }, () => new Float64Array(units));
  const counts = new Array<number>(classes).fill(0);
  labels.forEach((label, sample) => {
    counts[label] = (counts[label] ?? 0) + 1;
    const own = sums[label];
    if (own) for (let unit = 0; unit < units; unit++) own[unit] = (own[unit] ?? 0) + (y[sample * units + unit] ?? 0);
  });
  const present = counts.map((count, label) => ({ count, label })).filter(({ count }) => count > 0);
  return Float64Array.from({ length: units }, (_, unit) => {
    const means = present.map(({ count, label }) => (sums[label]?.[unit] ?? 0) / count);
    const most = Math.max(...means);
    const rest = means.length > 1 ? (means.reduce((sum, mean) => sum + mean, 0) - most) / (means.length - 1) : 0;
    return most + rest > 0 ? (most - rest) / (most + rest) : 0;
  });
}
