/** The kernel builds (assembly/kernels/index.ts), and a memory image to hold each call against. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const BUILDS = ["scalar", "simd"] as const;
export type Build = (typeof BUILDS)[number];

type ForwardSingle = (list: number, count: number, weights: number, stride: number, sums: number, from: number, to: number) => void;
type ForwardPaired = (list: number, count: number, weights: number, stride: number, sums: number, plane: number, from: number, to: number) => void;
type Update = (list: number, count: number, weights: number, stride: number, coefficients: number, lanes: number, shift: number, from: number, to: number) => void;
type ConvUpdate = (list: number, pairs: number, column: number, stride: number, run: number, rowBytes: number, from: number, to: number, shift: number, carry: number) => void;
type ForwardField = (window: number, rowBytes: number, side: number, run: number, weights: number, stride: number, sums: number, from: number, to: number) => void;
type ForwardFieldPair = (window: number, plane: number, rowBytes: number, side: number, run: number, weights: number, stride: number, sums: number, planeSums: number, from: number, to: number) => void;
type DecayRow = (row: number, units: number, decay: number, lanes: number) => void;

export interface Kernels {
  memory: WebAssembly.Memory;
  forwardSingleI8: ForwardSingle;
  forwardSingleI16: ForwardSingle;
  forwardPairedI8: ForwardPaired;
  forwardPairedI16: ForwardPaired;
  updateSingleI8: Update;
  updateSingleI16: Update;
  updatePairedI8: Update;
  updatePairedI16: Update;
  decayRowI8: DecayRow;
  decayRowI16: DecayRow;
  // Of maps.
  convUpdateI8: ConvUpdate;
  convUpdateI16: ConvUpdate;
  addRowI8(at: number, sums: number, shift: number, carry: number): void;
  addRowI16(at: number, sums: number, shift: number, carry: number): void;
  forwardFieldI8: ForwardField;
  forwardFieldI16: ForwardField;
  forwardFieldPairI8: ForwardFieldPair;
  forwardFieldPairI16: ForwardFieldPair;
  countInputs(window: number, plane: number, rowBytes: number, side: number, run: number): number;
  channelSquares(y: number, places: number, channels: number, squares: number): void;
  gatherPlaces(
    y: number, remembered: number, channels: number, width: number, height: number, pool: number, gains: number, shift: number, limit: number, ceiling: number,
    window: number, rowStep: number, columnStep: number, list: number, places: number, sums: number,
  ): number;
  gatherPulled(
    y: number, remembered: number, means: number, channel: number, count: number, pull: number, channels: number, width: number, height: number, pool: number, gains: number, shift: number,
    limit: number, ceiling: number, window: number, rowStep: number, columnStep: number, list: number, places: number, sums: number,
  ): number;
  closePlaces(list: number, places: number): void;
  pullPlace(means: number, channels: number, gain: number, shift: number, coefficients: number): number;
  coefficientsOfPlace(yPositive: number, yNegative: number, stride: number, gains: number, shift: number, ceiling: number, coefficients: number): number;
  convSums(list: number, pairs: number, run: number, rowBytes: number, from: number, to: number, sums: number): void;
  rowsOfField(window: number, rowBytes: number, side: number, run: number, list: number): number;
  rowsOfFieldPair(window: number, plane: number, rowBytes: number, side: number, run: number, list: number): number;
  endSingleField(list: number, rows: number, biasRow: number, level: number): number;
  endPairedField(list: number, rows: number, biasRow: number, level: number): number;
  mapOfActivity(y: number, height: number, width: number, by: number, inner: number, rowBytes: number): void;
  poolPlace(y: number, count: number, place: number, best: number, places: number): void;
  addWide(sums: number, count: number, wide: number): void;
  narrowSums(wide: number, count: number, limit: number, sums: number): void;
  activate(sums: number, count: number, shift: number, y: number): void;
  activity(sums: number, count: number, shift: number, y: number): bigint;
  activityWithRow(sums: number, row: number, bytes: number, x: number, count: number, shift: number, y: number): bigint;
  coefficientsPaired(yPositive: number, yNegative: number, count: number, gainPositive: number, gainNegative: number, shift: number, coefficients: number): void;
  coefficientsSingle(y: number, from: number, to: number, gain: number, shift: number, coefficients: number): void;
  sumSquares(y: number, from: number, to: number): bigint;
  sumSquaresU8(values: number, from: number, to: number): bigint;
  multiplier(squares: bigint, count: number): number;
  rowsOfFrame(values: number, from: number, to: number, by: number, dropout: number, state: number, list: number, scratch: number, scratchBytes: number): number;
  rowsOfActivity(y: number, units: number, by: number, list: number, scratch: number): number;
  rowsOfPair(yPositive: number, yNegative: number, units: number, byPositive: number, byNegative: number, list: number, scratch: number): number;
  inputsOfPair(yPositive: number, yNegative: number, count: number, byPositive: number, byNegative: number, x: number): void;
  rowsOfPairInputs(x: number, count: number, list: number, scratch: number): number;
  clearWords(at: number, bytes: number): void;
  copyWords(to: number, from: number, bytes: number): void;
  damp(old: number, v: number, count: number, share: number): void;
  inputsOfActivity(y: number, count: number, by: number, x: number): void;
  rowsOfInputs(positive: number, negative: number, count: number, first: number, list: number, rows: number): number;
  rowsOfWindow(positive: number, negative: number, width: number, height: number, channels: number, top: number, left: number, side: number, first: number, list: number, rows: number): number;
  coefficientExponent(rate: number, headroom: number, scale: number): number;
  scheduledRate(rate: number, step: number, hold: number, total: number): number;
  crc32(address: number, bytes: number): number;
  expneg(z: number): number;
  logistic(z: number): number;
  softmax(values: number, count: number): void;
  isqrt(value: bigint): number;
  mix(seed: number, stream: number): number;
  xorshift32(state: number): number;
}

export function loadKernels(build: Build): Kernels {
  const path = fileURLToPath(new URL(`../../dist/engine/kernels.${build}.wasm`, import.meta.url));
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path))).exports as unknown as Kernels;
}

type Elements = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | BigInt64Array;

const ARENA_START = 65536;
const ARENA_BYTES = 2 * 65536;
const GUARD_BYTES = 48;

/** What a call puts at an address: `values`, then `free` bytes that may become anything. */
export interface Write {
  at: number;
  values: Elements;
  free?: number;
}

