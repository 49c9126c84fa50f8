/** Numbers for people. */
export const count = (value: number): string => Math.round(value).toLocaleString("en");

/** Two digits, or whole numbers from 100: more would promise what an estimate cannot. */
export const digits = (value: number): string => (value >= 100 ? count(value) : String(Number(value.toPrecision(2))));

export const percent = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;

/** "119,888 bytes" is exact; this is for a glance. */
export function kilobytes(bytes: number): string {
  return bytes < 10_240 ? `${Number((bytes / 1024).toFixed(1))} KB` : bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function energy(milliJoules: number): string {
  return milliJoules < 1000 ? `${digits(milliJoules)} mJ` : `${digits(milliJoules / 1000)} J`;
}
