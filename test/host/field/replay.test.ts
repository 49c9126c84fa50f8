import { expect, test } from "vitest";
import { ReplayBuffer } from "../../../host/field/replay.js";
import { expectMayflyError } from "../data/expect-error.js";

const SHAPE = { width: 5, height: 3, channels: 1 };
const frameOf = (value: number): Uint8Array => Uint8Array.from({ length: 15 }, (_, at) => (value * 16 + at * 7) & 255);

test("frames read back as they were at 8 bits, and to half a step with fewer", () => {
  for (const bits of [1, 2, 4, 8] as const) {
    const replay = new ReplayBuffer({ shape: SHAPE, classes: 2, perClass: 3, bits });
    replay.add(frameOf(3), 1);
    replay.add(frameOf(9), 1);
    const step = 255 / (2 ** bits - 1);
    for (const [index, value] of [3, 9].entries()) {
      replay.frame(1, index).forEach((read, at) => expect(Math.abs(read - frameOf(value)[at]!)).toBeLessThanOrEqual(step / 2 + 1e-9));
    }
    expect(replay.storedBytes).toBe(Math.ceil((15 * bits) / 8));
  }
});

test("its bytes are fixed from the start, whatever it sees, and every class keeps at most its places", () => {
  const replay = new ReplayBuffer({ shape: SHAPE, classes: 3, perClass: 4 });
  const empty = replay.bytes;
  expect(empty).toBe(4 * (10 + 3) + 3 * 4 * 15);
  for (let index = 0; index < 500; index++) replay.add(frameOf(index), index % 2);
  expect(replay.bytes).toBe(empty);
  expect(replay.toBytes()).toHaveLength(empty);
  expect([0, 1, 2].map((label) => replay.countOf(label))).toEqual([4, 4, 0]);
  expect(replay.count).toBe(8);
});

test("every sample has the same chance to stay, and the flash is written about perClass · ln(n / perClass) times", () => {
  const kept = new Array<number>(40).fill(0);
  let writes = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const replay = new ReplayBuffer({ shape: { width: 1, height: 1, channels: 1 }, classes: 1, perClass: 4, seed });
    for (let index = 0; index < 40; index++) replay.add(Uint8Array.of(index), 0);
    for (let index = 0; index < 4; index++) kept[replay.frame(0, index)[0]!]!++;
    writes += replay.writes;
  }
  // 2,000 draws at a chance of 0.1: a standard deviation of 13.4.
  for (const count of kept) expect(Math.abs(count - 200)).toBeLessThan(5 * 13.4);
  expect(writes / 2000).toBeCloseTo(4 + 4 * Array.from({ length: 36 }, (_, at) => 1 / (5 + at)).reduce((sum, share) => sum + share, 0), 0);
});

test("with a horizon old samples fade, as fast whatever came before", () => {
  const aged = (before: number): number => {
    const replay = new ReplayBuffer({ shape: { width: 1, height: 1, channels: 1 }, classes: 1, perClass: 100, horizon: 400, seed: before });
    for (let index = 0; index < before; index++) replay.add(Uint8Array.of(0), 0);
    for (let index = 0; index < 800; index++) replay.add(Uint8Array.of(1), 0);
    return Array.from({ length: 100 }, (_, index) => replay.frame(0, index)[0]!).filter((value) => value === 0).length;
  };
  // Each new sample takes an old place with probability 1/400: e^-2 of them are left, 13.5 with a standard deviation of 3.4.
  for (const before of [400, 20_000]) expect(Math.abs(aged(before) - 13.5)).toBeLessThan(4 * 3.4);
  const replay = new ReplayBuffer({ shape: SHAPE, classes: 1, perClass: 3, horizon: 9 });
  for (let index = 0; index < 50; index++) replay.add(frameOf(index), 0);
  expect(ReplayBuffer.fromBytes(replay.toBytes()).horizon).toBe(9);
  expect(() => new ReplayBuffer({ shape: SHAPE, classes: 1, perClass: 3, horizon: 2 })).toThrow("a horizon of 2 samples");
});

test("classes are drawn evenly, however many samples each has", () => {
  const replay = new ReplayBuffer({ shape: SHAPE, classes: 4, perClass: 50 });
  for (let index = 0; index < 50; index++) replay.add(frameOf(1), 0);
  replay.add(frameOf(2), 3);
  const drawn = [0, 0, 0, 0];
  for (let index = 0; index < 4000; index++) drawn[replay.draw().label]!++;
  expect(drawn[1]! + drawn[2]!).toBe(0);
  expect(Math.abs(drawn[0]! - 2000)).toBeLessThan(160);
});

test("from its bytes it goes on as if it had never stopped", () => {
  const replay = new ReplayBuffer({ shape: SHAPE, classes: 3, perClass: 4, bits: 4, seed: 5 });
  for (let index = 0; index < 30; index++) replay.add(frameOf(index), index % 3);
  const again = ReplayBuffer.fromBytes(replay.toBytes());
  for (const buffer of [replay, again]) for (let index = 30; index < 60; index++) buffer.add(frameOf(index), index % 3);
  expect(again.toBytes()).toEqual(replay.toBytes());
  expect(Array.from({ length: 20 }, () => again.draw())).toEqual(Array.from({ length: 20 }, () => replay.draw()));
});

test("what is wrong is said, and damage is found", async () => {
  await expectMayflyError(() => new ReplayBuffer({ shape: SHAPE, classes: 2, perClass: 0 }), "replay: perClass is 0, expected a whole number of 1..65535", 2);
  await expectMayflyError(() => new ReplayBuffer({ shape: SHAPE, classes: 2, perClass: 1, bits: 3 as 4 }), "replay: 3 bits a value, expected 1, 2, 4 or 8", 2);
  const replay = new ReplayBuffer({ shape: SHAPE, classes: 2, perClass: 2 });
  await expectMayflyError(() => replay.draw(), "replay: nothing is stored yet");
  await expectMayflyError(() => replay.add(new Uint8Array(4), 0), "replay: the frame has 4 values, expected 15 (5×3×1)");
  await expectMayflyError(() => replay.add(frameOf(1), 2), "replay: label 2, expected 0..1");
  expect(replay.count).toBe(0);
  replay.add(frameOf(1), 0);
  const bytes = replay.toBytes();
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    expect(() => ReplayBuffer.fromBytes(damaged)).toThrow(/is not a Mayfly replay buffer|checksum is wrong/);
  }
  expect(() => ReplayBuffer.fromBytes(bytes.subarray(0, 60), "flash page 3")).toThrow("flash page 3 is damaged or truncated");
  expect(() => ReplayBuffer.fromBytes(new Uint8Array(3))).toThrow("is not a Mayfly replay buffer");
});
