/** Small networks with variants, samples for them, and the engine driven in one go and in pieces. */
import fc from "fast-check";
import { REGION_BOX_INPUT, REGION_BOX_OUTPUT } from "../../../assembly/abi/region.js";
import { BUSY, OK, WAITING } from "../../../assembly/abi/status.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";

export const BUILDS = ["scalar", "simd"] as const;

export const shape = { input: { width: 9, height: 7, channels: 1 }, classes: 4, seed: 5 } as const;
export const layers = (...units: number[]): NetworkSpecInput["layers"] => units.map((count) => ({ units: count }));

/** splitmix32, unrelated to the engine's generator. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

export interface VariantSample {
  frame: Uint8Array;
  label: number;
  negative: Uint8Array;
  targets: number[];
}

/** Sparse frames, now and then a black or a full one. */
export function sample(spec: NetworkSpecInput, random: () => number): VariantSample {
  const { width, height, channels } = spec.input;
  const frame = (): Uint8Array => {
    const kind = random() % 12;
    return Uint8Array.from({ length: width * height * channels }, () => (kind === 0 ? 0 : kind === 1 ? 255 : random() % 3 === 0 ? random() & 255 : 0));
  };
  return { frame: frame(), negative: frame(), label: random() % spec.classes, targets: Array.from({ length: spec.classes }, () => (random() % 32769) / 32768) };
}

/** A box that mixes its inputs in some fixed way: activity i of a plane comes from every (i+2)th input. */
export const box = (units: readonly number[]) => (layer: number, inputs: Uint8Array): number[] => {
  const width = units[layer]!;
  const half = inputs.length / 2;
  return Array.from({ length: 2 * width }, (_, at) => {
    const plane = inputs.subarray(at < width ? 0 : half, at < width ? half : 2 * half);
    let sum = 0;
    for (let i = at % width; i < half; i += (at % width) + 2) sum += plane[i]!;
    return (sum * 37) % 3000;
  });
};

export const boxOf = (spec: NetworkSpecInput) => box(spec.layers.map(({ units }) => units ?? 0));

export function start(spec: NetworkSpecInput, build: "scalar" | "simd"): Network {
  return Network.create(spec, { build, box: boxOf(spec) });
}

export function trainOn(network: Network, { frame, label, negative, targets }: VariantSample): void {
  network.train(frame, label, { ...(network.negative && { negative }), ...(network.targets && { targets }) });
}

/** The same sample in pieces of 1..largest multiply-adds. */
export function trainInPieces(network: Network, spec: NetworkSpecInput, { frame, label, negative, targets }: VariantSample, largest: number, random: () => number): void {
  network.frame.set(frame);
  network.negative?.set(negative);
  network.targets?.set(targets.map((value) => Math.round(value * 32768)));
  if (network.engine.begin_train(label) !== OK) throw new Error("begin_train failed");
  for (;;) {
    const status = network.engine.step(1 + (random() % largest));
    if (status === OK) return;
    if (status === WAITING) {
      const layer = network.engine.status_detail();
      const answer = boxOf(spec)(layer, network.view(network.region(REGION_BOX_INPUT, layer)) as Uint8Array);
      network.view(network.region(REGION_BOX_OUTPUT, layer)).set(answer);
    } else if (status !== BUSY) throw new Error(`step returned ${status}`);
  }
}

/** Everything kept, and everything predicted for a frame. */
export function stateOf(network: Network, frame: Uint8Array): { checkpoint: Uint8Array; predictions: number[] } {
  const predictions = [network.predict(frame, "goodness"), ...network.scores];
  if (network.spec.readout.from !== null) predictions.push(network.predict(frame, "readout"), ...network.logits);
  return { checkpoint: network.checkpoint(), predictions };
}

/** A spec of each variant, for tests that go through all of them. */
export const VARIANTS: Readonly<Record<string, NetworkSpecInput>> = {
  "jitter, label replaced": { ...shape, jitter: 2, layers: layers(16, 13) },
  "negatives given, jitter, dropout, bias": { ...shape, negatives: "given", jitter: 1, bias: 1, layers: layers(17, 16) },
  "hybrid negatives, no readout": { ...shape, negatives: "hybrid", maskBlurs: 3, readout: { from: null }, layers: layers(16, 9) },
  "hybrid negatives, readout, two channels": { ...shape, input: { width: 9, height: 5, channels: 2 }, negatives: "hybrid", readout: { from: 0 }, layers: [{ units: 24, weights: "i8" }, { units: 9 }] },
  "little goodness for positives": { ...shape, sense: "minimise", layers: layers(16, 9) },
  "phases apart in time": { ...shape, loss: "threshold", phases: { awake: 3, asleep: 2 }, layers: layers(16, 9) },
  "blocks": { ...shape, layers: [{ units: 24, blocks: 4 }, { units: 15, blocks: 5 }] },
  "a ceiling": { ...shape, layers: [{ units: 24, ceiling: 0.75 }, { units: 15, ceiling: 0.75 }] },
  "a ceiling, class-wise": { ...shape, objective: "classwise", layers: [{ units: 24, ceiling: 0.5, weights: "i8" }, { units: 12 }] },
  "peer normalisation, little goodness": { ...shape, sense: "minimise", layers: [{ units: 24, peer: 0.5 }, { units: 9, peer: 0.1 }] },
  "targets given, pair": { ...shape, targets: "given", layers: layers(16, 9) },
  "targets given, class-wise": { ...shape, objective: "classwise", targets: "given", layers: layers(16, 12) },
  "a device of its own": { ...shape, device: 77, layers: layers(17, 9) },
  "a device of its own, class-wise": { ...shape, objective: "classwise", device: 78, layers: layers(20, 8) },
  "a box between": { ...shape, bias: 1, readout: { from: 0 }, layers: [{ units: 16 }, { kind: "box", units: 11 }, { units: 9 }] },
  "a box in first place": { ...shape, label: { placement: "replace" }, layers: [{ kind: "box", units: 21 }, { units: 16 }] },
  "a box, class-wise": { ...shape, objective: "classwise", layers: [{ units: 16 }, { kind: "box", units: 11 }, { units: 12 }] },
  "a box, two frames": { ...shape, negatives: "hybrid", bias: 1, layers: [{ kind: "box", units: 11 }, { units: 12 }] },
};

