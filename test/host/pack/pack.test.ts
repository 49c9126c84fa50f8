import binaryen from "binaryen";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { SPEC_HOLD_STEPS, SPEC_SEED, SPEC_TOTAL_STEPS } from "../../../assembly/abi/spec.js";
import { BAD_CHECKSUM, BAD_MAGIC, BAD_SPEC, BAD_VERSION } from "../../../assembly/abi/status.js";
import { BUILDS, readArtefact } from "../../../host/engine/artefacts.js";
import { Network } from "../../../host/engine/network.js";
import { planMemory } from "../../../host/engine/plan.js";
import { packNetwork, type Packed } from "../../../host/pack/pack.js";
import { freshNetwork } from "../../../host/pack/packed_module.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { randomSpec } from "../../engine/random-spec.js";
import { forbiddenIn, isValidWith, readModule } from "../../engine/wasm_module.js";
import { PACKED_BYTES } from "../../limits.js";
import { encodeSpec } from "../../oracle/spec.js";
import { NETWORKS, sampleOf } from "../engine/networks.js";
import { mnistSamples, persistent, start, trainBoth } from "./packed.js";

const mnist: NetworkSpecInput = { input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: [{ units: 128 }, { units: 64 }] };
const i8 = "i8" as const;

describe("784-128-64, i16, scalar", () => {
  const plan = planMemory(mnist);
  let fresh: Packed;
  let trained: Packed;
  let network: Network;

  beforeAll(async () => {
    network = Network.create(mnist);
    for (const { frame, label } of mnistSamples(0, 100)) network.train(frame, label);
    fresh = await packNetwork(network, { state: false });
    trained = await packNetwork(network);
  });

  test("takes the memory that was planned, to the byte", () => {
    const packed = start(fresh.module);
    expect(packed.__heap_base.value).toBe(plan.bytes.total);
    expect(packed.__data_end.value).toBe(plan.bytes.static + plan.bytes.checkpoint);
    expect(packed.plan()).toBe(plan.bytes.total);
    expect(packed.memory.buffer.byteLength).toBe(plan.pages * 65536);
    expect(readModule(fresh.module).memory).toEqual({ initial: plan.pages, max: plan.pages, shared: false, is64: false });
    expect(plan.regions.at(-1)!.offset + plan.regions.at(-1)!.bytes).toBe(plan.bytes.total);
  });

  test("is smaller than the engine by the code it does not use, and its state adds no more than its bytes", () => {
    expect(fresh.facts.bytes.module).toBe(fresh.module.length);
    expect(fresh.module.length).toBeLessThan(readArtefact("scalar").length * 0.8);
    expect(fresh.module.length).toBeGreaterThan(PACKED_BYTES["784-128-64 i16, scalar"].floor);
    expect(fresh.module.length).toBeLessThanOrEqual(PACKED_BYTES["784-128-64 i16, scalar"].ceiling);
    expect(trained.facts.bytes.code).toBe(fresh.facts.bytes.code);
    expect(trained.facts.bytes.data).toBeLessThanOrEqual(plan.bytes.static + plan.bytes.checkpoint);
    expect(trained.module.length).toBeLessThanOrEqual(fresh.module.length + plan.bytes.checkpoint);
  });

  test("holds nothing but what the first version of WebAssembly has, and no import", () => {
    expect(isValidWith(trained.module, binaryen.Features.MVP)).toBe(true);
    expect(forbiddenIn(readModule(trained.module))).toEqual([]);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(trained.module))).toEqual([]);
  });

  test("starts where the model was and goes on with the same bits", () => {
    const packed = start(trained.module);
    expect(packed.open()).toBe(0);
    expect(packed.samples()).toBe(100);
    const twin = Network.open(network.checkpoint());
    trainBoth(packed, twin, mnistSamples(100, 200));
    expect(Buffer.compare(persistent(packed), twin.checkpoint())).toBe(0);
  });

  test("opens another checkpoint of its network, and refuses that of any other", () => {
    const other = Network.create({ ...mnist, seed: 77, schedule: { holdSamples: 10, totalSamples: 20 } });
    for (const { frame, label } of mnistSamples(0, 10)) other.train(frame, label);
    const packed = start(fresh.module);
    const at = packed.spec_address() - 32;
    const memory = new Uint8Array(packed.memory.buffer);
    memory.set(other.checkpoint(), at);
    expect(packed.open()).toBe(0);
    trainBoth(packed, other, mnistSamples(10, 30));
    expect(Buffer.compare(persistent(packed), other.checkpoint())).toBe(0);

    memory.set(Network.create({ ...mnist, bias: 1 }).checkpoint().subarray(0, memory.length - at), at);
    expect(packed.open()).toBe(BAD_SPEC);
    memory.set(other.checkpoint(), at);
    memory[at + 5000]! ^= 1;
    expect(packed.open()).toBe(BAD_CHECKSUM);
  });

  test("gives the same bytes every time", async () => {
    expect(Buffer.compare((await packNetwork(network)).module, trained.module)).toBe(0);
    expect(Buffer.compare((await packNetwork(Network.open(network.checkpoint(), "the model", { build: "scalar" }))).module, trained.module)).toBe(0);
  });

  test("refuses every change of its spec but seed and schedule", () => {
    const packed = start(fresh.module);
    const words = 32 + 2 * 16;
    for (let word = 0; word < words; word++) {
      const at = packed.spec_address() + 4 * word;
      const own = packed.peek32(at);
      packed.poke32(at, own + 1);
      const expected = word === 0 ? BAD_MAGIC : word === 1 ? BAD_VERSION : BAD_SPEC;
      if (word === SPEC_SEED || word === SPEC_TOTAL_STEPS) expect(packed.init()).toBe(0);
      else {
        for (const call of ["plan", "region_count", "init"] as const) expect([word, packed[call]()]).toEqual([word, expected]);
        if (word > 1) expect(packed.status_detail()).toBe(word);
      }
      packed.poke32(at, own);
    }
    packed.poke32(packed.spec_address() + 4 * SPEC_TOTAL_STEPS, -1);
    expect([packed.init(), packed.status_detail()]).toEqual([BAD_SPEC, SPEC_TOTAL_STEPS]);
    packed.poke32(packed.spec_address() + 4 * SPEC_HOLD_STEPS, -1);
    packed.poke32(packed.spec_address() + 4 * SPEC_TOTAL_STEPS, 5);
    expect([packed.init(), packed.status_detail()]).toEqual([BAD_SPEC, SPEC_HOLD_STEPS]);
  });

  test("takes a seed and a schedule of the device's own", () => {
    const packed = start(fresh.module);
    packed.poke32(packed.spec_address() + 4 * SPEC_SEED, 4242);
    packed.poke32(packed.spec_address() + 4 * SPEC_HOLD_STEPS, 10);
    packed.poke32(packed.spec_address() + 4 * SPEC_TOTAL_STEPS, 30);
    expect(packed.init()).toBe(0);
    const twin = Network.create({ ...mnist, seed: 4242, schedule: { holdSamples: 10, totalSamples: 30 } });
    trainBoth(packed, twin, mnistSamples(0, 40));
    expect(Buffer.compare(persistent(packed), twin.checkpoint())).toBe(0);
  });
});

