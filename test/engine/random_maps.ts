/** Specs whose first layers are maps. */
import fc from "fast-check";
import { mapOf, sizeOf } from "../oracle/geometry.js";
import type { LayerSpec, Spec } from "../oracle/spec.js";
import { randomSpec } from "./random-spec.js";

/** Numbers that become the nearest that fit. */
interface Wish {
  kind: "local" | "conv";
  channels: number;
  field: number;
  stride: number;
  padding: number;
  pool: number;
  /** With the largest rate at the finest scale, where a convolution's coefficients reach their bound. */
  steep: boolean;
  /** 0: what the layer had. */
  peer: number;
  /** Rows of places at a time; 0: all. */
  bands: number;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.constantFrom("local" as const, "conv" as const),
  channels: fc.integer({ min: 1, max: 18 }),
  field: fc.integer({ min: 1, max: 5 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 })),
  pool: fc.integer({ min: 1, max: 3 }),
  steep: fc.integer({ min: 0, max: 3 }).map((choice) => choice === 3),
  peer: fc.integer({ min: 0, max: 5 }).map((choice) => (choice === 5 ? 16384 : 0)),
  bands: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 })),
});

/** `specs`: what the maps are put into. */
export function randomMapSpec(specs: fc.Arbitrary<Spec> = randomSpec()): fc.Arbitrary<Spec> {
  return fc.record({ spec: specs, wishes: fc.array(wish, { minLength: 1, maxLength: 3 }) }).map(({ spec, wishes }) => withMaps(spec, wishes));
}

function withMaps(core: Spec, wishes: readonly Wish[]): Spec {
  const placement = core.placement === "replace" ? "append" : core.placement;
  // The engine refuses a device of its own with maps.
  const spec: Spec = { ...core, placement, device: 0, layers: [...core.layers] };
  for (const [index, each] of wishes.slice(0, spec.layers.length).entries()) spec.layers[index] = mapLayer(spec, index, each);
  return withBoxesThatFit(withDivisibleBlocks(spec));
}

function mapLayer(spec: Spec, index: number, { kind, channels, field, stride, padding, pool, steep, peer, bands }: Wish): LayerSpec {
  const { blocks: _, ...layer } = spec.layers[index]!;
  const below = mapOf(spec, index - 1);
  const smallest = Math.min(below.width, below.height);
  const f = Math.min(field, smallest);
  const z = Math.min(padding, f - 1);
  const places = Math.floor((smallest + 2 * z - f) / stride) + 1;
  const group = spec.objective === "classwise" ? spec.classes : 1;
  const map: LayerSpec = {
    ...layer,
    kind,
    channels: Math.max(1, Math.floor(channels / group)) * group,
    field: f,
    stride,
    padding: z,
    pool: kind === "conv" ? Math.min(pool, places) : 0,
  };
  if (map.pool === 1) map.pool = 0;
  if (peer > 0 && spec.objective === "pair") map.peer = peer;
  // Means are of all places.
  if (!map.peer) map.bands = bands;
  if (steep) Object.assign(map, { rate: 65000, scale: map.weightBits === 16 ? 14 : 10 });
  return { ...map, units: sizeOf(mapOf({ ...spec, layers: spec.layers.map((other, at) => (at === index ? map : other)) }, index)) };
}

/** Only dense layers have blocks. */
function withDivisibleBlocks(spec: Spec): Spec {
  return { ...spec, layers: spec.layers.map((layer) => (layer.blocks && layer.units % layer.blocks !== 0 ? { ...layer, blocks: 0 } : layer)) };
}

/** A box in first place has no appended label. */
function withBoxesThatFit(spec: Spec): Spec {
  if (spec.placement !== "append" || spec.layers[0]!.kind !== "box") return spec;
  return { ...spec, layers: spec.layers.map((layer, index) => (index === 0 ? { ...layer, kind: "dense" as const } : layer)) };
}
