/** A resolved spec written back as a user would write it means the same. */
import { describe, expect, test } from "vitest";
import { decodeSpec, encodeSpec } from "../../../host/spec/encode.js";
import { geometryOf } from "../../../host/spec/geometry.js";
import { asInput, geometryOfSpec, networkSchema, type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { RECURRENT } from "../../engine/recurrent/networks.js";
import { NETWORKS } from "../engine/networks.js";

const base: NetworkSpecInput = { input: { width: 9, height: 8, channels: 2 }, classes: 4, seed: 3, layers: [{ units: 12 }, { units: 8 }] };
const KINDS: Readonly<Record<string, NetworkSpecInput>> = {
  ...NETWORKS,
  ...RECURRENT,
  "conv, pooled, padded": { ...base, layers: [{ kind: "conv", channels: 6, field: 3, padding: 1, pool: 2 }, { kind: "conv", channels: 5, field: 2, stride: 2 }, { units: 9 }] },
  "class-wise conv": { ...base, objective: "classwise", layers: [{ kind: "conv", channels: 8, field: 3, weights: "i8" }, { kind: "conv", channels: 8, field: 2 }] },
  "local": { ...base, layers: [{ kind: "local", channels: 3, field: 4, stride: 2, peer: 0.1 }] },
  "class-wise local": { ...base, objective: "classwise", layers: [{ kind: "local", channels: 4, field: 3 }] },
  "waves": { ...base, input: { ...base.input, channels: 1 }, loss: "threshold", negatives: "random", waves: { set: 2, intensity: 0.4 }, layers: [{ kind: "conv", channels: 6, field: 3 }, { kind: "conv", channels: 6, field: 3 }] },
  "hybrid": { ...base, input: { ...base.input, channels: 1 }, negatives: "hybrid", maskBlurs: 4, loss: "threshold" },
  "given negatives": { ...base, negatives: "given" },
  "given targets, a device": { ...base, objective: "classwise", targets: "given", device: 3 },
  "minimise, phases": { ...base, sense: "minimise", loss: "threshold", phases: { awake: 3, asleep: 2 } },
  "blocks, ceiling": { ...base, layers: [{ units: 12, blocks: 3, ceiling: 4 }] },
  "a box": { ...base, goodnessFrom: 2, readout: { from: 2 }, layers: [{ units: 12 }, { kind: "box", units: 5 }, { units: 8 }] },
  "jitter": { ...base, jitter: 2 },
};

describe.each(Object.entries(KINDS))("%s", (_, input) => {
  const spec = resolveSpec(input);

  test("resolves to the same again", () => {
    expect(resolveSpec(asInput(spec))).toEqual(spec);
    expect([...encodeSpec(resolveSpec(asInput(spec)))]).toEqual([...encodeSpec(spec)]);
  });

  test("so does what the engine's words say, once rounding to them is over", () => {
    const words = encodeSpec(spec);
    const read = decodeSpec(words);
    expect([...encodeSpec(resolveSpec(asInput(read)))]).toEqual([...words]);
  });

  test("lies as the user's own spec lies", () => {
    expect(geometryOfSpec(spec)).toEqual(geometryOf(networkSchema.parse(input)));
    expect(geometryOfSpec(spec).map(({ above }) => above.width * above.height * above.channels)).toEqual(spec.layers.map(({ units }) => units));
  });
});
