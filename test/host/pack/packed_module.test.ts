import { beforeAll, describe, expect, test } from "vitest";
import { BUILDS, readArtefact } from "../../../host/engine/artefacts.js";
import { Network } from "../../../host/engine/network.js";
import { packNetwork } from "../../../host/pack/pack.js";
import { loadPacked, networkOf } from "../../../host/pack/packed_module.js";
import { CUSTOM, DATA, dataSection, readSections, readSegments, segmentsOf, writeSections } from "../../../host/pack/sections.js";
import { sign } from "../../../host/pack/signature.js";
import { NETWORKS, sampleOf } from "../engine/networks.js";

const input = NETWORKS["pair, label replaced, bias, dropout, decay, schedule"]!;
const trained = Network.create(input);
for (let index = 0; index < 10; index++) trained.train(sampleOf(input, index).frame, sampleOf(input, index).label);

describe("a packed module read back", () => {
  test.each([...BUILDS.map((build) => ({ build, pageBytes: 65536 as const })), { build: "scalar" as const, pageBytes: 1 as const }])("has everything of the model: %o", async (options) => {
    const { module, facts } = await packNetwork(trained, options);
    const loaded = loadPacked(module, "x.wasm");
    expect(loaded.facts).toEqual(facts);
    expect(facts).toMatchObject({ ...options, state: true, heapBase: trained.plan.bytes.total });
    const network = networkOf(loaded, "x.wasm");
    expect(network.spec).toEqual(trained.spec);
    expect(network.samples).toBe(10);
    expect(network.weightsHash()).toBe(trained.weightsHash());
    expect(facts.functions).toContainEqual({ name: "region", parameters: 2 });
    expect(facts.functions).toHaveLength(24);
  });

  test("has the network as init makes it when only the spec is inside", async () => {
    const { module } = await packNetwork(trained, { state: false });
    const network = networkOf(loadPacked(module, "x.wasm"), "x.wasm");
    expect(network.samples).toBe(0);
    expect(network.weightsHash()).toBe(Network.create(input).weightsHash());
  });
});

describe("a file that is not a whole packed module", () => {
  let module: Uint8Array<ArrayBuffer>;
  const read = (bytes: Uint8Array): Network => networkOf(loadPacked(bytes, "x.wasm"), "x.wasm");

  beforeAll(async () => {
    module = (await packNetwork(trained)).module;
  });

  test("is refused when it is another WebAssembly module", () => {
    expect(() => read(readArtefact("scalar"))).toThrow("x.wasm is a WebAssembly module, but not one that mayfly pack made");
    expect(() => read(Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0))).toThrow("x.wasm is not a WebAssembly module of version 1");
  });

  test("is refused wherever it is cut", () => {
    for (let length = 4; length < module.length; length += 41) expect(() => read(module.subarray(0, length))).toThrow(/^x\.wasm is (truncated|not a WebAssembly module|a WebAssembly module, but)/);
  });

  test("is refused whichever bit is flipped", () => {
    for (let at = 8; at < module.length; at += 13) {
      const damaged = module.slice();
      damaged[at]! ^= 1 << (at % 8);
      expect(() => read(damaged)).toThrow(/^x\.wasm /);
    }
  });

  test("is refused by the engine's own checksum when the state inside was changed and signed again", () => {
    const sections = readSections(module, "x.wasm").slice(0, -1).map((section) => {
      if (section.id !== DATA) return section;
      const segments = readSegments(section, "x.wasm").map(({ offset, bytes }) => ({ offset, bytes: bytes.slice() }));
      segments.at(-1)!.bytes[0]! ^= 1;
      return dataSection(segments);
    });
    expect(() => read(sign(sections, { build: "scalar", engine: "0", state: true }))).toThrow(/the state inside x\.wasm: damaged/);
  });

  test("is refused when it is of another ABI", () => {
    const sections = readSections(module, "x.wasm");
    const text = new TextDecoder().decode(sections.at(-1)!.content).replace('"abi":1', '"abi":9');
    expect(() => read(writeSections([...sections.slice(0, -1), { id: CUSTOM, content: new TextEncoder().encode(text) }]))).toThrow("x.wasm was packed for ABI version 9");
  });
});

test("segments leave out zeros and give the image back", () => {
  const image = new Uint8Array(3000);
  for (let at = 0; at < image.length; at += at % 7 === 0 ? 1 : 23) image[at] = at & 255;
  image.fill(9, 2900, 2950);
  const again = new Uint8Array(image.length);
  const segments = segmentsOf(image);
  for (const { offset, bytes } of readSegments(dataSection(segments), "x")) again.set(bytes, offset);
  expect(again).toEqual(image);
  expect(segmentsOf(new Uint8Array(100))).toEqual([]);
});
