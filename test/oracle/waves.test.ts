/** Spatially extended labels of the oracle against numbers computed by hand from docs/maps.md. */
import { expect, test } from "vitest";
import { Generator } from "./random.js";
import type { Spec } from "./spec.js";
import { labelled, modeOf, waveAt, withValuesLeftOut } from "./waves.js";

const spec: Spec = {
  objective: "pair", classes: 10, width: 4, height: 4, channels: 1, placement: "none", labelLevel: 48, negatives: "random", readoutFrom: 0, goodnessFrom: 0,
  readoutRate: 0, holdSteps: 0, totalSteps: 0, seed: 1, biasLevel: 0, loss: "threshold", inputDropout: 0, layers: [], waves: { set: 1, intensity: 64 },
};

test("set 1 has three frequencies in four directions, then begins again", () => {
  expect(modeOf(1, 10, 0)).toEqual({ u: 512, v: 0 });
  expect(modeOf(1, 10, 5)).toEqual({ u: 1024, v: 1024 });
  expect(modeOf(1, 12, 10)).toEqual({ u: 0, v: 1792 });
  expect(modeOf(1, 12, 11)).toEqual({ u: 1792, v: -1792 });
  expect(modeOf(1, 13, 12)).toEqual({ u: 512, v: 0 });
});

test("set 2 turns one wave by half a circle over the classes", () => {
  // 127.5 at a quarter is 128, so that a sine or cosine of 0 is 1/255.
  expect(modeOf(2, 4, 0)).toEqual({ u: 1024, v: 4 });
  expect(modeOf(2, 4, 2)).toEqual({ u: 4, v: 1024 });
  // 127.5 - 90.16 = 37, 127.5 + 90.16 = 218: -181 and 181 of 255.
  expect(modeOf(2, 4, 3)).toEqual({ u: -726, v: 726 });
});

test("a wave of two cycles over four columns goes up and down in each column", () => {
  expect([0, 1, 2, 3].map((column) => waveAt(spec, { u: 512, v: 0 }, 3, column))).toEqual([255, 0, 255, 0]);
  expect(waveAt(spec, { u: 0, v: -512 }, 1, 0)).toBe(0);
  expect(waveAt(spec, { u: 256, v: 0 }, 0, 1)).toBe(128);
});

test("a label is mixed into the frame; the neutral one is grey", () => {
  const frame = new Uint8Array(16).fill(100);
  // (100 * 192 + 255 * 64 + 128) >> 8, and with 0 and 128 for 255.
  expect([...labelled(spec, frame, 0).subarray(0, 2)]).toEqual([139, 75]);
  expect(labelled(spec, frame)[0]).toBe(107);
  const two: Spec = { ...spec, width: 2, channels: 2 };
  expect([...labelled(two, frame, 0).subarray(0, 4)]).toEqual([139, 139, 139, 139]);
});

test("values are left out before the label comes, with a draw for each that is not 0", () => {
  const generator = new Generator(0, 0);
  const draws = [0x4000_0000, 0x3fff_ffff];
  generator.next = () => draws.shift()!;
  expect([...withValuesLeftOut({ ...spec, inputDropout: 64 }, Uint8Array.of(0, 9, 0, 9), generator)]).toEqual([0, 9, 0, 0]);
  expect(draws).toEqual([]);
});
