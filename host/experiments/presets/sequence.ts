import { SYMBOLS, WINDOW, decodeText, loadFables, oneHotWindow } from "../../data/aesop.js";
import type { Shape } from "../../data/shape.js";
import { Network } from "../../engine/network.js";
import type { NetworkSpecInput } from "../../spec/network_spec.js";
import { evaluate } from "../../train/evaluate.js";
import type { Experiment, Laboratory, Measurement } from "../experiment.js";
import { Draws } from "../draws.js";

/** The next character as the label of the last ten. */
const asLabel = (...units: number[]) => (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes, layers: units.map((width) => ({ units: width, rate: 1e-3 })),
  // Hard negatives are drawn as the readout predicts, so goodness would learn to tell the text from its own prediction, not from other texts.
  negatives: "random", label: { placement: "append", level: 127 / 16 }, inputDropout: 0, readout: { rate: 0.002 },
});

/** Windows as a whole, without labels: the paper's way. The readout alone learns the next character. */
const asWindows = (input: Shape, classes: number, seed: number, total: number): NetworkSpecInput => ({
  input, classes, layers: [500, 500, 500].map((units) => ({ units, rate: 5e-4 })), negatives: "given", inputDropout: 0, readout: { from: 1 },
  schedule: { holdSamples: total >> 1, totalSamples: total }, seed,
});

const SMALL_EPOCHS = 5;

/** Hinton 2022, §3.5. */
export const sequence: Experiment = {
  name: "sequence",
  title: "The next character of Aesop's fables",
  source: "Hinton 2022, §3.5",
  about: "Ten characters of 30 symbols; which comes next? One fable in five is held out. The runs take the next character as a label; the measurements take windows without labels, whose last character is the network's prediction (teacher-forced), or which it wrote itself (self-generated), as in the paper.",
  dataset: "aesop",
  variants: [
    { name: "2x256", scale: "small", about: "two layers of 256", epochs: 5, spec: asLabel(256, 256) },
    { name: "1000-500", scale: "target", about: "1,000 and 500 units", epochs: 15, asked: 50, published: "an n-gram of order 7 gets 41.3 % wrong on held-out fables; FF elsewhere: 47.0 % wrong with teacher forcing, 65.9 % self-generated (a rerun with 3x500, on training text)", spec: asLabel(1000, 500) },
    { name: "3x2000", scale: "paper", about: "the paper's three layers of 2,000", epochs: 15, spec: asLabel(2000, 2000, 2000) },
  ],
  measure: async (laboratory) => [
    ...counting(laboratory),
    ...(await windows(laboratory, "untrained hidden layers", null)),
    ...(await windows(laboratory, "teacher-forced negatives", teacherForced)),
    ...(await windows(laboratory, "self-generated negatives", selfGenerated)),
  ],
};

const wrong = (what: string, value: number, note?: string): Measurement => ({ what, value, unit: "% wrong", ...(note !== undefined && { note }) });

/** What counting gets: the most frequent character; the most frequent after the last two. */
function counting({ data: { train, test } }: Laboratory): Measurement[] {
  const symbols = SYMBOLS.length;
  const size = WINDOW * symbols;
  const symbolAt = (frames: Uint8Array, sample: number, place: number): number => frames.subarray(sample * size + place * symbols, sample * size + (place + 1) * symbols).findIndex((value) => value > 0);
  const last = (frames: Uint8Array, sample: number, order: number): string => Array.from({ length: order }, (_, back) => symbolAt(frames, sample, WINDOW - 1 - back)).join();
  return [0, 2].map((order) => {
    const counts = new Map<string, Uint32Array>();
    train.labels.forEach((label, sample) => {
      const context = last(train.frames, sample, order);
      const own = counts.get(context) ?? new Uint32Array(symbols);
      own[label] = (own[label] ?? 0) + 1;
      counts.set(context, own);
    });
    const common = new Map([...counts].map(([context, own]) => [context, own.indexOf(Math.max(...own))]));
    const errors = test.labels.reduce((sum, label, sample) => sum + (common.get(last(test.frames, sample, order)) === label ? 0 : 1), 0);
    return wrong(order === 0 ? "baseline: the most frequent character" : "baseline: the most frequent after the last two", (100 * errors) / test.count);
  });
}

