/** Any spec the engine takes, small enough for a slow oracle. */
import fc from "fast-check";
import { frameSize, type LayerSpec, type Spec } from "../oracle/spec.js";

/** All octaves alike. From an integer, because fast-check's doubles crowd near 0. */
export function magnitude(low: number, high: number): fc.Arbitrary<number> {
  const positions = 1 << 20;
  const octaves = Math.log2((high + 1) / (low + 1));
  return fc.integer({ min: 0, max: positions }).map((position) => Math.min(high, Math.floor((low + 1) * 2 ** ((position / positions) * octaves)) - 1));
}

export function randomSpec(): fc.Arbitrary<Spec> {
  return fc.record({ objective: fc.constantFrom("pair" as const, "classwise" as const), classes: fc.integer({ min: 2, max: 12 }), layerCount: fc.integer({ min: 1, max: 4 }) }).chain(specOf);
}

interface Shape {
  objective: "pair" | "classwise";
  classes: number;
  layerCount: number;
}

function specOf({ objective, classes, layerCount }: Shape): fc.Arbitrary<Spec> {
  const isPair = objective === "pair";
  const layer = randomLayer(isPair ? 1 : classes);
  return fc
    .record({
      objective: fc.constant(objective),
      classes: fc.constant(classes),
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 6 }),
      channels: fc.integer({ min: 1, max: 2 }),
      placement: isPair ? fc.constantFrom("replace" as const, "append" as const) : fc.constant("none" as const),
      labelLevel: fc.integer({ min: isPair ? 1 : 0, max: 127 }),
      negatives: fc.constantFrom("random" as const, "hard" as const),
      readoutFrom: fc.integer({ min: 0, max: layerCount }),
      goodnessFrom: fc.integer({ min: 0, max: layerCount - 1 }),
      readoutRate: magnitude(0, 1 << 22),
      holdSteps: fc.integer({ min: 0, max: 14 }),
      totalSteps: fc.integer({ min: 0, max: 14 }),
      seed: fc.integer(),
      biasLevel: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 127 })),
      loss: fc.constantFrom("threshold" as const, "difference" as const),
      inputDropout: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 192 })),
      minCoefficient: fc.oneof(fc.constant(0), magnitude(1, 32768)),
      layers: fc.array(layer, { minLength: layerCount, maxLength: layerCount }),
    })
    .map(repaired);
}

/** `unit`: the layer's width is a multiple of it. */
function randomLayer(unit: number): fc.Arbitrary<LayerSpec> {
  return fc.constantFrom(8 as const, 16 as const).chain((weightBits) =>
    fc.record({
      units: fc.integer({ min: 1, max: Math.floor(40 / unit) }).map((count) => count * unit),
      weightBits: fc.constant(weightBits),
      scale: fc.integer({ min: 4, max: weightBits === 8 ? 10 : 14 }),
      rate: fc.oneof(fc.integer({ min: 2000, max: 65000 }), magnitude(0, 65000)),
      temperature: magnitude(16, 1 << 20),
      decay: fc.oneof(fc.constant(0), magnitude(1, 1 << 12)),
      threshold: magnitude(1, 1 << 12),
      init: fc.oneof(fc.integer({ min: 64, max: 256 }), fc.integer({ min: 0, max: 1024 })),
    }),
  );
}

/** Fields that do not fit each other take the nearest values that do. */
function repaired(spec: Spec): Spec {
  const noReadout = spec.readoutFrom === spec.layers.length;
  return {
    ...spec,
    placement: spec.placement === "replace" && frameSize(spec) <= spec.classes ? "append" : spec.placement,
    negatives: noReadout ? "random" : spec.negatives,
    holdSteps: Math.min(spec.holdSteps, spec.totalSteps),
  };
}