const mnistNetworks: Readonly<Record<string, NetworkSpecInput>> = {
  "pair, i16": mnist,
  "pair, i8": { ...mnist, layers: [{ units: 64, weights: i8 }, { units: 32, weights: i8 }] },
  "class-wise, i16": { ...mnist, objective: "classwise", layers: [{ units: 60 }, { units: 30 }] },
  "class-wise, i8": { ...mnist, objective: "classwise", layers: [{ units: 60, weights: i8 }, { units: 40, weights: i8 }] },
};

describe.each(BUILDS)("a packed %s module", (build) => {
  test.each(Object.entries(mnistNetworks))("has the weights of the engine after 200 images: %s", async (_, input) => {
    const { module, facts } = await packNetwork(Network.create(input), { build, state: false });
    expect(facts.build).toBe(build);
    const packed = start(module);
    const network = Network.create(input);
    expect(packed.init()).toBe(0);
    trainBoth(packed, network, mnistSamples(0, 200));
    expect(Buffer.compare(persistent(packed), network.checkpoint())).toBe(0);
    if (build === "scalar") expect(isValidWith(module, binaryen.Features.MVP)).toBe(true);
    expect(forbiddenIn(readModule(module)).filter((found) => found !== "a float")).toEqual([]);
  });

  test.each(Object.entries(NETWORKS))("goes on with the same bits from a small trained state: %s", async (_, input) => {
    const network = Network.create(input);
    const samples = Array.from({ length: 30 }, (_, index) => sampleOf(input, index));
    for (const { frame, label } of samples.slice(0, 10)) network.train(frame, label);
    const packed = start((await packNetwork(network, { build })).module);
    expect(packed.open()).toBe(0);
    trainBoth(packed, network, samples.slice(10));
    expect(Buffer.compare(persistent(packed), network.checkpoint())).toBe(0);
  });
});

// `packNetwork` itself compares what it made with the engine. A failure prints a seed and a path; replay it with fc.assert(…, { seed, path }).
test("modules of random specs compute what the engine computes", async () => {
  await fc.assert(fc.asyncProperty(randomSpec(), fc.constantFrom(...BUILDS), fc.boolean(), async (spec, build, state) => {
    await packNetwork(freshNetwork(encodeSpec(spec)), { build, state });
  }), { numRuns: 8 });
});

describe("a page size of 1", () => {
  const validator = "node_modules/wabt/bin/wasm-validate";
  const input = NETWORKS["class-wise, i8"]!;

  test("makes the memory as large as the plan", async () => {
    const { facts, module } = await packNetwork(Network.create(input), { pageBytes: 1 });
    expect([facts.pages, facts.pageBytes]).toEqual([planMemory(input).bytes.total, 1]);
    expect(WebAssembly.validate(module)).toBe(false);
  });

  test.skipIf(!existsSync(validator))("is encoded as the custom-page-sizes proposal says", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mayfly-"));
    try {
      const path = join(folder, "packed.wasm");
      writeFileSync(path, (await packNetwork(Network.create(input), { pageBytes: 1 })).module);
      expect(spawnSync(process.execPath, [validator, "--enable-custom-page-sizes", path]).status).toBe(0);
      expect(spawnSync(process.execPath, [validator, path]).status).not.toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
