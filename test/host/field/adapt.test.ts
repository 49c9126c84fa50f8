import { expect, test } from "vitest";
import type { Dataset } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { adapt } from "../../../host/field/adapt.js";
import { ReplayBuffer } from "../../../host/field/replay.js";
import { PAIR, sampleOf } from "../engine/networks.js";
import { expectMayflyError } from "../data/expect-error.js";

function samples(count: number): Dataset {
  const all = Array.from({ length: count }, (_, index) => sampleOf(PAIR, index));
  return { name: "stripes", shape: PAIR.input, classes: 4, count, frames: Uint8Array.from(all.flatMap(({ frame }) => [...frame])), labels: Uint8Array.from(all, ({ label }) => label) };
}

function replayOf(data: Dataset): ReplayBuffer {
  const replay = new ReplayBuffer({ shape: data.shape, classes: data.classes, perClass: 3 });
  for (let index = 0; index < data.count; index++) replay.add(data.frames.subarray(index * 30, (index + 1) * 30), data.labels[index]!);
  return replay;
}

test("every sample is learned once a pass, with old ones between, and the same call gives the same bits", () => {
  const run = (): string => {
    const network = Network.create(PAIR);
    expect(adapt(network, samples(8), { passes: 3, replay: replayOf(samples(20)), replayEach: 2, seed: 4 })).toEqual({ steps: 72, replayed: 48 });
    expect(network.samples).toBe(72);
    return network.weightsHash();
  };
  expect(run()).toBe(run());
});

test("without old samples there are none, and with them one each", () => {
  expect(adapt(Network.create(PAIR), samples(8), { passes: 2 })).toEqual({ steps: 16, replayed: 0 });
  expect(adapt(Network.create(PAIR), samples(8), { passes: 2, replay: replayOf(samples(4)) })).toEqual({ steps: 32, replayed: 16 });
});

test("wrong options and data that do not fit are refused before anything is learned", async () => {
  const network = Network.create(PAIR);
  await expectMayflyError(() => adapt(network, samples(8), { passes: 0 }), "adapt: passes is 0, expected a whole number from 1", 2);
  await expectMayflyError(() => adapt(network, samples(8), { passes: 1, replayEach: 1 }), "adapt: replayEach asks for old samples, and there is no replay buffer", 2);
  await expectMayflyError(() => adapt(network, { ...samples(8), shape: { width: 5, height: 6, channels: 1 } }, { passes: 1 }), "stripes has frames of 5×6×1, the network takes 6×5×1");
  expect(network.samples).toBe(0);
});
