/** Packs a network: the engine made for it alone, its spec or its whole state, and memory to the byte, in one module without imports. */
import { HEADER_BYTES, REGION_FRAME } from "../../assembly/abi/region.js";
import { type PortableBuild, engineHash } from "../engine/artefacts.js";
import { type Box, finishJob } from "../engine/box.js";
import type { EngineExports } from "../engine/exports.js";
import { checked } from "../engine/instance.js";
import { PAGE_BYTES } from "../engine/memory_section.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { FrontEnd } from "../spec/network_spec.js";
import { type PackedFacts, freshNetwork, loadPacked, specWords } from "./packed_module.js";
import { CODE, DATA, MEMORY, type Section, dataSection, memorySection, readSections, readSegments, segmentsOf } from "./sections.js";
import { sign } from "./signature.js";
import { specialise } from "./specialise.js";

export interface PackOptions {
  /** "scalar" (default) runs where only the first version of WebAssembly exists. */
  build?: PortableBuild;
  /** Puts the trained state inside, not only the spec; default true. */
  state?: boolean;
  /** 1 makes the memory exact to the byte in runtimes that have the custom-page-sizes proposal; others refuse the module. */
  pageBytes?: 1 | 65536;
}

export interface Packed {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly facts: PackedFacts;
}

/**
 * The same network, build and options always give the same bytes.
 *
 * ```ts
 * const { module } = await packNetwork(Network.open(checkpoint), { build: "scalar" });
 * ```
 */
export async function packNetwork(network: Network, options: PackOptions = {}): Promise<Packed> {
  const { build = "scalar", state = true, pageBytes = PAGE_BYTES } = options;
  const words = specWords(network.engine);
  const started = freshNetwork(words, build);
  const { bytes, pages } = started.plan;
  const base = started.engine.spec_address() - HEADER_BYTES;
  const dataEnd = base + bytes.checkpoint;
  const code = readSections(await specialise(started, { __data_end: dataEnd, __heap_base: bytes.total }), "the packed module");
  const image = new Uint8Array(dataEnd);
  for (const section of code) {
    if (section.id === DATA) for (const segment of readSegments(section, "the packed module")) image.set(segment.bytes, segment.offset);
  }
  if (state) image.set(network.checkpoint(), base);
  else image.set(new Uint8Array(words.buffer), base + HEADER_BYTES);

  const sections: Section[] = code.filter((section) => section.id !== DATA).flatMap((section) => {
    if (section.id === MEMORY) return [memorySection(pageBytes === 1 ? bytes.total : pages, pageBytes === 1 ? 1 : PAGE_BYTES)];
    return section.id === CODE ? [section, dataSection(segmentsOf(image))] : [section];
  });
  const module = sign(sections, { build, engine: engineHash(started.size), state });
  const packed = loadPacked(module, "the packed module");
  const reference = Network.open((state ? network : started).checkpoint(), "the network", { build, box: standIn(started) });
  compare(packed.engine, reference, state);
  return { module, facts: packed.facts };
}

/** Enough to run every kernel of the network. */
const SAMPLES = 4;

/** Some box: what it computes is not in the module, and any will do to compare. */
function standIn({ spec }: Network): Box {
  return (layer, inputs) => Int16Array.from({ length: 2 * (spec.layers[layer]?.units ?? 0) }, (_, at) => ((inputs[at % inputs.length] ?? 0) * 29 + at * 3) & 1023);
}

/** Trains the packed module and the engine side by side for a few samples: the same bits, or no module. */
function compare(packed: EngineExports, reference: Network, state: boolean): void {
  checked(packed, state ? packed.open() : packed.init(), "the packed module");
  const boxed = reference.spec.layers.some(({ kind }) => kind === "box");
  const finish = (status: number): void => finishJob(packed, reference.regions, standIn(reference), status);
  if (reference.spec.stream) compareFront(packed, reference, reference.spec.stream);
  const frameAt = reference.region(REGION_FRAME).offset;
  const frame = reference.frame.slice();
  for (let sample = 0; sample < SAMPLES; sample++) {
    // Any frame will do that is different each time and partly dark.
    for (let at = 0; at < frame.length; at++) frame[at] = (at * (37 + sample)) % 23 < 9 ? (at * 11 + sample * 57) & 255 : 0;
    const label = sample % reference.spec.classes;
    const memory = new Uint8Array(packed.memory.buffer);
    memory.set(frame, frameAt);
    for (const given of [reference.negative, reference.targets]) {
      given?.forEach((_, at) => (given[at] = (at * (29 + sample)) % 19 < 7 ? (at * 13 + sample * 31) & 255 : 0));
      // Of targets only the low bits, which does for a comparison.
      if (given) memory.set(new Uint8Array(given.buffer, given.byteOffset, given.byteLength), given.byteOffset);
    }
    finish(checked(packed, packed.train(label), "the packed module"));
    reference.train(frame, label);
    for (const by of ["goodness", "readout"] as const) {
      if (by === "readout" && reference.spec.readout.from === null) continue;
      memory.set(frame, frameAt);
      const predicted = reference.predict(frame, by);
      // At a box a prediction in one go has to give up: 2, for WAITING, would be a class.
      if (boxed) {
        checked(packed, by === "goodness" ? packed.begin_goodness() : packed.begin_readout(), "the packed module");
        finish(packed.step(0));
      } else if ((by === "goodness" ? packed.predict_goodness() : packed.predict_readout()) !== predicted) throw wrong("another prediction");
      const { byteOffset, byteLength } = by === "goodness" ? reference.scores : reference.logits;
      if (Buffer.compare(memory.subarray(byteOffset, byteOffset + byteLength), new Uint8Array(reference.engine.memory.buffer, byteOffset, byteLength)) !== 0) throw wrong("other scores");
    }
  }
  checked(packed, packed.seal(), "the packed module");
  const expected = reference.checkpoint();
  const at = packed.spec_address() - HEADER_BYTES;
  if (Buffer.compare(new Uint8Array(packed.memory.buffer, at, expected.length), expected) !== 0) throw wrong("other weights");
}

/** Windows of some signal, until a few frames would have come. */
function compareFront(packed: EngineExports, { engine }: Network, { window, hop, channels }: FrontEnd): void {
  const values = (window + SAMPLES * hop) * channels;
  for (let at = 0; at < values; at++) {
    const value = ((at * 7919) % 20011) - 10005 + ((at * at) % 613);
    if (packed.push?.(value) !== engine.push?.(value)) throw wrong("other windows");
  }
}

function wrong(what: string): MayflyError {
  return new MayflyError(`the packed module computes ${what} than the engine: this is a bug, please report it`, 1);
}
