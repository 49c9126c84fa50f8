/** Every kernel of both builds against plain TypeScript, with the whole memory compared after each call. */
import { beforeEach, describe, expect, test } from "vitest";
import { Arena, BUILDS, Noise, type Write, loadKernels } from "./kernel_build.js";
import { PAIRED_BYTES, type PairedRow, type Row, SINGLE_BYTES, entriesOf, pairedList, singleList } from "./row_list.js";

const SIZES = [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 61, 64];
/** Kernels over blocks of 8 units: the sizes as the engine pads them. */
const STRIDES = [...new Set(SIZES.map((size) => (size + 7) & ~7))];
/** The last two are more than the 32 rows of a block. */
const ROW_COUNTS = [0, 1, 2, 3, 8, 13, 33, 70];
const MATRIX_ROWS = 80;
const WEIGHTS = [
  { type: "I8", low: -128, high: 127, array: (length: number, value: () => number): Int8Array | Int16Array => Int8Array.from({ length }, value) },
  { type: "I16", low: -32768, high: 32767, array: (length: number, value: () => number): Int8Array | Int16Array => Int16Array.from({ length }, value) },
] as const;
type Weights = (typeof WEIGHTS)[number];

const sat = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** All ranges of whole blocks of 8 units that touch an end, and one in the middle. */
function blockRanges(stride: number): [number, number][] {
  const ranges: [number, number][] = [[0, stride], [0, 0]];
  if (stride >= 16) ranges.push([8, stride], [0, stride - 8], [stride - 8, stride]);
  if (stride >= 40) ranges.push([8, stride - 8], [16, 32]);
  return ranges;
}

/** Ranges at any unit. */
function anyRanges(size: number): [number, number][] {
  const ranges: [number, number][] = [[0, size], [size, size]];
  if (size >= 7) ranges.push([1, size], [0, size - 1], [3, size - 2]);
  if (size >= 31) ranges.push([5, 14], [9, 25]);
  return ranges;
}

function ascendingRows(noise: Noise, count: number): number[] {
  const all = Array.from({ length: MATRIX_ROWS }, (_, row) => row);
  while (all.length > count) all.splice(noise.between(0, all.length - 1), 1);
  return all;
}

function startOf(lanes: Uint16Array, unit: number): number {
  return (lanes[unit & 7]! + Math.imul(unit >> 3, 0x9e37)) & 0xffff;
}

