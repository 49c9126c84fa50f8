/** Kernels that only variants use, against plain TypeScript, with the whole memory compared after each call. */
import { beforeEach, describe, expect, test } from "vitest";
import { Arena, BUILDS, type Kernels, Noise, loadKernels } from "./kernel_build.js";
import { PAIRED_BYTES, type PairedRow, SINGLE_BYTES, entriesOf, pairedList, singleList } from "./row_list.js";

interface VariantKernels extends Kernels {
  clip(y: number, count: number, ceiling: number): void;
  silenceAtCeiling(y: number, count: number, ceiling: number, coefficients: number, half: number): void;
  rowsOfFrames(positive: number, negative: number, count: number, byPositive: number, byNegative: number, dropout: number, state: number, list: number): number;
  positiveHalf(paired: number, count: number, list: number): number;
}

const SIZES = [1, 7, 8, 9, 15, 16, 17, 31, 40, 61];
const normalised = (value: number, by: number): number => Math.min(127, Math.floor((value * by + 32768) / 65536));

describe.each(BUILDS)("kernels of variants in the %s build", (build) => {
  const kernels = loadKernels(build) as VariantKernels;
  const arena = new Arena(kernels);
  beforeEach(() => arena.clear());

  test.each([8, 16, 24, 40])("clip lowers %i activities to the ceiling and no others", (count) => {
    for (const ceiling of [1, 64, 32767]) {
      arena.clear();
      const noise = new Noise(count + ceiling);
      const y = Int16Array.from({ length: count }, (_, at) => (at % 5 === 0 ? ceiling : noise.extreme(0, 32767)));
      const at = arena.place("y", y);
      arena.call(() => kernels.clip(at, count, ceiling), [{ at, values: y.map((value) => Math.min(value, ceiling)) }]);
    }
  });

  test.each(SIZES)("silenceAtCeiling clears one half of the coefficients of %i units where they are at the ceiling", (count) => {
    for (const half of [0, 1]) {
      arena.clear();
      const noise = new Noise(count + half);
      const y = Int16Array.from({ length: count }, () => noise.between(62, 64));
      const coefficients = Int16Array.from({ length: 2 * count }, () => noise.extreme(-32767, 32767));
      const at = arena.place("y", y);
      const coefficientsAt = arena.place("coefficients", coefficients);
      const expected = coefficients.map((a, index) => (index % 2 === half && y[index >> 1]! >= 64 ? 0 : a));
      arena.call(() => kernels.silenceAtCeiling(at, count, 64, coefficientsAt, half), [{ at: coefficientsAt, values: expected }]);
    }
  });

  test.each(SIZES)("rowsOfFrames lists what is not 0 in one of two frames of %i values, and draws once for both; positiveHalf takes its first half", (size) => {
    for (const [byPositive, byNegative] of [[4112, 9000], [1, 65536], [0, 4112]] as const) {
      for (const dropout of [0, 1, 51, 192]) {
        arena.clear();
        const noise = new Noise(size + byPositive + dropout);
        const frames = [0, 1].map(() => Uint8Array.from({ length: size }, () => noise.sparse(255)));
        // Blocks of 8 zeros in both are passed over at once.
        if (size > 31) for (const frame of frames) frame.fill(0, 9, 28);
        const first = noise.u32() | 1;
        let state = first;
        const rows = [...frames[0]!.keys()].flatMap((row): PairedRow[] => {
          const [p, n] = frames.map((frame) => frame[row]!) as [number, number];
          if (p === 0 && n === 0) return [];
          if (dropout > 0) {
            state ^= state << 13;
            state ^= state >>> 17;
            state ^= state << 5;
            if (state >>> 24 < dropout) return [];
          }
          const [positive, negative] = [normalised(p, byPositive), normalised(n, byNegative)];
          return positive === 0 && negative === 0 ? [] : [{ row, positive, negative }];
        });
        const [positiveAt, negativeAt] = frames.map((frame) => arena.place("frame", frame)) as [number, number];
        const stateAt = arena.place("state", Int32Array.of(first));
        const listBytes = PAIRED_BYTES * entriesOf(size);
        const list = arena.place("list", new Uint8Array(listBytes));
        const values = pairedList(rows);
        const found = arena.call(() => kernels.rowsOfFrames(positiveAt, negativeAt, size, byPositive, byNegative, dropout, stateAt, list), [
          { at: list, values, free: listBytes - values.byteLength }, { at: stateAt, values: Int32Array.of(state) },
        ]);
        expect(found).toBe(rows.length);

        const half = rows.filter(({ positive }) => positive > 0).map(({ row, positive }) => ({ row, x: positive }));
        const singleBytes = SINGLE_BYTES * entriesOf(size);
        const single = arena.place("single", new Uint8Array(singleBytes));
        const kept = singleList(half);
        expect(arena.call(() => kernels.positiveHalf(list, rows.length, single), [{ at: single, values: kept, free: singleBytes - kept.byteLength }])).toBe(half.length);
      }
    }
  });
});
