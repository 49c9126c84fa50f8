/** Any spec of the full build: a random one of the core with none, one, or many of the variants. */
import fc from "fast-check";
import { hasTwoFrames, type LayerSpec, type Spec } from "../oracle/spec.js";
import { magnitude, randomSpec } from "./random-spec.js";

/** Of the network. */
const networkVariants = {
  jitter: fc.integer({ min: 1, max: 4 }),
  negatives: fc.constantFrom("hybrid" as const, "given" as const, "corrupted" as const),
  corruption: fc.record({ ways: fc.integer({ min: 1, max: 15 }), share: fc.integer({ min: 1, max: 256 }) }),
  maskBlurs: fc.integer({ min: 1, max: 5 }),
  sense: fc.constant("minimise" as const),
  phases: fc.record({ awake: fc.integer({ min: 1, max: 4 }), asleep: fc.integer({ min: 0, max: 3 }) }),
  targets: fc.constant("given" as const),
  device: fc.integer().filter((device) => device !== 0),
};

/** Of a layer. `box` and `blocks` are drawn always, so that the layers of a case differ. */
const layerVariants = {
  box: fc.boolean(),
  blocks: fc.nat(),
  ceiling: magnitude(1, 32640),
  sample: fc.integer({ min: 1, max: 32767 }),
  peer: fc.oneof(magnitude(1, 32768), fc.integer({ min: 8192, max: 32768 })),
};

type Values<T> = { [K in keyof T]: T[K] extends fc.Arbitrary<infer V> ? V : never };
type NetworkVariants = Values<typeof networkVariants>;
type LayerVariants = Values<typeof layerVariants>;

const NAMES = [...Object.keys(networkVariants), ...Object.keys(layerVariants)].filter((name) => name !== "corruption");

export function randomVariantSpec(): fc.Arbitrary<Spec> {
  const chosen = fc.oneof(
    fc.constant([]),
    { arbitrary: fc.constantFrom(...NAMES).map((name) => [name]), weight: 4 },
    { arbitrary: fc.subarray(NAMES), weight: 5 },
  );
  return randomSpec().chain((spec) =>
    fc.record({ chosen, network: fc.record(networkVariants), layers: fc.array(fc.record(layerVariants), { minLength: spec.layers.length, maxLength: spec.layers.length }) })
      .map(({ chosen, network, layers }) => withVariants(spec, new Set(chosen), network, layers)));
}

/** What a variant needs comes with it; what cannot stand beside those chosen is left out. */
function withVariants(core: Spec, chosen: ReadonlySet<string>, network: NetworkVariants, layers: readonly LayerVariants[]): Spec {
  const isPair = core.objective === "pair";
  const has = (name: string) => chosen.has(name);
  const spec: Spec = { ...core };
  if (has("jitter")) spec.jitter = Math.min(network.jitter, spec.width - 1, spec.height - 1);
  if (has("device")) spec.device = network.device;
  if (has("targets") && (!isPair || spec.readoutFrom < spec.layers.length)) spec.targets = network.targets;
  if (isPair && has("negatives")) {
    spec.negatives = network.negatives;
    spec.placement = "none";
    if (spec.negatives === "hybrid") spec.maskBlurs = network.maskBlurs;
    if (spec.negatives === "corrupted") spec.corruption = network.corruption;
  }
  if (isPair && has("sense")) spec.sense = network.sense;
  if (isPair && has("phases")) Object.assign(spec, network.phases, { loss: "threshold" });
  spec.layers = spec.layers.map((layer, index) => layerWithVariants(spec, layer, index, has, layers[index]!));
  return spec;
}

function layerWithVariants(spec: Spec, layer: LayerSpec, index: number, has: (name: string) => boolean, variants: LayerVariants): LayerSpec {
  const isLast = index === spec.layers.length - 1;
  const isBox = has("box") && variants.box && !isLast && !(index === 0 && spec.placement === "append");
  if (isBox) return { ...layer, kind: "box" };
  const result = { ...layer };
  if (has("ceiling")) result.ceiling = variants.ceiling;
  if (spec.objective === "classwise") {
    if (has("sample")) result.sample = variants.sample;
    return result;
  }
  const divisors = Array.from({ length: layer.units }, (_, n) => n + 1).filter((n) => layer.units % n === 0);
  if (has("blocks")) result.blocks = divisors[variants.blocks % divisors.length]!;
  if (has("peer")) result.peer = variants.peer;
  return result;
}

/** Which variants a spec has, for counting what was tried. */
export function variantsOf(spec: Spec): string[] {
  const found = [];
  if (spec.jitter) found.push("jitter");
  if (hasTwoFrames(spec)) found.push(spec.negatives);
  if (spec.sense === "minimise") found.push("minimise");
  if (spec.awake) found.push("phases");
  if (spec.targets === "given") found.push("targets");
  if (spec.device) found.push("device");
  for (const name of ["ceiling", "peer", "sample"] as const) if (spec.layers.some((layer) => layer[name])) found.push(name);
  if (spec.layers.some(({ blocks }) => (blocks ?? 1) > 1)) found.push("blocks");
  if (spec.layers.some(({ kind }) => kind === "box")) found.push(spec.layers[0]!.kind === "box" ? "box first" : "box");
  return found;
}