type Draft = { -readonly [K in keyof NetworkSpecInput]: NetworkSpecInput[K] };

/** Any spec with dense variants that the host accepts. */
export function randomVariants(): fc.Arbitrary<NetworkSpecInput> {
  const bool = fc.boolean();
  const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });
  const layer = fc.record({ units: fc.integer({ min: 1, max: 20 }), box: fc.integer({ min: 0, max: 3 }), blocks: rarely(fc.integer({ min: 2, max: 6 })), ceiling: rarely(fc.double({ min: 0.01, max: 4, noNaN: true })), peer: rarely(fc.double({ min: 0, max: 1, noNaN: true })), weights: fc.constantFrom("i8" as const, "i16" as const), decay: rarely(fc.constant(0.01)), rate: rarely(fc.double({ min: 0, max: 0.0038, noNaN: true })) });
  return fc.record({
    classwise: bool, classes: fc.integer({ min: 2, max: 5 }), width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 6 }), channels: fc.integer({ min: 1, max: 2 }),
    negatives: fc.constantFrom("hard" as const, "random" as const, "hybrid" as const, "given" as const), blurs: fc.integer({ min: 1, max: 7 }), jitter: fc.integer({ min: 0, max: 3 }), minimise: bool,
    threshold: bool, awake: fc.integer({ min: 0, max: 3 }), asleep: fc.integer({ min: 0, max: 3 }), targets: bool, device: rarely(fc.integer({ min: 1, max: 0xffffffff })), readout: fc.integer({ min: -1, max: 2 }),
    replace: bool, bias: rarely(fc.double({ min: 0.1, max: 7, noNaN: true })), dropout: rarely(fc.double({ min: 0, max: 0.75, noNaN: true })), seed: fc.integer({ min: 0, max: 0xffffffff }), goodnessFrom: fc.integer({ min: 0, max: 1 }),
    minCoefficient: fc.constantFrom(0, 0.005, 0.3), layers: fc.array(layer, { minLength: 1, maxLength: 4 }),
  }).map((draw) => {
    const pair = !draw.classwise;
    const frames = pair && (draw.negatives === "hybrid" || draw.negatives === "given");
    const last = draw.layers.length - 1;
    const values = draw.width * draw.height * draw.channels;
    const replace = draw.replace && values > draw.classes;
    const from = draw.readout < 0 ? null : Math.min(draw.readout, last);
    const spec: Draft = {
      input: { width: draw.width, height: draw.height, channels: draw.channels }, classes: draw.classes, objective: pair ? "pair" : "classwise",
      layers: draw.layers.map((item, index) => {
        const isBox = item.box === 0 && index < last && (index > 0 || !pair || frames || replace);
        const units = !pair && !isBox ? Math.ceil(item.units / draw.classes) * draw.classes : item.units;
        if (isBox) return { kind: "box" as const, units };
        const blocks = pair && item.blocks ? item.blocks : 1;
        return { units: units * blocks, blocks, weights: item.weights, ...(item.ceiling !== undefined && { ceiling: item.ceiling }), ...(pair && item.peer !== undefined && { peer: item.peer }), ...(item.decay && { decay: item.decay }), ...(item.rate !== undefined && { rate: item.rate }) };
      }),
      negatives: pair ? (draw.negatives === "hard" && from === null ? "random" : draw.negatives) : "random",
      ...(pair && draw.negatives === "hybrid" && { maskBlurs: draw.blurs }),
      jitter: Math.min(draw.jitter, draw.width - 1, draw.height - 1), sense: pair && draw.minimise ? "minimise" : "maximise", loss: draw.threshold ? "threshold" : "difference",
      phases: pair && draw.threshold && draw.awake > 0 ? { awake: draw.awake, asleep: draw.asleep } : { awake: 0, asleep: 0 },
      targets: draw.targets && (!pair || from !== null) ? "given" : "label", device: draw.device ?? 0, readout: { from, rate: 0.05 },
      ...(pair && !frames && { label: { placement: replace ? ("replace" as const) : ("append" as const) } }),
      ...(draw.bias !== undefined && { bias: draw.bias }), ...(draw.dropout !== undefined && { inputDropout: draw.dropout }), seed: draw.seed, goodnessFrom: Math.min(draw.goodnessFrom, last), minCoefficient: draw.minCoefficient,
    };
    return spec;
  });
}
