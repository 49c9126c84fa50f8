/** The kernels of maps, of both builds, against plain TypeScript, with the whole memory compared after each call. */
import { beforeEach, describe, expect, test } from "vitest";
import { Arena, BUILDS, Noise, loadKernels } from "./kernel_build.js";
import { type PairedRow, type Row, entriesOf, pairedList, singleList } from "./row_list.js";

const WEIGHTS = [
  { type: "I8", low: -128, high: 127, array: (length: number, value: () => number): Int8Array | Int16Array => Int8Array.from({ length }, value) },
  { type: "I16", low: -32768, high: 32767, array: (length: number, value: () => number): Int8Array | Int16Array => Int16Array.from({ length }, value) },
] as const;
/** Fields by their side and the values of a row: around blocks of 8, and one that ends in an odd row. */
const FIELDS = [[1, 1], [1, 7], [1, 8], [1, 9], [3, 3], [2, 16], [3, 23], [5, 5], [4, 31], [3, 33]] as const;
const MAP_ROW = 40;
const SLACK = 8;
const PLACES_BYTES = 40;
const NO_CEILING = -1;

const sat = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
const rows = (side: number, run: number) => Array.from({ length: side * run }, (_, row) => Math.floor(row / run) * MAP_ROW + (row % run));

/** A place as it stands in a list: where its window is, and a coefficient for each of 8 channels. */
interface ActivePlace {
  window: number;
  a: number[];
}

/** 40 bytes for two places; an odd last one is joined by its own window with coefficients 0. */
function placesList(places: readonly ActivePlace[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(Math.ceil(places.length / 2) * PLACES_BYTES));
  places.forEach(({ window, a }, index) => {
    const entry = (index >> 1) * PLACES_BYTES;
    bytes.setUint32(entry + 4 * (index & 1), window, true);
    if (index === places.length - 1 && index % 2 === 0) bytes.setUint32(entry + 4, window, true);
    a.forEach((value, channel) => bytes.setInt16(entry + 8 + 4 * channel + 2 * (index & 1), value, true));
  });
  return new Uint8Array(bytes.buffer);
}

