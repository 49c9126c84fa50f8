/** Specs with more rows than an i32 holds the sums of: maps that see large fields, frames beyond 3840 values under i8 weights. */
import fc from "fast-check";
import { mapOf, sizeOf } from "../oracle/geometry.js";
import type { LayerSpec, Spec } from "../oracle/spec.js";
import { randomSpec } from "./random-spec.js";

/** A first layer that is a map with 517 to some 900 rows, and one above it that sees all of its places. */
export function randomWideMapSpec(specs: fc.Arbitrary<Spec> = randomSpec()): fc.Arbitrary<Spec> {
  const wish = fc.record({
    spec: specs,
    kind: fc.constantFrom("local" as const, "conv" as const),
    side: fc.integer({ min: 23, max: 28 }),
    places: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 12 }),
    pool: fc.integer({ min: 0, max: 2 }),
    bands: fc.integer({ min: 0, max: 2 }),
    bits: fc.constantFrom(8 as const, 16 as const, 16 as const),
  });
  return wish.map(({ spec, kind, side, places, channels, pool, bands, bits }) => {
    const group = spec.objective === "classwise" ? spec.classes : 1;
    const own = Math.max(1, Math.floor(channels / group)) * group;
    const { blocks: _, ...first } = spec.layers[0]!;
    const map: LayerSpec = {
      ...first, kind, channels: own, field: side, stride: 1, padding: 0, pool: kind === "conv" && pool > 1 ? Math.min(pool, places) : 0, bands, weightBits: bits, scale: bits === 8 ? Math.min(first.scale, 10) : first.scale,
    };
    const wide: Spec = {
      ...spec, placement: spec.placement === "replace" ? "append" : spec.placement, device: 0, width: side + places - 1, height: side + places - 1, channels: 1, inputDropout: 192,
      layers: [map, ...spec.layers.slice(1)],
    };
    map.units = sizeOf(mapOf(wide, 0));
    return wide;
  });
}

/** A dense first layer of i8 weights over 3841 to some 5000 values. */
export function randomWideFrameSpec(specs: fc.Arbitrary<Spec> = randomSpec()): fc.Arbitrary<Spec> {
  return fc.record({ spec: specs, height: fc.integer({ min: 61, max: 80 }), inputDropout: fc.constantFrom(0, 192) }).map(({ spec, height, inputDropout }) => ({
    ...spec, width: 63, height, channels: 1, inputDropout,
    layers: spec.layers.map((layer, index) => (index === 0 ? { ...layer, weightBits: 8 as const, scale: Math.min(layer.scale, 10) } : layer)),
  }));
}
