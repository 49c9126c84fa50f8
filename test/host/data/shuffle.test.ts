import { expect, test } from "vitest";
import { permutation } from "../../../host/data/shuffle.js";
import { expectMayflyError } from "./expect-error.js";

// Pinned by a second implementation, in Python.
test("the order is the same on every machine", () => {
  expect([...permutation(10, 1, 0)]).toEqual([9, 1, 5, 0, 6, 7, 3, 2, 4, 8]);
  expect([...permutation(10, 1, 1)]).toEqual([6, 1, 3, 8, 0, 4, 2, 9, 7, 5]);
  expect([...permutation(10, 0xffffffff, 3)]).toEqual([9, 1, 4, 6, 5, 8, 7, 2, 3, 0]);
  const hash = permutation(60000, 7, 2).reduce((sum, index) => (Math.imul(sum, 31) + index) >>> 0, 0);
  expect(hash).toBe(2565328528);
});

test("a seed counts modulo 2^32", () => {
  expect(permutation(10, -1, 3)).toEqual(permutation(10, 0xffffffff, 3));
});

test("every index occurs once", () => {
  for (const count of [0, 1, 2, 3, 64, 65, 1009]) {
    expect([...permutation(count, 5, 0)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  }
});

test("epochs and seeds give different orders", () => {
  const orders = [permutation(50, 1, 0), permutation(50, 1, 1), permutation(50, 2, 0), permutation(50, 2, 1)];
  expect(new Set(orders.map((order) => order.join())).size).toBe(4);
});

test("all orders of three come up about equally often", () => {
  const tally = new Map<string, number>();
  for (let epoch = 0; epoch < 6000; epoch++) {
    const order = permutation(3, 42, epoch).join("");
    tally.set(order, (tally.get(order) ?? 0) + 1);
  }
  // 1000 expected, standard deviation 29.
  expect([...tally.keys()].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
  for (const times of tally.values()) expect(Math.abs(times - 1000)).toBeLessThan(130);
});

test("counts that are no counts are refused", async () => {
  await expectMayflyError(() => permutation(-1, 0, 0), "shuffle: count is -1, expected 0..4294967295", 2);
  await expectMayflyError(() => permutation(1.5, 0, 0), "shuffle: count is 1.5, expected a whole number", 2);
  await expectMayflyError(() => permutation(3, NaN, 0), "shuffle: seed is NaN, expected a whole number", 2);
});
