/** A network on a stream: what goes wrong in the signal is counted, and the training stands. */
import { expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import type { StreamSpecInput } from "../../../host/spec/network_spec.js";
import { type FrameEvent, type SessionOptions, StreamSession } from "../../../host/stream/session.js";
import type { StreamItem } from "../../../host/stream/source.js";
import { activities } from "../../../host/stream/synthetic/activities.js";
import { bearings } from "../../../host/stream/synthetic/bearings.js";
import { record } from "../../../host/stream/synthetic/signal.js";

const unlabelled: StreamSpecInput = {
  stream: { window: 128, bands: 12, warmup: 20, falseAlarms: 0.05 }, classes: 2, negatives: "corrupted", sense: "minimise", readout: { from: null }, layers: [{ units: 16 }, { units: 8 }],
};
const labelled: StreamSpecInput = {
  stream: { window: 128, hop: 16, bands: 12, channels: 3, warmup: 100 }, classes: 3, objective: "classwise", layers: [{ units: 30 }, { units: 30 }],
};
const noise = (count: number, seed = 1): Int16Array => record(bearings({ seed }), count).samples;
const item = (samples: Int16Array, labels?: Int16Array): StreamItem => ({ type: "samples", samples, ...(labels && { labels }) });

function run(session: StreamSession, items: readonly StreamItem[]): FrameEvent[] {
  return items.flatMap((one) => [...session.take(one)]);
}

function session(spec: StreamSpecInput, options?: SessionOptions): StreamSession {
  return new StreamSession(Network.create(spec), options);
}

test("samples in pieces of any size give the same frames and the same weights", () => {
  const samples = noise(6000);
  const [whole, pieces] = [session(unlabelled), session(unlabelled)];
  const events = run(whole, [item(samples)]);
  const others: FrameEvent[] = [];
  for (let at = 0, size = 1; at < samples.length; at += size, size = (size * 7) % 211) others.push(...run(pieces, [item(samples.subarray(at, at + size))]));
  expect(others).toEqual(events);
  expect(pieces.network.weightsHash()).toBe(whole.network.weightsHash());
  // 6000 samples: the first window after 128, one each 64 from then on; 20 of them only teach the scaling.
  expect(events.length).toBe(Math.floor((6000 - 128) / 64) + 1 - 20);
  expect(whole.summary()).toMatchObject({ frames: events.length, trained: events.length, front: { samples: 6000, warmupLeft: 0 } });
});

test("every frame is a test before it is a lesson", () => {
  const network = Network.create(unlabelled);
  const [event] = run(new StreamSession(network), [item(noise(128 + 20 * 64))]);
  const fresh = Network.create(unlabelled);
  fresh.predict(network.frame.slice(), "goodness");
  expect(event!.score).toBe(fresh.scores[0]! / 256);
  expect(network.weightsHash()).not.toBe(fresh.weightsHash());
});

test("a gap drops the window under way, is counted, and leaves the weights", () => {
  const one = session(unlabelled);
  run(one, [item(noise(4000))]);
  const before = one.network.weightsHash();
  run(one, [{ type: "gap", kind: "bad", samples: 1, reason: "line 7" }, { type: "gap", kind: "lost", samples: 30, reason: "late" }]);
  expect(one.losses).toMatchObject({ gaps: 2, badSamples: 1, lostSamples: 30, lastReason: "late" });
  expect(one.network.weightsHash()).toBe(before);
  // A whole window has to come first.
  expect(run(one, [item(noise(127))])).toEqual([]);
  expect(run(one, [item(noise(1))])).toHaveLength(1);
});

test("samples that are none are refused before any is taken", () => {
  const network = Network.create(unlabelled);
  network.push(noise(100));
  const before = network.checkpoint();
  for (const wrong of [NaN, 1.5, 32768, -32769, Infinity]) expect(() => network.push([1, 2, wrong])).toThrow(/sample value 2 is .*expected a whole number from -32768 to 32767/);
  expect(() => Network.create(labelled).push([1, 2, 3, 4])).toThrow(/4 values are not whole samples of 3 channels/);
  expect(network.checkpoint()).toEqual(before);
});

test("a network of frames has no use for samples, and one without a threshold raises no alarm", () => {
  const frames = Network.create({ input: { width: 4, height: 4, channels: 1 }, classes: 2, layers: [{ units: 4 }] });
  expect(() => frames.push([1])).toThrow(/takes frames, not samples/);
  expect(() => new StreamSession(frames)).toThrow(/takes frames, not samples/);
  const silent = Network.create({ ...unlabelled, stream: { ...unlabelled.stream, falseAlarms: 0 } });
  expect(() => silent.alarm(true)).toThrow(/keeps no alarm threshold/);
});

test("a source of another number of channels is refused", () => {
  expect(() => StreamSession.check(Network.create(labelled), { name: "a.csv", channels: 1 })).toThrow("a.csv has 1 channel, this network takes 3");
});

test("activities are learned as they come, and most are right before they are learned", () => {
  const one = session(labelled, { recent: 300 });
  const { samples, labels } = record(activities({ seed: 2, only: [0, 1, 2], bout: [6, 12] }), 50 * 900);
  run(one, [item(samples, Int16Array.from(labels))]);
  const { error, recentError, labelled: known, trained } = one.summary();
  expect(trained).toBe(known);
  // By chance two of three would be wrong.
  expect(recentError!).toBeLessThan(10);
  expect(error!).toBeGreaterThan(recentError!);
  expect(one.losses.mixedFrames).toBeGreaterThan(0);
});

test("a label that the network does not have is counted, not learned, and nothing breaks", () => {
  const [one, other] = [session(labelled), session(labelled)];
  const { samples } = record(activities({ seed: 2, only: [1] }), 50 * 60);
  const label = (value: number): Int16Array => new Int16Array(3000).fill(value);
  run(one, [item(samples, label(7))]);
  run(other, [item(samples)]);
  expect(one.losses.unknownLabels).toBe(3000);
  expect(one.summary()).toMatchObject({ trained: 0, error: null });
  expect(one.losses.unlabelledFrames).toBe(other.losses.unlabelledFrames);
  expect(one.network.weightsHash()).toBe(Network.create(labelled).weightsHash());
  expect(one.summary().frames).toBeGreaterThan(0);
});

test("labels do not reach a network that learns without them: they only judge it", () => {
  const samples = noise(5000);
  const [with_, without] = [session(unlabelled), session(unlabelled)];
  run(with_, [item(samples, Int16Array.from(samples, (_, n) => (n > 3000 ? 3 : 0)))]);
  run(without, [item(samples)]);
  expect(with_.network.weightsHash()).toBe(without.network.weightsHash());
  expect(with_.summary().auroc).not.toBeNull();
  expect(without.summary().auroc).toBeNull();
});

test("after trainFor frames neither weights nor threshold move", () => {
  const one = session(unlabelled, { trainFor: 10 });
  run(one, [item(noise(128 + 64 * 35))]);
  const [hash, threshold] = [one.network.weightsHash(), one.network.alarmThreshold];
  run(one, [item(noise(4000, 5))]);
  expect([one.network.weightsHash(), one.network.alarmThreshold, one.summary().trained]).toEqual([hash, threshold, 10]);
});

test("a checkpoint in the middle of a window goes on bit for bit", () => {
  const samples = noise(9000);
  const whole = session(unlabelled);
  run(whole, [item(samples)]);
  const first = session(unlabelled);
  run(first, [item(samples.subarray(0, 4321))]);
  const second = new StreamSession(Network.open(first.network.checkpoint()));
  run(second, [item(samples.subarray(4321))]);
  expect(second.network.checkpoint()).toEqual(whole.network.checkpoint());
});