describe.each(BUILDS)("map kernels of the %s build", (build) => {
  const kernels = loadKernels(build);
  const arena = new Arena(kernels);
  beforeEach(() => arena.clear());

  const mapOf = (noise: Noise, height: number, most = 127): Uint8Array => Uint8Array.from({ length: height * MAP_ROW + SLACK }, () => noise.sparse(most));

  describe.each(WEIGHTS)("with $type weights", (weights) => {
    test.each(FIELDS)("forwardField adds the products of a field of %i x %i values, for channels of a range only", (side, run) => {
      for (const [stride, from, to] of [[8, 0, 8], [16, 0, 16], [24, 0, 24], [24, 8, 16], [40, 8, 40], [40, 16, 16]] as const) {
        arena.clear();
        const noise = new Noise(side * 100 + run + stride);
        const map = mapOf(noise, side);
        const w = weights.array(side * run * stride, () => noise.extreme(weights.low, weights.high));
        const sums = Int32Array.from({ length: stride }, () => noise.between(-500_000_000, 500_000_000));
        const expected = sums.slice();
        rows(side, run).forEach((at, row) => {
          for (let unit = from; unit < to; unit++) expected[unit]! += map[at]! * w[row * stride + unit]!;
        });
        const [window, matrix, out] = [arena.place("map", map), arena.place("weights", w), arena.place("sums", sums)];
        arena.call(() => kernels[`forwardField${weights.type}`](window, MAP_ROW, side, run, matrix, stride, out, from, to), [{ at: out, values: expected }]);
      }
    });

    test.each(FIELDS)("forwardFieldPair does so for two maps, %i x %i values", (side, run) => {
      for (const [stride, from, to] of [[8, 0, 8], [16, 0, 16], [24, 0, 24], [40, 8, 40]] as const) {
        arena.clear();
        const noise = new Noise(side * 77 + run + stride);
        const plane = side * MAP_ROW;
        const maps = mapOf(noise, 2 * side);
        const w = weights.array(side * run * stride, () => noise.extreme(weights.low, weights.high));
        const sums = Int32Array.from({ length: 2 * stride }, () => noise.between(-500_000_000, 500_000_000));
        const expected = sums.slice();
        rows(side, run).forEach((at, row) => {
          for (let unit = from; unit < to; unit++) {
            expected[unit]! += maps[at]! * w[row * stride + unit]!;
            expected[stride + unit]! += maps[plane + at]! * w[row * stride + unit]!;
          }
        });
        const [window, matrix, out] = [arena.place("maps", maps), arena.place("weights", w), arena.place("sums", sums)];
        arena.call(() => kernels[`forwardFieldPair${weights.type}`](window, plane, MAP_ROW, side, run, matrix, stride, out, stride, from, to), [{ at: out, values: expected }]);
      }
    });

    test.each(FIELDS)("convUpdate sums each of %i x %i rows over all places, rounds once, and carries the rest", (side, run) => {
      const [total, offsets] = [side * run, rows(side, run)];
      for (const count of [1, 2, 5, 8]) {
        for (const [from, to] of [[0, total], [Math.min(3, total), total], [0, Math.max(1, total - 2)]] as const) {
          for (const shift of [0, 3, 8]) {
            arena.clear();
            const noise = new Noise(total * 10 + count + shift);
            const stride = 24;
            const map = mapOf(noise, side + 8);
            const window = arena.place("map", map);
            // As the engine bounds them: D * 2^shift stays below 2^31 - 2^17.
            const limit = Math.min(32767, Math.floor((2 ** 31 - 2 ** 17) / (127 * count * 2 ** shift)));
            const places = Array.from({ length: count }, () => ({ window: window + noise.between(0, 6) * MAP_ROW + noise.between(0, MAP_ROW - run - 1), a: Array.from({ length: 8 }, () => noise.extreme(-limit, limit)) }));
            const w = weights.array(total * stride, () => noise.extreme(weights.low, weights.high));
            const carry = Int32Array.from({ length: 8 }, () => noise.between(0, 65535));
            const [expected, rest] = [w.slice(), carry.slice()];
            for (let row = from; row < to; row++) {
              for (let channel = 0; channel < 8; channel++) {
                const D = places.reduce((sum, place) => sum + place.a[channel]! * map[place.window - window + offsets[row]!]!, 0);
                const d = D * 2 ** shift + rest[channel]!;
                const at = row * stride + 8 + channel;
                expected[at] = sat(expected[at]! + Math.floor(d / 65536), weights.low, weights.high);
                rest[channel] = ((d % 65536) + 65536) % 65536;
              }
            }
            const list = arena.place("places", placesList(places));
            const [matrix, e] = [arena.place("weights", w), arena.place("carry", carry)];
            const column = matrix + 8 * w.BYTES_PER_ELEMENT;
            arena.call(() => kernels[`convUpdate${weights.type}`](list, (count + 1) >> 1, column, stride, run, MAP_ROW, from, to, shift, e), [{ at: matrix, values: expected }, { at: e, values: rest }]);
          }
        }
      }
    });

    test("convSums over several lists, then addRow, give the weights and remainders of one convUpdate", () => {
      for (const [side, run] of FIELDS) {
        arena.clear();
        const noise = new Noise(side + 31 * run);
        const total = side * run;
        const window = arena.place("map", mapOf(noise, side + 8));
        const places = Array.from({ length: 7 }, () => ({ window: window + noise.between(0, 6) * MAP_ROW + noise.between(0, MAP_ROW - run - 1), a: Array.from({ length: 8 }, () => noise.extreme(-400, 400)) }));
        const w = weights.array(total * 8, () => noise.extreme(weights.low, weights.high));
        const carry = Int32Array.from({ length: 8 }, () => noise.between(0, 65535));
        const [whole, first, second] = [placesList(places), placesList(places.slice(0, 3)), placesList(places.slice(3))].map((list, part) => arena.place(`places ${part}`, list));
        const [atOnce, atOnceCarry] = [arena.place("weights", w), arena.place("carry", carry)];
        const [banded, bandedCarry] = [arena.place("weights in bands", w), arena.place("carry in bands", carry)];
        const sums = arena.place("sums", new Int32Array(total * 8));
        kernels[`convUpdate${weights.type}`](whole!, 4, atOnce, 8, run, MAP_ROW, 0, total, 5, atOnceCarry);
        const middle = Math.min(5, total);
        kernels.convSums(first!, 2, run, MAP_ROW, 0, middle, sums);
        kernels.convSums(first!, 2, run, MAP_ROW, middle, total, sums + 32 * middle);
        kernels.convSums(second!, 2, run, MAP_ROW, 0, total, sums);
        for (let row = 0; row < total; row++) kernels[`addRow${weights.type}`](banded + row * 8 * w.BYTES_PER_ELEMENT, sums + 32 * row, 5, bandedCarry);
        const bytes = (at: number, length: number) => Buffer.from(kernels.memory.buffer.slice(at, at + length)).toString("hex");
        expect(bytes(banded, w.byteLength)).toBe(bytes(atOnce, w.byteLength));
        expect(bytes(bandedCarry, 32)).toBe(bytes(atOnceCarry, 32));
        expect(bytes(banded, w.byteLength)).not.toBe(Buffer.from(w.buffer).toString("hex"));
      }
    });
  });

  test("countInputs counts what is not 0 in the field, in one map or in either of two", () => {
    for (const [side, run] of FIELDS) {
      const noise = new Noise(side * run);
      const maps = mapOf(noise, 2 * side);
      const window = arena.place("maps", maps);
      const one = rows(side, run).filter((at) => maps[at] !== 0).length;
      const either = rows(side, run).filter((at) => maps[at] !== 0 || maps[side * MAP_ROW + at] !== 0).length;
      expect(arena.call(() => kernels.countInputs(window, 0, MAP_ROW, side, run), [])).toBe(one);
      expect(arena.call(() => kernels.countInputs(window, side * MAP_ROW, MAP_ROW, side, run), [])).toBe(either);
      arena.clear();
    }
  });

  test.each(FIELDS)("rowsOfField and rowsOfFieldPair list the inputs of %i x %i values that are not 0, then the bias", (side, run) => {
    for (const level of [0, 8]) {
      arena.clear();
      const noise = new Noise(side + run + level);
      const plane = side * MAP_ROW;
      const maps = mapOf(noise, 2 * side);
      const total = side * run;
      const single: Row[] = [];
      const pair: PairedRow[] = [];
      rows(side, run).forEach((at, row) => {
        const [x, z] = [maps[at]!, maps[plane + at]!];
        if (x !== 0) single.push({ row, x });
        if (x !== 0 || z !== 0) pair.push({ row, positive: x, negative: z });
      });
      if (level > 0) {
        single.push({ row: total, x: level });
        pair.push({ row: total, positive: level, negative: level });
      }
      const window = arena.place("maps", maps);
      // A row may be written and then overwritten by the next: there is room for one entry more.
      const list = arena.place("single", new Uint8Array((total >> 1) * 8 + 16));
      const pairList = arena.place("paired", new Uint8Array((total >> 1) * 12 + 24));
      const free = (bytes: number, size: number) => (total >> 1) * size + 2 * size - bytes;
      const [expected, expectedPair] = [singleList(single), pairedList(pair)];
      expect(arena.call(() => kernels.endSingleField(list, kernels.rowsOfField(window, MAP_ROW, side, run, list), total, level), [{ at: list, values: expected, free: free(expected.byteLength, 8) }])).toBe(single.length);
      expect(arena.call(() => kernels.endPairedField(pairList, kernels.rowsOfFieldPair(window, plane, MAP_ROW, side, run, pairList), total, level), [{ at: pairList, values: expectedPair, free: free(expectedPair.byteLength, 12) }])).toBe(pair.length);
      expect(entriesOf(single.length)).toBe((single.length + 1) >> 1);
    }
  });

  test("channelSquares adds Σ y² of each channel to what is there, exactly", () => {
    for (const channels of [1, 5, 8, 9, 16, 20]) {
      for (const places of [1, 2, 7]) {
        arena.clear();
        const noise = new Noise(channels * 10 + places);
        const y = Int16Array.from({ length: places * channels + 8 }, () => noise.extreme(0, 32767));
        const stride = (channels + 7) & ~7;
        const squares = BigInt64Array.from({ length: stride }, () => BigInt(noise.u32()) << 20n);
        const expected = squares.slice(0, channels);
        for (let place = 0; place < places; place++) for (let c = 0; c < channels; c++) expected[c]! += BigInt(y[place * channels + c]!) ** 2n;
        const [from, to] = [arena.place("y", y), arena.place("squares", squares)];
        arena.call(() => kernels.channelSquares(from, places, channels, to), [{ at: to, values: expected, free: 8 * (stride - channels) }]);
      }
    }
  });

  /** Coefficient of an activity: docs/algorithm.md. */
  const coefficient = (y: number, gain: number, shift: number, limit: number, ceiling: number): number => {
    if (y === ceiling) return 0;
    return Math.sign(gain) * Math.min(Math.floor((y * Math.abs(gain) + 2 ** (shift - 1)) / 2 ** shift), limit) + 0;
  };

  test("coefficientsOfPlace gives both signs of every channel, and says whether any is not 0", () => {
    for (const stride of [8, 16, 24]) {
      for (const ceiling of [NO_CEILING, 512]) {
        for (const pair of [false, true]) {
          for (const quiet of [false, true]) {
            arena.clear();
            const noise = new Noise(stride + (pair ? 3 : 0) + ceiling);
            const y = [0, 1].map(() => Int16Array.from({ length: stride }, () => (noise.u32() % 4 === 0 ? 512 : noise.sparse(32767))));
            const gains = Int32Array.from({ length: 2 * stride }, () => (quiet ? 0 : noise.extreme(-65000, 65000)));
            const shift = 11;
            const expected = Int16Array.from({ length: 2 * stride }, (_, at) => {
              const [channel, half] = [at >> 1, at & 1];
              return half === 1 && !pair ? 0 : coefficient(y[half]![channel]!, gains[half * stride + channel]!, shift, 32767, ceiling);
            });
            const [positive, negative, g, out] = [arena.place("y+", y[0]!), arena.place("y-", y[1]!), arena.place("gains", gains), arena.place("coefficients", new Int16Array(2 * stride))];
            const any = arena.call(() => kernels.coefficientsOfPlace(positive, pair ? negative : 0, stride, g, shift, ceiling, out), [{ at: out, values: expected }]);
            expect(any !== 0).toBe(expected.some((a) => a !== 0));
          }
        }
      }
    }
  });

  test("gatherPlaces lists the places with a coefficient, with pooling those that the units remember, and adds the coefficients up", () => {
    for (const pool of [1, 2, 3]) {
      for (const channels of [8, 11, 20]) {
        for (const before of [0, 1, 2]) {
          arena.clear();
          const noise = new Noise(pool * 100 + channels + before);
          const [width, height, rowStep, columnStep] = [3, 2, 900, 40];
          const y = Int16Array.from({ length: width * height * channels + 8 }, () => noise.sparse(20000));
          const remembered = Uint8Array.from({ length: width * height * channels + 8 }, () => noise.between(0, pool * pool - 1));
          const gains = Int32Array.from({ length: 8 }, () => noise.extreme(-60000, 60000));
          const [shift, limit, ceiling, window] = [14, 9000, 20000, 0x123456];
          const earlier = Array.from({ length: before }, (_, index) => ({ window: 7 + index, a: Array.from({ length: 8 }, () => noise.between(-9, 9)) }));
          const sums = Int32Array.from({ length: 8 }, () => noise.between(-1000, 1000));
          const [places, expectedSums] = [[...earlier], sums.slice()];
          for (let row = 0; row < height; row++) {
            for (let column = 0; column < width; column++) {
              for (let within = 0; within < pool * pool; within++) {
                const unit = (row * width + column) * channels;
                const a = Array.from({ length: 8 }, (_, c) => (pool > 1 && remembered[unit + c] !== within ? 0 : coefficient(y[unit + c]!, gains[c]!, shift, limit, ceiling)));
                a.forEach((value, c) => (expectedSums[c]! += value));
                if (a.some((value) => value !== 0)) places.push({ window: window + (row * pool + Math.floor(within / pool)) * rowStep + (column * pool + (within % pool)) * columnStep, a });
              }
            }
          }
          const space = new Uint8Array((width * height * Math.min(8, pool * pool) + 4) * PLACES_BYTES);
          space.set(placesList(earlier));
          const [from, where, g] = [arena.place("y", y), arena.place("remembered", remembered), arena.place("gains", gains)];
          const [list, s] = [arena.place("list", space), arena.place("sums", sums)];
          const expected = space.slice();
          expected.set(placesList(places));
          const found = arena.call(() => {
            const count = kernels.gatherPlaces(from, where, channels, width, height, pool, g, shift, limit, ceiling, window, rowStep, columnStep, list, before, s);
            kernels.closePlaces(list, count);
            return count;
          }, [{ at: list, values: expected }, { at: s, values: expectedSums }]);
          expect(found).toBe(places.length);
        }
      }
    }
  });

  /** b of a unit: docs/maps.md, "Peer normalisation of a map". */
  const pulls = (means: readonly number[], gain: number, shift: number): number[] => {
    const m = Math.trunc(means.reduce((sum, mean) => sum + mean, 0) / means.length);
    return means.map((mean) => {
      const away = (m - mean) >> 16;
      return Math.sign(away) * Math.min(Math.floor((Math.abs(away) * gain + 2 ** (shift - 1)) / 2 ** shift), 32767) + 0;
    });
  };

  test("pullPlace adds the pull to the mean of a place's channels, and stays within 16 bits", () => {
    for (const channels of [1, 3, 8, 13]) {
      arena.clear();
      const noise = new Noise(channels);
      const means = Int32Array.from({ length: channels }, () => noise.extreme(0, 32767 * 65536));
      const a = Int16Array.from({ length: 2 * channels }, () => noise.extreme(-32767, 32767));
      const b = pulls([...means], 40000, 11);
      const expected = a.map((value, at) => (at & 1 ? value : sat(value + b[at >> 1]!, -32767, 32767)));
      const [m, out] = [arena.place("means", means), arena.place("coefficients", a)];
      const any = arena.call(() => kernels.pullPlace(m, channels, 40000, 11, out), [{ at: out, values: expected }]);
      expect(any !== 0).toBe(expected.some((value) => value !== 0));
    }
  });

  test("gatherPulled is gatherPlaces with the pulls added, whether a unit is on or not", () => {
    for (const pool of [1, 2]) {
      for (const [channels, channel] of [[8, 0], [11, 8], [20, 8]] as const) {
        arena.clear();
        const noise = new Noise(pool + channels);
        const [width, height, count] = [2, 2, Math.min(8, channels - channel)];
        const units = width * height * channels;
        const y = Int16Array.from({ length: units + 8 }, () => noise.sparse(20000));
        const remembered = Uint8Array.from({ length: units + 8 }, () => noise.between(0, pool * pool - 1));
        const means = Int32Array.from({ length: units }, () => noise.extreme(0, 20000 * 65536));
        const gains = Int32Array.from({ length: 8 }, () => noise.extreme(-60000, 60000));
        const [shift, limit, ceiling, window, pull] = [13, 9000, 20000, 5000, 30000];
        const places: ActivePlace[] = [];
        const sums = new Int32Array(8);
        for (let place = 0; place < width * height; place++) {
          const unit = place * channels;
          const b = pulls([...means.subarray(unit, unit + channels)], pull, shift);
          for (let within = 0; within < pool * pool; within++) {
            const a = Array.from({ length: 8 }, (_, c) => {
              if (c >= count || (pool > 1 && remembered[unit + channel + c] !== within)) return 0;
              return sat(sat(coefficient(y[unit + channel + c]!, gains[c]!, shift, 32767, ceiling) + b[channel + c]!, -32767, 32767), -limit, limit);
            });
            a.forEach((value, c) => (sums[c]! += value));
            const [row, column] = [Math.floor(place / width) * pool + Math.floor(within / pool), (place % width) * pool + (within % pool)];
            if (a.some((value) => value !== 0)) places.push({ window: window + row * 600 + column * 20, a });
          }
        }
        const [from, where, m, g] = [arena.place("y", y), arena.place("remembered", remembered), arena.place("means", means), arena.place("gains", gains)];
        const expected = new Uint8Array((width * height * pool * pool + 2) * PLACES_BYTES);
        const [list, s] = [arena.place("list", expected), arena.place("sums", new Int32Array(8))];
        expected.set(placesList(places));
        const found = arena.call(() => {
          const all = kernels.gatherPulled(from + 2 * channel, where + channel, m, channel, count, pull, channels, width, height, pool, g, shift, limit, ceiling, window, 600, 20, list, 0, s);
          kernels.closePlaces(list, all);
          return all;
        }, [{ at: list, values: expected }, { at: s, values: sums }]);
        expect(found).toBe(places.length);
      }
    }
  });

  test("poolPlace keeps the larger and remembers its place, the first of equals", () => {
    for (const count of [8, 16, 40]) {
      arena.clear();
      const noise = new Noise(count);
      const [y, best] = [0, 1].map(() => Int16Array.from({ length: count }, () => noise.sparse(3)));
      const places = Uint8Array.from({ length: count }, () => noise.between(0, 8));
      const larger = y!.map((value, i) => (value > best![i]! ? 1 : 0));
      const [from, b, p] = [arena.place("y", y!), arena.place("best", best!), arena.place("places", places)];
      arena.call(() => kernels.poolPlace(from, count, 63, b, p), [
        { at: b, values: best!.map((value, i) => Math.max(value, y![i]!)) },
        { at: p, values: places.map((place, i) => (larger[i] ? 63 : place)) },
      ]);
    }
  });

  test("mapOfActivity writes the normalised rows and leaves what is around them", () => {
    for (const width of [1, 7, 8, 9, 24, 33]) {
      arena.clear();
      const noise = new Noise(width);
      const [height, by] = [3, 70000];
      const y = Int16Array.from({ length: width * height }, () => noise.sparse(32767));
      const map = new Uint8Array(height * MAP_ROW).fill(9);
      const expected = map.slice();
      y.forEach((value, at) => (expected[Math.floor(at / width) * MAP_ROW + (at % width) + 2] = Math.min(127, ((value * by + 32768) >>> 0) >>> 16)));
      const [from, to] = [arena.place("y", y), arena.place("map", map)];
      arena.call(() => kernels.mapOfActivity(from, height, width, by, to + 2, MAP_ROW), [{ at: to, values: expected }]);
    }
  });

  test("addWide and narrowSums add in 64 bits and come back bounded", () => {
    for (const count of [8, 24]) {
      arena.clear();
      const noise = new Noise(count);
      const sums = Int32Array.from({ length: count }, () => noise.extreme(-(2 ** 31), 2 ** 31 - 1));
      const wide = BigInt64Array.from({ length: count }, () => BigInt(noise.between(-2, 2)) * 2n ** 40n + BigInt(noise.between(-9, 9)));
      const expected = wide.map((value, i) => value + BigInt(sums[i]!));
      const [s, w] = [arena.place("sums", sums), arena.place("wide", wide)];
      arena.call(() => kernels.addWide(s, count, w), [{ at: w, values: expected }]);
      const bounded = Int32Array.from(expected, (value) => sat(Number(value), -(2 ** 30), 2 ** 30));
      arena.call(() => kernels.narrowSums(w, count, 2 ** 30, s), [{ at: s, values: bounded }]);
    }
  });
});
