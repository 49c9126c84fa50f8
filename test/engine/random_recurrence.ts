/** Specs of recurrent networks. */
import fc from "fast-check";
import { hasTwoFrames, type Spec } from "../oracle/spec.js";
import { randomSpec } from "./random-spec.js";

const recurrence = fc.record({
  last: fc.integer({ min: 1, max: 4 }),
  first: fc.integer({ min: 1, max: 4 }),
  more: fc.integer({ min: 0, max: 2 }),
  damping: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 })),
  stream: fc.boolean(),
});

/** Local layers first, all with as many places; `fields`: the sides of their fields, each odd. */
const fields = fc.array(fc.record({ half: fc.integer({ min: 0, max: 1 }), channels: fc.integer({ min: 1, max: 5 }) }), { minLength: 1, maxLength: 3 });

/** So many steps of so many passes through so many places take the oracle long; a few do. */
const LARGEST_SIDE = 3;

/** Recurrent networks with local layers. */
export function randomRecurrentMapSpec(specs: fc.Arbitrary<Spec> = randomSpec()): fc.Arbitrary<Spec> {
  return fc.record({ spec: randomRecurrentSpec(specs), fields }).map(({ spec, fields }) => {
    const [width, height] = [Math.min(spec.width, LARGEST_SIDE), Math.min(spec.height, LARGEST_SIDE)];
    return withLocalLayers({ ...spec, width, height }, fields);
  });
}

function withLocalLayers(spec: Spec, fields: readonly { half: number; channels: number }[]): Spec {
  return {
    ...spec,
    device: 0,
    jitter: Math.min(spec.jitter ?? 0, spec.width - 1, spec.height - 1),
    layers: spec.layers.map((layer, index) => {
      const wanted = fields[index];
      if (!wanted) return layer;
      const { half, channels } = wanted;
      return { ...layer, blocks: 0, kind: "local" as const, channels, field: 2 * half + 1, stride: 1, padding: half, units: spec.width * spec.height * channels };
    }),
  };
}

/** `specs`: what becomes recurrent. */
export function randomRecurrentSpec(specs: fc.Arbitrary<Spec> = randomSpec()): fc.Arbitrary<Spec> {
  return fc.record({ spec: specs.filter(fits), recurrence }).map(({ spec, recurrence: { last, first, more, damping, stream } }) => ({
    ...spec,
    placement: "none",
    recurrence: { iterations: last + more, first: Math.min(first, last), last, damping, stream },
  }));
}

/** The label is clamped on top, so there must be one; and every layer is dense. */
function fits(spec: Spec): boolean {
  return spec.objective === "pair" && !hasTwoFrames(spec) && spec.layers.every(({ kind = "dense" }) => kind === "dense");
}
