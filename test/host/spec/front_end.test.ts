/** Front ends and corrupted negatives in specs: defaults, refusals, words and back. */
import { expect, test } from "vitest";
import { FRONT_WORDS } from "../../../assembly/abi/front.js";
import { NEGATIVES_CORRUPTED, SENSE_FRONT_END, SPEC_HEADER_WORDS, SPEC_LAYER_WORDS, SPEC_NEGATIVES, SPEC_SENSE } from "../../../assembly/abi/spec.js";
import { decodeSpec, encodeSpec } from "../../../host/spec/encode.js";
import { asInput, bankOf, type FrontEndInput, resolveSpec, type StreamSpecInput } from "../../../host/spec/network_spec.js";
import { Network } from "../../../host/engine/network.js";
import { encodeFront } from "../../oracle/front_end.js";

const base: StreamSpecInput = { stream: {}, classes: 3, layers: [{ units: 12 }] };
const of = (stream: FrontEndInput, change: Partial<StreamSpecInput> = {}) => resolveSpec({ ...base, stream, ...change });

test("input follows from the front end, and the label stands beside it", () => {
  expect(of({})).toMatchObject({
    input: { width: 48, height: 1, channels: 1 }, label: { placement: "append" },
    stream: { features: "bank", window: 256, hop: 128, bands: 24, low: 0, width: 128 / 25 - ((128 / 25 * 65536) % 1) / 65536, growth: 0, frames: 1, scaling: "deviation", spread: 4, warmup: 64, adapt: 0, coding: "split" },
  });
  expect(of({ features: "statistics", window: 60, bands: 5, channels: 3, frames: 4, coding: "offset" }).input).toEqual({ width: 10, height: 4, channels: 3 });
  expect(of({ features: "raw", window: 50, coding: "offset" }).input.width).toBe(50);
  expect(of({ features: "spectrum", window: 64 }).input.width).toBe(64);
});

test("words and back are the same spec, and so is the spec written down again", () => {
  for (const stream of [{}, { features: "raw", window: 50 }, { features: "statistics", window: 90, bands: 3, scaling: "range" }, { features: "spectrum", window: 1024, channels: 2, adapt: 9 }, { ...bankOf({ rate: 8000, window: 512, bands: 20, mel: true }), window: 512, bands: 20, coding: "offset" }] as FrontEndInput[]) {
    const spec = of(stream, { negatives: "corrupted", corruption: { ways: ["raise", "splice"], share: 0.3 }, sense: "minimise" });
    const words = encodeSpec(spec);
    expect(words.length).toBe(SPEC_HEADER_WORDS + SPEC_LAYER_WORDS + FRONT_WORDS);
    expect(words[SPEC_SENSE]).toBe(1 | SENSE_FRONT_END);
    expect(words[SPEC_NEGATIVES]! & 255).toBe(NEGATIVES_CORRUPTED);
    expect(encodeSpec(decodeSpec(words))).toEqual(words);
    expect(encodeSpec(resolveSpec(asInput(spec)))).toEqual(words);
    expect(decodeSpec(words).corruption).toEqual({ ways: ["splice", "raise"], share: 77 / 256 });
    // The engine takes it, and the host reads it back.
    expect(Network.create(asInput(spec)).spec).toEqual(decodeSpec(words));
  }
});

test("the host's words are the oracle's", () => {
  const spec = of({ features: "bank", window: 128, hop: 30, channels: 2, bands: 5, low: 1.5, width: 2, growth: 0.25, frames: 3, scaling: "range", warmup: 9, adapt: 4, coding: "split", falseAlarms: 0.125 });
  expect([...encodeSpec(spec).slice(-16)]).toEqual(encodeFront({ kind: "bank", window: 128, hop: 30, channels: 2, bands: 5, low: 98304, width: 131072, growth: 16384, frames: 3, scaling: "range", warmup: 9, adapt: 4, coding: "split", alarm: 8192 }));
});

test("a bank of mel bands begins and ends where it was asked to", () => {
  const window = 512, rate = 16000, bands = 30;
  const { low, width, growth } = bankOf({ rate, window, bands, lowHertz: 300, highHertz: 6000, mel: true });
  let edge = low, step = width;
  for (let k = 0; k <= bands; k++, step *= 1 + growth) edge += step;
  expect((low * rate) / window).toBeCloseTo(300, 1);
  expect((edge * rate) / window).toBeLessThanOrEqual(6000);
  expect((edge * rate) / window).toBeGreaterThan(5990);
  // The mel scale: 2595 log10(1 + f/700) in equal steps.
  const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
  expect(mel(300 + (width * rate) / window) - mel(300)).toBeCloseTo((mel(6000) - mel(300)) / (bands + 1), 0);
});

test.each([
  [{ window: 100 }, /a spectrum needs a window of a power of two from 16, not 100: try 128/],
  [{ features: "raw", window: 50, bands: 7 }, /50 samples do not divide into 7 bands of equal width: try 5/],
  [{ features: "spectrum", window: 64, bands: 33 }, /bands is 33, but a window of 64 has 32 bins/],
  [{ features: "raw", low: 3 }, /low, width and growth belong to features "bank", not "raw"/],
  [{ window: 64, bands: 10, width: 5 }, /10 bands from bin 0, 5\.00 wide and growing by 0\.000, end at bin 55\.00, and the window has 32/],
  [{ window: 64, low: 32 }, /there is no room for/],
  [{ scaling: "range", spread: 3 }, /spread belongs to scaling "deviation"/],
  [{ windows: 64 }, /wrong at stream: .*the fields are features, window, hop/],
  [{ adapt: 15 }, /wrong at stream\.adapt/],
] as [FrontEndInput, RegExp][])("%o is refused", (stream, reason) => {
  expect(() => of(stream)).toThrow(reason);
});

test("what does not go with a stream, or with corrupted negatives, is refused", () => {
  expect(() => of({}, { input: { width: 5, height: 1, channels: 1 } })).toThrow("input is 5 x 1 x 1, but the stream's front end makes frames of 48 x 1 x 1: leave input out");
  expect(() => of({}, { label: { placement: "replace" } })).toThrow(/would put the label in place of a stream's features/);
  expect(() => of({}, { objective: "classwise", negatives: "corrupted", layers: [{ units: 12 }] })).toThrow(/negatives "corrupted" belong to the pair objective/);
  expect(() => of({}, { negatives: "corrupted", label: { placement: "append" } })).toThrow(/negatives "corrupted" do without labels/);
  expect(() => of({}, { corruption: { share: 0.5 } })).toThrow(/corruption belongs to negatives "corrupted"/);
  expect(() => bankOf({ rate: 8000, window: 256, bands: 8, highHertz: 5000 })).toThrow(/not within 0 to 4000 Hz/);
});