/**
 * A part of a kernel build's memory, full of noise, in which a test places buffers with noise in front of and behind each. `call` compares
 * all of it with what it should be, guards and inputs included, so a kernel may change its output only.
 */
export class Arena {
  readonly #memory: Buffer;
  readonly #noise: Buffer;
  #next = 0;
  #names: { name: string; at: number; bytes: number }[] = [];

  constructor(kernels: Kernels) {
    this.#memory = Buffer.from(kernels.memory.buffer, ARENA_START, ARENA_BYTES);
    const noise = new Noise(1);
    this.#noise = Buffer.from(Uint32Array.from({ length: ARENA_BYTES / 4 }, () => noise.u32()).buffer);
    this.clear();
  }

  /** Forgets all buffers and renews the noise. */
  clear(): void {
    this.#noise.copy(this.#memory);
    this.#next = GUARD_BYTES;
    this.#names = [];
  }

  /** Places a copy of `values`, 16-byte aligned as the plan's regions are, with guards on both sides. Returns its address. */
  place(name: string, values: Elements): number {
    const at = this.#next;
    this.#next = (at + values.byteLength + GUARD_BYTES + 15) & ~15;
    if (this.#next > ARENA_BYTES) throw new Error(`no room for ${name}`);
    bytesOf(values).copy(this.#memory, at);
    this.#names.push({ name, at, bytes: values.byteLength });
    return ARENA_START + at;
  }

  /** Makes the call; throws unless memory is as before but for `writes`. Returns the call's result. */
  call<T>(run: () => T, writes: readonly Write[]): T {
    const expected = Buffer.from(this.#memory);
    const result = run();
    for (const { at, values, free = 0 } of writes) {
      const start = at - ARENA_START;
      bytesOf(values).copy(expected, start);
      this.#memory.copy(expected, start + values.byteLength, start + values.byteLength, start + values.byteLength + free);
    }
    if (!this.#memory.equals(expected)) throw new Error(this.#firstDifference(expected));
    return result;
  }

  #firstDifference(expected: Buffer): string {
    const at = expected.findIndex((byte, index) => byte !== this.#memory[index]);
    const within = this.#names.find((buffer) => at >= buffer.at && at < buffer.at + buffer.bytes);
    const behind = this.#names.findLast((buffer) => at >= buffer.at + buffer.bytes);
    const where = within ? `byte ${at - within.at} of ${within.name}` : behind ? `the guard, ${at - behind.at - behind.bytes} bytes behind ${behind.name},` : "the guard in front of all buffers";
    return `${where} is 0x${this.#memory[at]!.toString(16)}, expected 0x${expected[at]!.toString(16)}`;
  }
}

function bytesOf(values: Elements): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** Numbers for tests: splitmix32, unrelated to the engine's generator. */
export class Noise {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  u32(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** low..high, both included. */
  between(low: number, high: number): number {
    return low + (this.u32() % (high - low + 1));
  }

  /** low..high, every other one at a bound. */
  extreme(low: number, high: number): number {
    const choice = this.u32() % 4;
    return choice === 0 ? low : choice === 1 ? high : this.between(low, high);
  }

  /** 0..high, a third zeros. */
  sparse(high: number): number {
    return this.u32() % 3 === 0 ? 0 : this.extreme(0, high);
  }
}
