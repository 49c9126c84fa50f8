import { expect, test } from "vitest";
import type { Dataset } from "../../../host/data/dataset.js";
import { type Domain, inDomain } from "../../../host/data/domain.js";

function picture(rows: readonly string[]): Dataset {
  const frames = Uint8Array.from(rows.join(""), (letter) => (letter === "#" ? 255 : 0));
  return { name: "picture", shape: { width: rows[0]!.length, height: rows.length, channels: 1 }, classes: 2, count: 1, frames, labels: Uint8Array.of(1) };
}
const drawn = ({ frames, shape }: Dataset): string[] => Array.from({ length: shape.height }, (_, row) =>
  [...frames.subarray(row * shape.width, (row + 1) * shape.width)].map((value) => (value > 127 ? "#" : ".")).join(""));

const L = picture(["#....", "#....", "#....", "#....", "###.."]);

test("a quarter turn is anticlockwise, a whole one changes nothing", () => {
  expect(drawn(inDomain(L, { kind: "rotated", degrees: 90 }))).toEqual([".....", ".....", "....#", "....#", "#####"]);
  expect(inDomain(L, { kind: "rotated", degrees: 360 }).frames).toEqual(L.frames);
});

test("inverted twice is as before", () => {
  const inverted = inDomain(L, { kind: "inverted" });
  expect(drawn(inverted)[0]).toBe(".####");
  expect(inDomain(inverted, { kind: "inverted" }).frames).toEqual(L.frames);
});

test("noise has its deviation and its seed", () => {
  const grey: Dataset = { name: "grey", shape: { width: 100, height: 100, channels: 1 }, classes: 2, count: 1, frames: new Uint8Array(10_000).fill(128), labels: Uint8Array.of(0) };
  const noisy = (seed: number): Uint8Array => inDomain(grey, { kind: "noisy", deviation: 20, seed }).frames;
  const values = noisy(1);
  const mean = values.reduce((sum, value) => sum + value, 0) / 1e4;
  expect(Math.abs(mean - 128)).toBeLessThan(1);
  expect(Math.abs(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1e4) - 20)).toBeLessThan(0.5);
  expect(noisy(1)).toEqual(values);
  expect(noisy(2)).not.toEqual(values);
});

test("a writer changes all frames in one way, another writer in another", () => {
  const bar = picture(["........", "..##....", "..##....", "..##....", "..##....", "..##....", "..##....", "........"]);
  const two: Dataset = { ...bar, count: 2, frames: Uint8Array.of(...bar.frames, ...bar.frames), labels: Uint8Array.of(0, 1) };
  const written = inDomain(two, { kind: "writer", seed: 1 });
  expect(written.frames.subarray(0, 64)).toEqual(written.frames.subarray(64));
  expect(written.frames.subarray(0, 64)).not.toEqual(bar.frames);
  expect(inDomain(two, { kind: "writer", seed: 2 }).frames).not.toEqual(written.frames);
  expect(written.labels).toEqual(two.labels);
});

test("the data set given stays as it is, and what makes no sense is refused", () => {
  const before = L.frames.slice();
  for (const domain of [{ kind: "rotated", degrees: 30 }, { kind: "noisy", deviation: 90 }, { kind: "writer", seed: 3 }, { kind: "inverted" }] satisfies Domain[]) inDomain(L, domain);
  expect(L.frames).toEqual(before);
  expect(() => inDomain(L, { kind: "rotated", degrees: NaN })).toThrow("domain: rotation by NaN degrees");
  expect(() => inDomain(L, { kind: "noisy", deviation: 300 })).toThrow("domain: noise of standard deviation 300, expected 0..255");
});
