/** A packed network with variants computes what the engine computes. */
import { describe, expect, test } from "vitest";
import { REGION_FRAME, REGION_NEGATIVE, REGION_SCORES, REGION_TARGETS } from "../../../assembly/abi/region.js";
import { WAITING } from "../../../assembly/abi/status.js";
import { finishJob } from "../../../host/engine/box.js";
import { readArtefact } from "../../../host/engine/artefacts.js";
import { packNetwork } from "../../../host/pack/pack.js";
import { loadPacked, networkOf } from "../../../host/pack/packed_module.js";
import { BUILDS, VARIANTS, boxOf, generator, sample, start, trainOn } from "./networks.js";

/** Packing takes seconds: each variant in one of the builds. */
const cases = Object.entries(VARIANTS).map(([name, spec], index) => ({ name, spec, build: BUILDS[index % 2]! }));

describe("a packed network", () => {
  test.each(cases)("computes the same bits in less code: $name, $build", async ({ spec, build }) => {
    const network = start(spec, build);
    const random = generator(7);
    for (let step = 0; step < 10; step++) trainOn(network, sample(spec, random));
    const { module } = await packNetwork(network, { build });
    expect(module.length).toBeLessThan(readArtefact(build, "full").length * 0.85 + network.plan.bytes.checkpoint);

    const { engine } = loadPacked(module, "x.wasm");
    expect(engine.open()).toBe(0);
    const memory = new Uint8Array(engine.memory.buffer);
    const put = (kind: number, bytes: Uint8Array): void => memory.set(bytes, network.region(kind).offset);
    let waited = 0;
    const finish = (status: number): void => {
      if (status === WAITING) waited++;
      finishJob(engine, network.regions, boxOf(spec), status);
    };
    for (let step = 0; step < 20; step++) {
      const next = sample(spec, random);
      trainOn(network, next);
      put(REGION_FRAME, next.frame);
      if (network.negative) put(REGION_NEGATIVE, next.negative);
      if (network.targets) put(REGION_TARGETS, new Uint8Array(Int32Array.from(next.targets, (value) => Math.round(value * 32768)).buffer));
      finish(engine.train(next.label));
      const shown = sample(spec, random).frame;
      network.predict(shown);
      put(REGION_FRAME, shown);
      expect(engine.begin_goodness()).toBe(0);
      finish(engine.step(0));
      expect([...new Int32Array(engine.memory.buffer, network.region(REGION_SCORES).offset, spec.classes)]).toEqual([...network.scores]);
    }
    expect(waited > 0).toBe(spec.layers.some(({ kind }) => kind === "box"));
    expect(engine.seal()).toBe(0);
    const checkpoint = network.checkpoint();
    const at = engine.spec_address() - 32;
    expect(Buffer.compare(memory.subarray(at, at + checkpoint.length), checkpoint)).toBe(0);
  });
});

test("a packed network with a box opens as a network of this host", async () => {
  const spec = VARIANTS["a box between"]!;
  const network = start(spec, "scalar");
  trainOn(network, sample(spec, generator(8)));
  const { module } = await packNetwork(network);
  const inside = networkOf(loadPacked(module, "x.wasm"), "x.wasm");
  expect(inside.weightsHash()).toBe(network.weightsHash());
  expect(inside.spec).toEqual(network.spec);
});
