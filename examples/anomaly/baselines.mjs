/** What a firmware engineer has in a drawer: loudness and peakedness of a window of raw samples. */

/** Root mean square about the mean, and kurtosis (3 for normal noise), of the last `window` samples at each `hop`. */
export function statisticsOf(samples, { window, hop }) {
  const found = [];
  for (let end = window; end <= samples.length; end += hop) {
    const part = samples.subarray(end - window, end);
    let mean = 0;
    for (const value of part) mean += value / window;
    let second = 0;
    let fourth = 0;
    for (const value of part) {
      const square = (value - mean) ** 2;
      second += square / window;
      fourth += square ** 2 / window;
    }
    found.push({ rms: Math.sqrt(second), kurtosis: second === 0 ? 3 : fourth / second ** 2 });
  }
  return found;
}

/** A score of both: the larger of the two after each is measured in deviations of its logarithm from a normal machine's. */
export function trainStatistics(normal) {
  const scaleOf = (values) => {
    const logs = values.map(Math.log);
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const deviation = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
    return (value) => (Math.log(value) - mean) / deviation;
  };
  const rms = scaleOf(normal.map((one) => one.rms));
  const kurtosis = scaleOf(normal.map((one) => one.kurtosis));
  return (one) => Math.max(rms(one.rms), kurtosis(one.kurtosis));
}