/** Writes a negative window for the positive one that ends before `next`. */
type Negatives = (network: Network, fable: Uint8Array, next: number, draws: Draws, negative: Uint8Array) => void;

/** The true window but for its last character, which is drawn from the network's prediction for it. */
const teacherForced: Negatives = (network, fable, next, draws, negative) => {
  const symbols = fable.slice(next - WINDOW, next);
  symbols[WINDOW - 1] = next > WINDOW ? predicted(network, fable, next - 1, draws) : draws.below(SYMBOLS.length);
  oneHotWindow(symbols, WINDOW, negative);
};

/** Strings that the network went on writing by itself; each serves for so many windows. */
const GENERATED = 100;
const written = new WeakMap<Network, { symbols: Uint8Array; next: number }>();
const selfGenerated: Negatives = (network, fable, next, draws, negative) => {
  let own = written.get(network);
  if (!own || own.next > own.symbols.length) {
    const symbols = new Uint8Array(WINDOW + GENERATED);
    symbols.set(fable.subarray(next - WINDOW, next));
    for (let at = WINDOW; at < symbols.length; at++) symbols[at] = predicted(network, symbols, at, draws);
    written.set(network, own = { symbols, next: WINDOW + 1 });
  }
  oneHotWindow(own.symbols, own.next++, negative);
};

const window = new Uint8Array(WINDOW * SYMBOLS.length);

/** A character drawn from the readout's probabilities after the window that ends before `end`. */
function predicted(network: Network, symbols: Uint8Array, end: number, draws: Draws): number {
  oneHotWindow(symbols, end, window);
  network.predict(window, "readout");
  return draws.proportional(softmax(network.logits));
}

function softmax(logits: Int32Array): Float64Array {
  const most = Math.max(...logits);
  return Float64Array.from(logits, (logit) => Math.exp((logit - most) / 256));
}

/** Trains on windows; without `negatives` only the readout learns. */
async function windows({ data, seed, scale, signal, say }: Laboratory, name: string, negatives: Negatives | null): Promise<Measurement[]> {
  const epochs = scale === "small" ? SMALL_EPOCHS : 15;
  const { train: fables } = await loadFables();
  const places = fables.flatMap((fable, index) => Array.from({ length: Math.max(0, fable.length - WINDOW) }, (_, at) => ({ index, next: at + WINDOW })));
  const spec = asWindows(data.train.shape, data.train.classes, seed, places.length * epochs);
  const network = Network.create(negatives ? spec : { ...spec, layers: spec.layers.map((layer) => ({ ...layer, rate: 0 })) });
  const draws = new Draws(seed);
  const positive = new Uint8Array(window.length);
  const negative = new Uint8Array(window.length);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    // The order of strings is mixed, the order within one is kept: a prediction is of the window just seen.
    for (const fable of draws.shuffled(fables)) {
      if (signal.aborted) break;
      for (let next = WINDOW; next < fable.length; next++) {
        oneHotWindow(fable, next, positive);
        negatives?.(network, fable, next, draws, negative);
        network.train(positive, fable[next] ?? 0, { negative });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    say(`${name}: epoch ${epoch}/${epochs}`);
  }
  const error = evaluate(network, data.test).testError.readout ?? 100;
  return [wrong(`windows, ${name}`, error, `writes: "${write(network, "the fox and the ", 60, new Draws(seed))}"`)];
}

/** A beginning, and what the network goes on with. */
function write(network: Network, beginning: string, length: number, draws: Draws): string {
  const symbols = new Uint8Array(beginning.length + length);
  symbols.set(Array.from(beginning, (character) => SYMBOLS.indexOf(character)));
  for (let at = beginning.length; at < symbols.length; at++) symbols[at] = predicted(network, symbols, at, draws);
  return decodeText(symbols);
}
