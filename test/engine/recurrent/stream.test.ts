/** Streams: what a frame before has left is what tells. */
import { expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { RECURRENT, samplesFor, xorshift } from "./networks.js";

const WIDTH = 12;
const FRAMES = 10;

/** A dot moves left (0) or right (1), around the corner; no single frame tells which. `each` hears frame, label and time. */
function movingDots(count: number, seed: number, each: (frame: Uint8Array, label: number, time: number) => void): void {
  const random = xorshift(seed);
  for (let sequence = 0; sequence < count; sequence++) {
    const label = random() & 1;
    let at = random() % WIDTH;
    for (let time = 0; time < FRAMES; time++) {
      const frame = new Uint8Array(WIDTH);
      frame[at] = 255;
      each(frame, label, time);
      at = (at + (label === 1 ? 1 : WIDTH - 1)) % WIDTH;
    }
  }
}

function shareRight(stream: boolean): number {
  const spec: NetworkSpecInput = {
    input: { width: WIDTH, height: 1, channels: 1 }, classes: 2, inputDropout: 0, layers: [{ units: 32, rate: 1e-3, temperature: 5 }, { units: 32, rate: 1e-3, temperature: 5 }],
    recurrence: { iterations: 2, first: 1, stream },
  };
  const network = Network.create(spec);
  movingDots(2000, 12345, (frame, label) => network.train(frame, label));
  let right = 0, all = 0;
  // The first frames of a sequence are still seen in the light of the one before.
  movingDots(200, 777, (frame, label, time) => {
    const found = network.predict(frame);
    if (time < 4) return;
    all++;
    if (found === label) right++;
  });
  return right / all;
}

test("a stream learns which way a dot moves, of which a still frame says nothing", () => {
  expect(shareRight(true)).toBeGreaterThan(0.95);
  expect(shareRight(false)).toBeLessThan(0.6);
});

test("the state is the same whether a frame was predicted or learned from, as long as the weights are; the readout leaves it alone", () => {
  const spec = { ...RECURRENT["a stream"]!, layers: [{ units: 17, rate: 0 }, { units: 24, rate: 0 }], readout: { from: 0, rate: 0 }, inputDropout: 0 };
  const learner = Network.create(spec), watcher = Network.create(spec);
  for (const { frame, label } of samplesFor(learner, 20, 3)) {
    learner.train(frame, label);
    watcher.predict(frame);
    watcher.predict(frame, "readout");
  }
  const { frame } = samplesFor(learner, 1, 4)[0]!;
  learner.predict(frame);
  watcher.predict(frame);
  expect([...learner.scores]).toEqual([...watcher.scores]);
  expect(new Set(learner.scores).size).toBeGreaterThan(1);
});

test("a stream can start anew, and only a stream can", () => {
  const network = Network.create(RECURRENT["a stream"]!);
  const scores = (frame: Uint8Array): number[] => {
    network.predict(frame);
    return [...network.scores];
  };
  const [first, second] = samplesFor(network, 20, 8).filter(({ frame }) => frame.some((value) => value > 0 && value < 255));
  if (!first || !second) throw new Error("the samples are all empty or full");
  const fresh = [scores(first.frame), scores(second.frame)];
  expect(scores(first.frame)).not.toEqual(fresh[0]);
  network.restartStream();
  expect([scores(first.frame), scores(second.frame)]).toEqual(fresh);
  expect(() => Network.create(RECURRENT["three layers, hard negatives"]!).restartStream()).toThrow(/it is not one for streams/);
});
