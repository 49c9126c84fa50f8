// Rates of single kernels on lists like those of a trained 784-256-256 network, and two peaks: of multiply-adds alone, and of a loop that does what a
// forward kernel cannot do without.
import { readFileSync } from "node:fs";

const LIST = 4096;
const SUMS = 16384;
const COEFFICIENTS = 24576;
const LANES = 32768;
const WEIGHTS = 65536;
const UNITS = 256;
const CALLS = 20;

const LOW = "0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23", HIGH = "8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31";

/** An export `run(rounds)` of WAT, whose loop body works on v128 accumulators s0, s1, … */
async function loopOf(accumulators, locals, body, memory = "") {
  const binaryen = (await import("binaryen")).default;
  const all = Array.from({ length: accumulators }, (_, i) => `$s${i}`);
  const module = binaryen.parseText(`(module ${memory} (func (export "run") (param $rounds i32) (result i32)
    ${all.map((s) => `(local ${s} v128)`).join(" ")} (local $x v128) (local $y v128) ${locals}
    (local.set $x (i16x8.splat (local.get $rounds))) (local.set $y (i16x8.splat (i32.const 3)))
    (loop $again ${body} (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (i32x4.extract_lane 0 ${all.slice(1).reduce((sum, s) => `(i32x4.add ${sum} (local.get ${s}))`, `(local.get ${all[0]})`)})))`);
  module.setFeatures(binaryen.Features.SIMD128);
  return new WebAssembly.Instance(new WebAssembly.Module(module.emitBinary())).exports.run;
}

const added = (i, dot) => `(local.set $s${i} (i32x4.add (local.get $s${i}) ${dot}))`;

/** 12 products a round and nothing else, each waiting for one of the round before only: 96 multiply-adds. */
const registerPeak = () => loopOf(12, "", Array.from({ length: 12 }, (_, i) => added(i, `(i32x4.dot_i16x8_s (local.get $x) (local.get $s${(i + 1) % 12}))`)).join("\n"));

/** What a forward kernel cannot do without, on 4 KiB in the innermost cache: of two rows load, interleave, multiply, add; `values` inputs for each weight. */
function mixPeak(units, values) {
  const body = ["(local.set $at (i32.and (i32.shl (local.get $rounds) (i32.const 7)) (i32.const 3968)))"];
  for (let block = 0; block < units / 8; block++) {
    body.push(`(local.set $a (v128.load offset=${16 * block} (local.get $at))) (local.set $b (v128.load offset=${64 + 16 * block} (local.get $at)))`);
    for (const [half, lanes] of [LOW, HIGH].entries()) {
      body.push(`(local.set $w (i8x16.shuffle ${lanes} (local.get $a) (local.get $b)))`);
      for (let value = 0; value < values; value++) body.push(added((2 * block + half) * values + value, `(i32x4.dot_i16x8_s (local.get $w) (local.get ${value ? "$y" : "$x"}))`));
    }
  }
  return loopOf((units / 4) * values, "(local $at i32) (local $a v128) (local $b v128) (local $w v128)", body.join("\n"), "(memory 1)");
}

async function peakBench(name, run, macs) {
  const loop = await run;
  return {
    name, unit: "MAC/ns",
    run() {
      const start = performance.now();
      loop(3_000);
      return (3_000 * macs) / (performance.now() - start) / 1e6;
    },
  };
}

export async function kernelBenches() {
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL("../dist/engine/kernels.simd.wasm", import.meta.url)))).exports;
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
    await peakBench("peak: dot_i16x8 and add in registers", registerPeak(), 96),
    await peakBench("peak: single, with loads and interleaving", mixPeak(24, 1), 48),
    await peakBench("peak: paired, with loads and interleaving", mixPeak(16, 2), 64),
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
