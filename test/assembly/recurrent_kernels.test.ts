/** The kernels of recurrent networks in both builds against plain TypeScript, with the whole memory compared after each call. */
import { beforeEach, describe, expect, test } from "vitest";
import { Arena, BUILDS, Noise, loadKernels } from "./kernel_build.js";
import { PAIRED_BYTES, pairedList } from "./row_list.js";

const STRIDES = [8, 16, 24, 40, 64];

describe.each(BUILDS)("kernels of the %s build", (build) => {
  const kernels = loadKernels(build);
  const arena = new Arena(kernels);
  beforeEach(() => arena.clear());

  test.each(STRIDES)("damp mixes old and new of %i units, rounding to nearest", (count) => {
    for (const share of [0, 1, 77, 128, 255]) {
      arena.clear();
      const noise = new Noise(count + share);
      const y = (): Int16Array => Int16Array.from({ length: count }, () => noise.extreme(0, 32767));
      const [old, fresh] = [y(), y()];
      const oldAt = arena.place("old", old);
      const freshAt = arena.place("new", fresh);
      const expected = fresh.map((value, unit) => Math.floor((old[unit]! * share + value * (256 - share) + 128) / 256));
      arena.call(() => kernels.damp(oldAt, freshAt, count, share), [{ at: freshAt, values: expected }]);
      if (share === 0) expect(expected).toEqual(fresh);
    }
  });

  test.each(STRIDES)("inputsOfActivity normalises %i activities into bytes", (count) => {
    for (const by of [0, 1, 300, 8192, 65536, 1 << 28]) {
      arena.clear();
      const noise = new Noise(count + by);
      // A multiplier belongs to activities whose products fit 32 bits.
      const most = Math.min(32767, Math.floor((2 ** 32 - 32769) / Math.max(by, 1)));
      const y = Int16Array.from({ length: count }, () => noise.sparse(most));
      const yAt = arena.place("y", y);
      const xAt = arena.place("x", new Uint8Array(count).fill(7));
      arena.call(() => kernels.inputsOfActivity(yAt, count, by, xAt), [{ at: xAt, values: Uint8Array.from(y, (value) => Math.min(127, Math.floor((value * by + 32768) / 65536))) }]);
    }
  });

  test.each(STRIDES)("rowsOfInputs goes on with a list of %i units where one of the two sees something", (count) => {
    for (const [before, first] of [[0, 0], [1, 20], [2, 3000], [5, 784]] as const) {
      arena.clear();
      const noise = new Noise(count + before);
      const x = (): Uint8Array => Uint8Array.from({ length: count }, (_, unit) => (unit >> 3 === 1 ? 0 : noise.sparse(127)));
      const [positive, negative] = [x(), x()];
      const rows = Array.from({ length: before }, (_, row) => ({ row, positive: row + 1, negative: 9 }));
      const list = arena.place("list", new Int16Array(Math.ceil((before + count + 1) / 2) * (PAIRED_BYTES / 2)).fill(-1));
      new Int16Array(kernels.memory.buffer, list).set(pairedList(rows));
      for (let unit = 0; unit < count; unit++) {
        if (positive[unit]! + negative[unit]! > 0) rows.push({ row: first + unit, positive: positive[unit]!, negative: negative[unit]! });
      }
      const positiveAt = arena.place("positive", positive);
      const negativeAt = arena.place("negative", negative);
      // The list is not closed: behind an odd last row stands what stood there.
      const written = pairedList(rows);
      if (rows.length % 2 === 1) {
        const there = new Int16Array(kernels.memory.buffer, list, written.length);
        for (const half of [1, 3, 5]) written[written.length - 6 + half] = there[written.length - 6 + half]!;
      }
      expect(arena.call(() => kernels.rowsOfInputs(positiveAt, negativeAt, count, first, list, before), [{ at: list, values: written }])).toBe(rows.length);
      expect(rows.length).toBeGreaterThan(before);
    }
  });

  test.each([[1, 1, 1], [4, 3, 1], [5, 5, 3], [7, 4, 10]])("rowsOfWindow lists what a field sees of a map of %i x %i places of %i channels, and nothing beyond its edges", (width, height, channels) => {
    for (const side of [1, 2, 3, 5]) {
      for (const [top, left] of [[0, 0], [-1, -1], [-2, 1], [height - 1, width - 1], [-side, 0], [0, width]] as const) {
        arena.clear();
        const noise = new Noise(width * 100 + side * 10 + top + left);
        const map = (): Uint8Array => Uint8Array.from({ length: width * height * channels }, () => (noise.u32() % 2 === 0 ? 0 : noise.between(0, 127)));
        const [positive, negative] = [map(), map()];
        const rows = [{ row: 0, positive: 5, negative: 6 }];
        for (let dy = 0; dy < side; dy++) {
          for (let dx = 0; dx < side; dx++) {
            const [y, x] = [top + dy, left + dx];
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            for (let c = 0; c < channels; c++) {
              const at = (y * width + x) * channels + c;
              if (positive[at]! + negative[at]! > 0) rows.push({ row: 100 + (dy * side + dx) * channels + c, positive: positive[at]!, negative: negative[at]! });
            }
          }
        }
        const list = arena.place("list", new Int16Array(Math.ceil((side * side * channels + 2) / 2) * (PAIRED_BYTES / 2)).fill(-1));
        new Int16Array(kernels.memory.buffer, list).set(pairedList(rows.slice(0, 1)));
        const positiveAt = arena.place("positive", positive);
        const negativeAt = arena.place("negative", negative);
        const written = pairedList(rows);
        if (rows.length % 2 === 1) {
          const there = new Int16Array(kernels.memory.buffer, list, written.length);
          for (const half of [1, 3, 5]) written[written.length - 6 + half] = there[written.length - 6 + half]!;
        }
        expect(arena.call(() => kernels.rowsOfWindow(positiveAt, negativeAt, width, height, channels, top, left, side, 100, list, 1), [{ at: list, values: written }])).toBe(rows.length);
      }
    }
  });
});