describe.each(BUILDS)("kernels of the %s build", (build) => {
  const kernels = loadKernels(build);
  const arena = new Arena(kernels);
  beforeEach(() => arena.clear());

  describe.each(WEIGHTS)("with $type weights", (weights) => {
    const matrixOf = (noise: Noise, stride: number) => weights.array(MATRIX_ROWS * stride, () => noise.extreme(weights.low, weights.high));

    test.each(STRIDES)("forwardSingle adds x @ W to the sums of its units only, %i a row", (stride) => {
      for (const count of ROW_COUNTS) {
        for (const [from, to] of blockRanges(stride)) {
          arena.clear();
          const noise = new Noise(stride * 100 + count);
          const w = matrixOf(noise, stride);
          const rows = ascendingRows(noise, count).map((row) => ({ row, x: noise.extreme(0, 127) }));
          const sums = Int32Array.from({ length: stride }, () => noise.between(-2_000_000_000, 2_000_000_000));
          const expected = sums.map((sum, unit) => (unit < from || unit >= to ? sum : rows.reduce((total, { row, x }) => total + w[row * stride + unit]! * x, sum)));
          const list = arena.place("list", singleList(rows));
          const weightsAt = arena.place("weights", w);
          const sumsAt = arena.place("sums", sums);
          arena.call(() => kernels[`forwardSingle${weights.type}`](list, entriesOf(count), weightsAt, stride, sumsAt, from, to), [{ at: sumsAt, values: expected }]);
        }
      }
    });

    test.each(STRIDES)("forwardPaired adds both products of a pair, %i units a row", (stride) => {
      for (const count of ROW_COUNTS) {
        for (const [from, to] of blockRanges(stride)) {
          arena.clear();
          const noise = new Noise(stride * 100 + count);
          const w = matrixOf(noise, stride);
          const rows = ascendingRows(noise, count).map((row) => ({ row, positive: noise.extreme(0, 127), negative: noise.extreme(0, 127) }));
          // The plane of the negative may stand further away than one row of units.
          const plane = stride + 8 * (count % 2);
          const sums = Int32Array.from({ length: 2 * plane }, () => noise.between(-2_000_000_000, 2_000_000_000));
          const expected = sums.map((sum, index) => {
            const unit = index % plane;
            const side = index < plane ? "positive" : "negative";
            return unit < from || unit >= to ? sum : rows.reduce((total, row) => total + w[row.row * stride + unit]! * row[side], sum);
          });
          const list = arena.place("list", pairedList(rows));
          const weightsAt = arena.place("weights", w);
          const sumsAt = arena.place("sums", sums);
          arena.call(() => kernels[`forwardPaired${weights.type}`](list, entriesOf(count), weightsAt, stride, sumsAt, plane, from, to), [{ at: sumsAt, values: expected }]);
        }
      }
    });

    test.each(STRIDES)("updateSingle carries its rounding from row to row and saturates, %i units a row", (stride) => {
      for (const [count, shift, from, to] of updateCases(stride)) {
        arena.clear();
        const noise = new Noise(stride * 1000 + count * 30 + shift);
        const rows: Row[] = ascendingRows(noise, count).map((row) => ({ row, x: noise.extreme(0, 127) }));
        const paired = rows.map(({ row, x }) => ({ row, positive: x, negative: x }));
        checkUpdate(weights, matrixOf(noise, stride), stride, noise, paired, singleList(rows), shift, from, to, kernels[`updateSingle${weights.type}`]);
      }
    });

    test.each([64, 104, 136])("updateSingle does so with coefficients of a pair, whose sums fit, %i units a row", (stride) => {
      for (const shift of [0, 1, 2, 3, 4, 5]) {
        for (const count of [1, 2, 33, 70]) {
          arena.clear();
          const noise = new Noise(stride * 1000 + count * 30 + shift);
          const rows: Row[] = ascendingRows(noise, count).map((row) => ({ row, x: noise.extreme(0, 127) }));
          const paired = rows.map(({ row, x }) => ({ row, positive: x, negative: x }));
          checkUpdate(weights, matrixOf(noise, stride), stride, noise, paired, singleList(rows), shift, 0, stride, kernels[`updateSingle${weights.type}`], 0);
        }
      }
    });

    test.each(STRIDES)("updatePaired carries its rounding from row to row and saturates, %i units a row", (stride) => {
      for (const [count, shift, from, to] of updateCases(stride)) {
        arena.clear();
        const noise = new Noise(stride * 1000 + count * 30 + shift);
        const rows: PairedRow[] = ascendingRows(noise, count).map((row) => ({ row, positive: noise.sparse(127), negative: noise.sparse(127) }));
        checkUpdate(weights, matrixOf(noise, stride), stride, noise, rows, pairedList(rows), shift, from, to, kernels[`updatePaired${weights.type}`]);
      }
    });

    test("an update by full coefficients at the largest scale reaches both bounds and stops there", () => {
      const stride = 16;
      const rows = [{ row: 0, x: 127 }, { row: 1, x: 127 }, { row: 2, x: 127 }];
      for (const sign of [1, -1]) {
        arena.clear();
        const list = arena.place("list", singleList(rows));
        const weightsAt = arena.place("weights", weights.array(3 * stride, () => (sign < 0 ? weights.low + 1 : weights.high - 1)));
        const coefficients = arena.place("coefficients", Int16Array.from({ length: 2 * stride }, (_, index) => (index % 2 === 0 ? sign * 32767 : 0)));
        const lanes = arena.place("lanes", new Uint16Array(8).fill(0xffff));
        const bound = weights.array(3 * stride, () => (sign < 0 ? weights.low : weights.high));
        arena.call(() => kernels[`updateSingle${weights.type}`](list, 2, weightsAt, stride, coefficients, lanes, 8, 0, stride), [{ at: weightsAt, values: bound }]);
      }
    });

    test.each(SIZES)("decayRow pulls each of %i weights toward 0 by its random rounding", (units) => {
      for (const decay of [0, 1, 20, 300, 4096]) {
        arena.clear();
        const noise = new Noise(units + decay);
        const row = weights.array(units, () => noise.extreme(weights.low, weights.high));
        const lanes = Uint16Array.from({ length: 8 }, () => noise.extreme(0, 0xffff));
        const expected = row.map((w, unit) => sat(w - Math.floor((w * decay + startOf(lanes, unit)) / 65536), weights.low, weights.high));
        const rowAt = arena.place("row", row);
        const lanesAt = arena.place("lanes", lanes);
        arena.call(() => kernels[`decayRow${weights.type}`](rowAt, units, decay, lanesAt), [{ at: rowAt, values: expected }]);
      }
    });
  });

  /** Every row count, with shifts and ranges in turn. */
  function updateCases(stride: number): [count: number, shift: number, from: number, to: number][] {
    const shifts = [0, 1, 4, 5, 7, 8];
    return ROW_COUNTS.flatMap((count) => blockRanges(stride).map(([from, to], index): [number, number, number, number] => [count, shifts[(index + count) % shifts.length]!, from, to]));
  }

  function checkUpdate(
    type: Weights, w: Int8Array | Int16Array, stride: number, noise: Noise, rows: readonly PairedRow[], list: Int16Array, shift: number, from: number, to: number,
    kernel: (typeof kernels)["updateSingleI8"], leastPositive = -32767,
  ): void {
    // Every third unit learns nothing; whole blocks of 8 and 16 of these are skipped by the kernels.
    const idle = (unit: number): boolean => unit % 3 === 0 || (unit >= 24 && unit < 32) || (unit >= 48 && unit < 64 && stride === 64);
    const coefficients = Int16Array.from({ length: 2 * stride }, (_, index) => (idle(index >> 1) ? 0 : index % 2 === 0 ? noise.extreme(leastPositive, 32767) : noise.extreme(-32767, 0)));
    const lanes = Uint16Array.from({ length: 8 }, () => noise.extreme(0, 0xffff));
    const expected = w.slice();
    for (let unit = from; unit < to; unit++) {
      let carry = startOf(lanes, unit);
      for (const { row, positive, negative } of rows) {
        const sum = (coefficients[2 * unit]! * positive + coefficients[2 * unit + 1]! * negative) * 2 ** shift + carry;
        const step = Math.floor(sum / 65536);
        carry = sum - step * 65536;
        expected[row * stride + unit] = sat(expected[row * stride + unit]! + step, type.low, type.high);
      }
    }
    const listAt = arena.place("list", list);
    const weightsAt = arena.place("weights", w);
    const coefficientsAt = arena.place("coefficients", coefficients);
    const lanesAt = arena.place("lanes", lanes);
    arena.call(() => kernel(listAt, entriesOf(rows.length), weightsAt, stride, coefficientsAt, lanesAt, shift, from, to), [{ at: weightsAt, values: expected }]);
  }

  /** Sums around the edges of rounding and clamping, but `room` short of the ends of an i32. */
  function edgeSums(noise: Noise, count: number, shift: number, room = 0): Int32Array {
    const edges = [0, -1, 1, (1 << (shift - 1)) - 1, 1 << (shift - 1), 32767 * 2 ** shift, 32768 * 2 ** shift, 2_076_180_480 - room, room - 2_076_180_480];
    return Int32Array.from({ length: count }, () => (noise.u32() % 2 === 0 ? edges[noise.between(0, edges.length - 1)]! : noise.between(-50_000, 100_000) * 2 ** (shift - 1) + noise.between(0, 9)));
  }
  const activityOf = (sum: number, shift: number): number => sat(Math.floor((sum + 2 ** (shift - 1)) / 2 ** shift), 0, 32767);
  const squaresOf = (y: Int16Array): bigint => y.reduce((sum, value) => sum + BigInt(value) ** 2n, 0n);

  test.each(STRIDES)("activate rounds %i sums, clamps them to 0..32767 and writes nothing else", (count) => {
    for (let shift = 1; shift <= 11; shift++) {
      arena.clear();
      const sums = edgeSums(new Noise(count * 20 + shift), count, shift);
      const sumsAt = arena.place("sums", sums);
      const yAt = arena.place("y", new Int16Array(count).fill(-1));
      arena.call(() => kernels.activate(sumsAt, count, shift, yAt), [{ at: yAt, values: Int16Array.from(sums, (sum) => activityOf(sum, shift)) }]);
    }
  });

  test.each(STRIDES)("activity makes %i activities of sums, and their squares' sum", (count) => {
    for (let shift = 1; shift <= 11; shift++) {
      for (const largest of [false, true]) {
        arena.clear();
        const sums = edgeSums(new Noise(count * 20 + shift), count, shift);
        if (largest) sums.fill(2_076_180_480);
        const expected = Int16Array.from(sums, (sum) => activityOf(sum, shift));
        const sumsAt = arena.place("sums", sums);
        const yAt = arena.place("y", new Int16Array(count).fill(-1));
        expect(arena.call(() => kernels.activity(sumsAt, count, shift, yAt), [{ at: yAt, values: expected }])).toBe(squaresOf(expected));
      }
    }
  });

  for (const weights of WEIGHTS) {
    test.each(STRIDES)(`activityWithRow adds a row of %i weights (${weights.type}) before`, (count) => {
      for (let shift = 1; shift <= 11; shift++) {
        for (const x of [0, 1, 16, 127]) {
          arena.clear();
          const noise = new Noise(count * 20 + shift + x);
          const sums = edgeSums(noise, count, shift, 127 * 32768);
          const row = weights.array(count, () => noise.between(weights.low, weights.high));
          const expected = Int16Array.from(sums, (sum, unit) => activityOf(sum + row[unit]! * x, shift));
          const sumsAt = arena.place("sums", sums);
          const rowAt = arena.place("row", row);
          const yAt = arena.place("y", new Int16Array(count).fill(-1));
          const run = (): bigint => kernels.activityWithRow(sumsAt, rowAt, row.BYTES_PER_ELEMENT, x, count, shift, yAt);
          expect(arena.call(run, [{ at: yAt, values: expected }])).toBe(squaresOf(expected));
        }
      }
    });
  }

  test("clearWords and copyWords write whole words and nothing else", () => {
    for (let words = 0; words <= 21; words++) {
      for (const skipped of [0, 1, 3]) {
        arena.clear();
        const noise = new Noise(words + skipped);
        const values = Int32Array.from({ length: words + skipped }, () => noise.u32());
        const fromAt = arena.place("from", values) + 4 * skipped;
        const toAt = arena.place("to", new Int32Array(words + skipped).fill(-1)) + 4 * skipped;
        arena.call(() => kernels.copyWords(toAt, fromAt, 4 * words), [{ at: toAt, values: values.slice(skipped) }]);
        arena.call(() => kernels.clearWords(fromAt, 4 * words), [{ at: fromAt, values: new Int32Array(words) }]);
      }
    }
  });

  /** Gains up to the largest rate, with shifts (31 - Q) from the finest to the coarsest. */
  const GAINS = [[1, 7], [100, 7], [2000, 9], [25166, 11], [65000, 12], [65000, 7], [65000, 23]] as const;
  const coefficient = (y: number, gain: number, shift: number): number => Math.min(Math.floor((y * gain + 2 ** (shift - 1)) / 2 ** shift), 32767);

  test.each(STRIDES)("coefficientsPaired puts a+ and -a- of %i units side by side", (count) => {
    for (const [largest, shift] of GAINS) {
      for (const [gainPositive, gainNegative] of [[largest, largest], [largest, 0], [0, largest], [largest >> 1, largest]] as const) {
        arena.clear();
        const noise = new Noise(count + shift + gainPositive);
        const positive = Int16Array.from({ length: count }, () => noise.sparse(32767));
        const negative = Int16Array.from({ length: count }, () => noise.sparse(32767));
        const expected = Int16Array.from({ length: 2 * count }, (_, index) => {
          const unit = index >> 1;
          return index % 2 === 0 ? coefficient(positive[unit]!, gainPositive, shift) : -coefficient(negative[unit]!, gainNegative, shift);
        });
        const positiveAt = arena.place("y+", positive);
        const negativeAt = arena.place("y-", negative);
        const at = arena.place("coefficients", new Int16Array(2 * count).fill(-1));
        arena.call(() => kernels.coefficientsPaired(positiveAt, negativeAt, count, gainPositive, gainNegative, shift, at), [{ at, values: expected }]);
      }
    }
  });

  test.each(SIZES)("coefficientsSingle writes units from..to-1 of %i, a- = 0, with the sign of the gain", (size) => {
    for (const [largest, shift] of GAINS) {
      for (const gain of [largest, -largest, 0, -1]) {
        for (const [from, to] of anyRanges(size)) {
          arena.clear();
          const noise = new Noise(size + shift + gain);
          const y = Int16Array.from({ length: size }, () => noise.sparse(32767));
          const before = new Int16Array(2 * size).fill(-1);
          const expected = before.map((old, index) => {
            const unit = index >> 1;
            if (unit < from || unit >= to) return old;
            return index % 2 === 1 ? 0 : Math.sign(gain) * coefficient(y[unit]!, Math.abs(gain), shift);
          });
          const yAt = arena.place("y", y);
          const at = arena.place("coefficients", before);
          arena.call(() => kernels.coefficientsSingle(yAt, from, to, gain, shift, at), [{ at, values: expected }]);
        }
      }
    }
  });

  test.each(SIZES)("sumSquares adds the squares of any range of %i activities", (size) => {
    for (const [from, to] of anyRanges(size)) {
      arena.clear();
      const noise = new Noise(size);
      const y = Int16Array.from({ length: size }, () => noise.sparse(32767));
      const at = arena.place("y", y);
      expect(arena.call(() => kernels.sumSquares(at, from, to), [])).toBe(sumOfSquares(y.subarray(from, to)));
    }
  });

  test("sumSquares is exact at 3839 units of 32767", () => {
    const at = arena.place("y", new Int16Array(3839).fill(32767));
    expect(arena.call(() => kernels.sumSquares(at, 0, 3839), [])).toBe(3839n * 32767n ** 2n);
  });

  test.each(SIZES)("sumSquaresU8 adds the squares of any range of %i values", (size) => {
    for (const [from, to] of anyRanges(size)) {
      arena.clear();
      const noise = new Noise(size);
      const values = Uint8Array.from({ length: size }, () => noise.sparse(255));
      const at = arena.place("values", values);
      expect(arena.call(() => kernels.sumSquaresU8(at, from, to), [])).toBe(sumOfSquares(values.subarray(from, to)));
    }
  });

  test("sumSquaresU8 is exact at 3840 values of 255", () => {
    const at = arena.place("values", new Uint8Array(3840).fill(255));
    expect(arena.call(() => kernels.sumSquaresU8(at, 0, 3840), [])).toBe(3840n * 255n ** 2n);
  });

  test("multiplier is 16 over the root mean square in q16, 0 for nothing, and bounded for the weakest input", () => {
    expect(kernels.multiplier(0n, 10)).toBe(0);
    // A single 1 among 3840 values: rms 4 / 256.
    expect(kernels.multiplier(1n, 3840)).toBe(2 ** 28 / 4);
    const noise = new Noise(1);
    for (const count of [...SIZES, 784, 3840]) {
      for (const largest of [1, 255, 32767]) {
        const squares = BigInt(noise.between(1, count)) * BigInt(largest) ** 2n;
        const rms = Math.max(Math.floor(Math.sqrt(Number((squares << 16n) / BigInt(count)))), 1);
        expect(kernels.multiplier(squares, count)).toBe(Math.floor(2 ** 28 / rms));
      }
    }
  });

  /** Multipliers from "all values vanish" to "all saturate". */
  const MULTIPLIERS = [1, 300, 5000, 65536, 1_000_000];
  const normalised = (value: number, by: number): number => Math.min(127, Number(BigInt.asUintN(32, BigInt(value) * BigInt(by) + 32768n) >> 16n));

  test.each([...SIZES, 203])("rowsOfFrame lists the non-zero inputs of any range of %i values, and draws once for each when it drops some", (size) => {
    for (const by of MULTIPLIERS) {
      for (const dropout of [0, 1, 51, 192]) {
        for (const [from, to] of anyRanges(size)) {
          arena.clear();
          const noise = new Noise(size + by + dropout);
          const values = Uint8Array.from({ length: size }, () => noise.sparse(255));
          // Blocks of 8 zeros are passed over at once.
          if (size > 31) values.fill(0, 9, 28);
          const first = noise.u32() | 1;
          let state = first;
          const rows = [...values.keys()].slice(from, to).flatMap((row): Row[] => {
            if (values[row] === 0) return [];
            if (dropout > 0) {
              state ^= state << 13;
              state ^= state >>> 17;
              state ^= state << 5;
              if (state >>> 24 < dropout) return [];
            }
            const x = normalised(values[row]!, by);
            return x === 0 ? [] : [{ row, x }];
          });
          const at = arena.place("values", values);
          const stateAt = arena.place("state", Int32Array.of(first));
          const [list, written] = placeList(SINGLE_BYTES, to - from, singleList(rows));
          const scratch = placeScratch(dropout === 1 || by > 9999 ? 64 : 288);
          expect(arena.call(() => kernels.rowsOfFrame(at, from, to, by, dropout, stateAt, list, scratch.at, scratch.free), [written, scratch, { at: stateAt, values: Int32Array.of(state) }])).toBe(rows.length);
        }
      }
    }
  });

  test("rowsOfFrame lists all of a full frame, and nothing of an empty one", () => {
    for (const [value, count] of [[255, 33], [255, 40], [255, 203], [0, 40]] as const) {
      arena.clear();
      const rows = value === 0 ? [] : Array.from({ length: count }, (_, row) => ({ row, x: 16 }));
      const at = arena.place("values", new Uint8Array(count).fill(value));
      const stateAt = arena.place("state", Int32Array.of(1));
      const [list, written] = placeList(SINGLE_BYTES, count, singleList(rows));
      const scratch = placeScratch(64);
      expect(arena.call(() => kernels.rowsOfFrame(at, 0, count, Math.floor(2 ** 20 / 255), 0, stateAt, list, scratch.at, scratch.free), [written, scratch])).toBe(rows.length);
    }
  });

  test.each(SIZES)("rowsOfActivity lists the non-zero inputs among %i units", (size) => {
    for (const by of MULTIPLIERS) {
      for (const density of ["sparse", "full"] as const) {
        arena.clear();
        const noise = new Noise(size + by);
        const y = paddedUnits(size, () => (density === "sparse" ? noise.sparse(noise.u32() % 2 === 0 ? 32767 : 500) : 32767));
        const rows = listOf(y, by);
        const at = arena.place("y", y);
        const [list, written] = placeList(SINGLE_BYTES, size, singleList(rows));
        const scratch = placeScratch(2 * y.byteLength);
        expect(arena.call(() => kernels.rowsOfActivity(at, size, by, list, scratch.at), [written, scratch])).toBe(rows.length);
      }
    }
  });

  test.each(SIZES)("rowsOfPair lists the union of the non-zero inputs of two times %i units", (size) => {
    for (const byPositive of MULTIPLIERS) {
      for (const byNegative of MULTIPLIERS) {
        arena.clear();
        const noise = new Noise(size + byPositive);
        const positive = paddedUnits(size, () => noise.sparse(32767));
        const negative = paddedUnits(size, () => noise.sparse(500));
        const rows = [...positive.keys()].map((row) => ({ row, positive: normalised(positive[row]!, byPositive), negative: normalised(negative[row]!, byNegative) }))
          .filter((row) => row.positive !== 0 || row.negative !== 0);
        const positiveAt = arena.place("y+", positive);
        const negativeAt = arena.place("y-", negative);
        const [list, written] = placeList(PAIRED_BYTES, size, pairedList(rows));
        const scratch = placeScratch(3 * positive.byteLength);
        expect(arena.call(() => kernels.rowsOfPair(positiveAt, negativeAt, size, byPositive, byNegative, list, scratch.at), [written, scratch])).toBe(rows.length);
      }
    }
  });

  test.each(STRIDES)("inputsOfPair keeps %i normalised inputs of both, and rowsOfPairInputs lists those that are not 0", (count) => {
    for (const byPositive of MULTIPLIERS) {
      for (const byNegative of MULTIPLIERS) {
        arena.clear();
        const noise = new Noise(count + byNegative);
        const positive = Int16Array.from({ length: count }, () => noise.sparse(32767));
        const negative = Int16Array.from({ length: count }, () => noise.sparse(500));
        const both = Array.from(positive.keys(), (row) => ({ row, positive: normalised(positive[row]!, byPositive), negative: normalised(negative[row]!, byNegative) }));
        const positiveAt = arena.place("y+", positive);
        const negativeAt = arena.place("y-", negative);
        const xAt = arena.place("x", new Uint16Array(count).fill(0xffff));
        arena.call(() => kernels.inputsOfPair(positiveAt, negativeAt, count, byPositive, byNegative, xAt), [{ at: xAt, values: Uint16Array.from(both, (each) => each.positive | (each.negative << 8)) }]);
        const rows = both.filter((row) => row.positive !== 0 || row.negative !== 0);
        const [list, written] = placeList(PAIRED_BYTES, count, pairedList(rows));
        const scratch = placeScratch(2 * positive.byteLength);
        expect(arena.call(() => kernels.rowsOfPairInputs(xAt, count, list, scratch.at), [written, scratch])).toBe(rows.length);
      }
    }
  });

  /** Room for a list of all `rows` rows, and what the kernel must write there: its rows, then anything within the list. */
  function placeList(entryBytes: number, rows: number, expected: Int16Array): [at: number, write: Write] {
    const bytes = entryBytes * entriesOf(rows);
    const at = arena.place("list", new Uint8Array(bytes));
    return [at, { at, values: expected, free: bytes - expected.byteLength }];
  }

  /** What a kernel may leave anything in. */
  function placeScratch(bytes: number): Required<Write> {
    return { at: arena.place("scratch", new Uint8Array(bytes)), values: new Uint8Array(0), free: bytes };
  }

  /** i16 activities, padded with zeros to whole blocks of 8. */
  function paddedUnits(units: number, value: () => number): Int16Array {
    return Int16Array.from({ length: (units + 7) & ~7 }, (_, unit) => (unit < units ? value() : 0));
  }

  function listOf(values: Uint8Array | Int16Array, by: number): Row[] {
    return Array.from(values, (value, row) => ({ row, x: normalised(value, by) })).filter(({ x }) => x !== 0);
  }
});

function sumOfSquares(values: Uint8Array | Int16Array): bigint {
  return [...values].reduce((sum, value) => sum + BigInt(value) ** 2n, 0n);
}

test("the memory check sees a byte changed outside the output, wherever it is", () => {
  const kernels = loadKernels("scalar");
  const arena = new Arena(kernels);
  const at = arena.place("y", new Int16Array(3));
  const flip = (address: number) => () => (new Uint8Array(kernels.memory.buffer)[address]! ^= 1);
  expect(() => arena.call(flip(at - 1), [])).toThrow("the guard in front of all buffers");
  expect(() => arena.call(flip(at + 5), [])).toThrow("byte 5 of y");
  expect(() => arena.call(flip(at + 6), [])).toThrow("the guard, 0 bytes behind y");
  expect(() => arena.call(() => 0, [{ at, values: Int16Array.of(1) }])).toThrow("byte 0 of y");
});
