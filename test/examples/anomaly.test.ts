import { expect, test } from "vitest";
import { runExample } from "./run_example.js";

interface Row { method: string; fault: string; severity: number; auroc: number }
interface Delay { method: string; fault: string; course: string; seconds: number | null }
interface Alarms { method: string; machine: string; alarms: number; share: number }

test("a device learns what normal is without labels, tells faults better than both baselines, and fits in 32 KB", () => {
  const { rows, delays, alarms, ramBytes, boards } = runExample<{ rows: Row[]; delays: Delay[]; alarms: Alarms[]; ramBytes: number; boards: { stepMs: { high: number }; windowMs: { high: number }; predictMs: { high: number } }[] }>("anomaly", "--seeds", "2");
  const aurocs = (method: string, severity: number): number[] => rows.filter((row) => row.method === method && row.severity === severity).map(({ auroc }) => auroc);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (const severity of [0.4, 0.8]) for (const auroc of aurocs("Forward-Forward", severity)) expect(auroc).toBeGreaterThanOrEqual(0.97);
  expect(mean(aurocs("Forward-Forward", 0.2))).toBeGreaterThan(0.9);
  const BASELINES = ["RMS", "kurtosis", "RMS and kurtosis", "autoencoder"];
  for (const severity of [0.1, 0.2]) for (const baseline of BASELINES) expect(mean(aurocs("Forward-Forward", severity))).toBeGreaterThan(mean(aurocs(baseline, severity)));
  // From here on the autoencoder has nearly 1 as well.
  for (const baseline of BASELINES) expect(mean(aurocs("Forward-Forward", 0.4))).toBeGreaterThan(mean(aurocs(baseline, 0.4)) - 0.001);
  const sudden = delays.filter(({ method, course }) => method === "Forward-Forward" && course === "0.4 g at once");
  expect(sudden).toHaveLength(3);
  for (const { seconds } of sudden) expect(seconds).toBeLessThan(1);
  for (const { seconds } of delays.filter(({ method, course }) => method === "Forward-Forward" && course === "to 0.4 g in a minute")) expect(seconds).toBeLessThan(60);
  for (const { share } of alarms.filter(({ method }) => method === "Forward-Forward")) expect(share).toBeLessThan(0.01);
  expect(ramBytes).toBeLessThanOrEqual(32 * 1024);
  expect(boards).toHaveLength(3);
  // While watching, a window is done before the next one comes.
  for (const { windowMs, predictMs, stepMs } of boards) expect(windowMs.high + predictMs.high + stepMs.high).toBeLessThan(64);
}, 400_000);
