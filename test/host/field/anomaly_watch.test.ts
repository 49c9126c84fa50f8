import { expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { AnomalyWatch, type AnomalyWatchOptions, type Verdict } from "../../../host/field/anomaly_watch.js";
import type { StreamSpecInput } from "../../../host/spec/network_spec.js";
import { bearings } from "../../../host/stream/synthetic/bearings.js";
import { record } from "../../../host/stream/synthetic/signal.js";
import { PAIR } from "../engine/networks.js";
import { expectMayflyError } from "../data/expect-error.js";

const SPEC = {
  stream: { features: "bank", window: 512, hop: 512, bands: 16, coding: "offset", spread: 10, warmup: 16, falseAlarms: 0.02 },
  classes: 2, negatives: "corrupted", corruption: { ways: ["raise"], share: 0.5 }, sense: "minimise",
  layers: [{ units: 32, rate: 0.003, temperature: 60 }], readout: { from: null }, inputDropout: 0, bias: 1,
} satisfies StreamSpecInput;
const OPTIONS: AnomalyWatchOptions = { learnFrames: 300, settleFrames: 200, kept: 64, horizon: 512 };
const normal = record(bearings({ machine: 5, seed: 1 }), 512 * (16 + 900)).samples;
const broken = record(bearings({ machine: 5, seed: 2, fault: "outer", severity: 0.8 }), 512 * 60).samples;

test("it learns, settles and watches; a machine that is well gives no alarm, one that is not does", () => {
  const watch = new AnomalyWatch(Network.create(SPEC), OPTIONS);
  const verdicts = watch.push(normal);
  expect(verdicts).toHaveLength(900);
  expect(["learning", "settling", "watching"].map((phase) => verdicts.filter((one) => one.phase === phase).length)).toEqual([300, 200, 400]);
  expect(verdicts.some(({ alarm }) => alarm)).toBe(false);
  // The share asked for is 0.02; of 400 that is 8, with a few more for shocks and a threshold learned from 200.
  expect(verdicts.filter(({ below }) => below).length).toBeLessThan(30);
  expect(verdicts.slice(0, 500).some(({ below }) => below)).toBe(false);
  watch.gap();
  const ill = watch.push(broken);
  // 5 votes of 8.
  expect(ill.findIndex(({ alarm }) => alarm)).toBeLessThan(8);
  expect(ill.filter(({ alarm }) => alarm).length).toBeGreaterThan(0.8 * ill.length);
});

test("samples may come in any pieces", () => {
  const whole = new AnomalyWatch(Network.create(SPEC), OPTIONS);
  const pieces = new AnomalyWatch(Network.create(SPEC), OPTIONS);
  const expected = whole.push(normal.subarray(0, 200_000));
  const found: Verdict[] = [];
  for (let at = 0, size = 1; at < 200_000; at += size, size = (size * 7) % 1013) found.push(...pieces.push(normal.subarray(at, Math.min(at + size, 200_000))));
  expect(found).toEqual(expected);
  expect(pieces.network.checkpoint()).toEqual(whole.network.checkpoint());
});

test("taken up from a checkpoint and its state it goes on with the same bits", () => {
  const half = 512 * 400;
  const straight = new AnomalyWatch(Network.create(SPEC), OPTIONS);
  straight.push(normal.subarray(0, half));
  const cut = new AnomalyWatch(Network.open(straight.network.checkpoint()), { ...OPTIONS, from: straight.save() });
  expect(cut.phase).toBe("settling");
  expect(cut.push(normal.subarray(half))).toEqual(straight.push(normal.subarray(half)));
  expect(cut.network.checkpoint()).toEqual(straight.network.checkpoint());
});

test("while an alarm stands, and when told not to follow, nothing is learned", () => {
  const watch = new AnomalyWatch(Network.create(SPEC), OPTIONS);
  watch.push(normal);
  watch.push(broken.subarray(0, 512 * 20));
  const before = [watch.network.weightsHash(), watch.network.alarmThreshold, watch.kept.writes];
  expect(watch.push(broken.subarray(512 * 20, 512 * 40)).every(({ alarm }) => alarm)).toBe(true);
  expect([watch.network.weightsHash(), watch.network.alarmThreshold, watch.kept.writes]).toEqual(before);
  const learned = new AnomalyWatch(Network.create(SPEC), { ...OPTIONS, followEvery: 0 });
  learned.push(normal.subarray(0, 512 * 516));
  const [hash, threshold] = [learned.network.weightsHash(), learned.network.alarmThreshold];
  learned.push(normal.subarray(512 * 516));
  expect([learned.network.weightsHash(), learned.network.alarmThreshold]).toEqual([hash, threshold]);
  expect(watch.network.weightsHash()).not.toBe(hash);
});

test("networks that cannot watch, and options that make no sense, are refused", async () => {
  await expectMayflyError(() => new AnomalyWatch(Network.create(PAIR), OPTIONS), 'AnomalyWatch: this network has no front end (stream): it needs a stream, and negatives it makes itself ("corrupted" or "hybrid")', 2);
  await expectMayflyError(() => new AnomalyWatch(Network.create({ ...SPEC, stream: { ...SPEC.stream, falseAlarms: 0 } }), OPTIONS), "AnomalyWatch: this network keeps no alarm threshold: stream.falseAlarms is 0", 2);
  await expectMayflyError(() => new AnomalyWatch(Network.create(SPEC), { ...OPTIONS, learnFrames: 0 }), "AnomalyWatch: learnFrames is 0, expected a whole number from 1", 2);
  const other = new AnomalyWatch(Network.create({ ...SPEC, stream: { ...SPEC.stream, bands: 8 } }), OPTIONS);
  await expectMayflyError(() => new AnomalyWatch(Network.create(SPEC), { ...OPTIONS, from: other.save() }), "AnomalyWatch: the state keeps frames of 8×1×1, the network takes 16×1×1");
});
