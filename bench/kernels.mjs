// Rates of single kernels on lists like those of a trained 784-256-256 network, and the peak a loop without memory reaches.
import { readFileSync } from "node:fs";

const LIST = 4096;
const SUMS = 16384;
const COEFFICIENTS = 24576;
const LANES = 32768;
const WEIGHTS = 65536;
const UNITS = 256;
const CALLS = 3000;

/** A module whose one export runs `rounds` rounds of 8 independent dot_i16x8_s + add in registers: 64 multiply-adds a round. */
async function peakModule() {
  const binaryen = (await import("binaryen")).default;
  const accumulators = Array.from({ length: 8 }, (_, i) => i);
  const wat = `(module (func (export "run") (param $rounds i32) (result i32)
    ${accumulators.map((i) => `(local $s${i} v128)`).join(" ")} (local $x v128)
    (local.set $x (i16x8.splat (local.get $rounds)))
    (loop $again
      ${accumulators.map((i) => `(local.set $s${i} (i32x4.add (local.get $s${i}) (i32x4.dot_i16x8_s (local.get $x) (local.get $s${i}))))`).join("\n")}
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (i32x4.extract_lane 0 ${accumulators.slice(1).reduce((sum, i) => `(i32x4.add ${sum} (local.get $s${i}))`, "(local.get $s0)")})))`;
  const module = binaryen.parseText(wat);
  module.setFeatures(binaryen.Features.SIMD128);
  return new WebAssembly.Instance(new WebAssembly.Module(module.emitBinary())).exports.run;
}

export async function kernelBenches() {
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL("../dist/engine/kernels.simd.wasm", import.meta.url)))).exports;
  const peak = await peakModule();
  const bytes = new Uint8Array(kernels.memory.buffer);
  const i16 = new Int16Array(kernels.memory.buffer);
  for (let i = LANES; i < bytes.length; i++) bytes[i] = (Math.imul(i, 2654435761) >>> 13) & 255;
  for (let unit = 0; unit < UNITS; unit++) {
    i16[(COEFFICIENTS >> 1) + 2 * unit] = unit % 3 ? 0 : 50;
    i16[(COEFFICIENTS >> 1) + 2 * unit + 1] = unit % 3 === 1 ? -20 : 0;
  }

  /** `rows` rows spread over `inputs`; `values` inputs for each row (1: single list, 2: paired). */
  const writeList = (rows, inputs, values) => {
    const entry = (2 + 2 * values) * 2;
    for (let row = 0; row < rows + (rows & 1); row++) {
      const at = (LIST + (row >> 1) * entry) >> 1;
      i16[at + (row & 1)] = Math.floor((Math.min(row, rows - 1) * inputs) / rows);
      for (let value = 0; value < values; value++) i16[at + 2 + 2 * value + (row & 1)] = row < rows ? 8 + ((row * 7 + value) % 40) : 0;
    }
    return (rows + 1) >> 1;
  };

  const bench = (name, unit, rows, inputs, values, work, call) => ({
    name, unit,
    run() {
      const entries = writeList(rows, inputs, values);
      const start = performance.now();
      for (let n = 0; n < CALLS; n++) call(entries);
      return (CALLS * rows * UNITS * work) / (performance.now() - start) / 1e6;
    },
  });

  return [
    {
      name: "peak: dot_i16x8 in registers", unit: "MAC/ns",
      run() {
        const start = performance.now();
        peak(2_000_000);
        return (2_000_000 * 64) / (performance.now() - start) / 1e6;
      },
    },
    bench("forward, single list, i16", "MAC/ns", 135, 784, 1, 1, (entries) => kernels.forwardSingleI16(LIST, entries, WEIGHTS, UNITS, SUMS, 0, UNITS)),
    bench("forward, single list, i8", "MAC/ns", 135, 784, 1, 1, (entries) => kernels.forwardSingleI8(LIST, entries, WEIGHTS, UNITS, SUMS, 0, UNITS)),
    bench("forward, paired list, i16", "MAC/ns", 110, 256, 2, 2, (entries) => kernels.forwardPairedI16(LIST, entries, WEIGHTS, UNITS, SUMS, UNITS, 0, UNITS)),
    bench("forward, paired list, i8", "MAC/ns", 110, 256, 2, 2, (entries) => kernels.forwardPairedI8(LIST, entries, WEIGHTS, UNITS, SUMS, UNITS, 0, UNITS)),
    bench("update, single list, i16", "w/ns", 135, 784, 1, 1, (entries) => kernels.updateSingleI16(LIST, entries, WEIGHTS, UNITS, COEFFICIENTS, LANES, 4, 0, UNITS)),
    bench("update, single list, i8", "w/ns", 135, 784, 1, 1, (entries) => kernels.updateSingleI8(LIST, entries, WEIGHTS, UNITS, COEFFICIENTS, LANES, 0, 0, UNITS)),
    bench("update, paired list, i16", "w/ns", 110, 256, 2, 1, (entries) => kernels.updatePairedI16(LIST, entries, WEIGHTS, UNITS, COEFFICIENTS, LANES, 4, 0, UNITS)),
    bench("update, paired list, i8", "w/ns", 110, 256, 2, 1, (entries) => kernels.updatePairedI8(LIST, entries, WEIGHTS, UNITS, COEFFICIENTS, LANES, 0, 0, UNITS)),
  ];
}
