/** Reads a packed module back. */
import { HEADER_BYTES } from "../../assembly/abi/region.js";
import type { PortableBuild } from "../engine/artefacts.js";
import type { EngineExports } from "../engine/exports.js";
import { checked, instantiate } from "../engine/instance.js";
import { loadEngine } from "../engine/load.js";
import { sizeFor } from "../engine/size.js";
import { PAGE_BYTES, pagesFor } from "../engine/memory_section.js";
import { Network } from "../engine/network.js";
import { planOn } from "../engine/plan.js";
import { MayflyError } from "../errors.js";
import { specLength } from "../spec/encode.js";
import { CODE, DATA, MEMORY, type Section, isWasm, memorySection, readMemory, readSegments, writeSections } from "./sections.js";
import { readSigned } from "./signature.js";

export { isWasm };

/** What a packed module says of itself. */
export interface PackedFacts {
  readonly build: PortableBuild;
  /** Hash of the engine it was made from. */
  readonly engineHash: string;
  /** A checkpoint is inside, so that it starts by `open`; else the spec alone, and it starts by `init`. */
  readonly state: boolean;
  readonly pageBytes: number;
  readonly pages: number;
  /** End of what a checkpoint holds: `__data_end`. Everything from here to `heapBase` is scratch. */
  readonly dataEnd: number;
  /** Bytes of linear memory in use, from address 0: `__heap_base`. */
  readonly heapBase: number;
  readonly bytes: { readonly module: number; readonly code: number; readonly data: number };
  /** Functions by name, with the number of their parameters; all are i32. */
  readonly functions: readonly { readonly name: string; readonly parameters: number }[];
}

export interface PackedModule {
  readonly facts: PackedFacts;
  /** An engine of this module that has not been started: `facts.state` says whether by `open` or by `init`. */
  readonly engine: EngineExports;
}

/** Loads a packed module here, whatever its page size, and checks it against its own words. */
export function loadPacked(bytes: Uint8Array, name: string): PackedModule {
  const { signature, sections } = readSigned(bytes, name);
  const find = (id: number): Section => {
    const found = sections.find((section) => section.id === id);
    if (!found) throw new MayflyError(`${name} lacks section ${id}, so it is not a packed network`, 1);
    return found;
  };
  const memory = readMemory(find(MEMORY), name);
  const compiled = compile(sections, memory.minimum * memory.pageBytes, name);
  const engine = instantiate(compiled, name) as EngineExports & Record<"__heap_base" | "__data_end", WebAssembly.Global | undefined>;
  const heapBase = engine.__heap_base?.value as unknown;
  const dataEnd = engine.__data_end?.value as unknown;
  if (typeof heapBase !== "number" || typeof dataEnd !== "number") throw new MayflyError(`${name} exports no __heap_base and __data_end, so it is not a packed network`, 1);
  if (memory.maximum !== memory.minimum || memory.minimum * memory.pageBytes < heapBase) throw new MayflyError(`${name} has a memory of another size than its network's`, 1);
  const data = find(DATA);
  // Not from `engine`, where the loader has added functions of its own and hidden the parameters.
  const plain = Object.entries(new WebAssembly.Instance(compiled).exports);
  const functions = plain.flatMap(([key, value]) => (typeof value === "function" ? [{ name: key, parameters: value.length }] : []));
  return {
    engine,
    facts: {
      build: signature.build,
      engineHash: signature.engine,
      state: signature.state,
      pageBytes: memory.pageBytes,
      pages: memory.minimum,
      dataEnd,
      heapBase,
      bytes: {
        module: bytes.length,
        code: find(CODE).content.length,
        data: readSegments(data, name).reduce((sum, segment) => sum + segment.bytes.length, 0),
      },
      functions,
    },
  };
}

/** No runtime here knows custom page sizes: the same module with a memory of whole pages. */
function compile(sections: readonly Section[], memoryBytes: number, name: string): WebAssembly.Module {
  const bytes = writeSections(sections.map((section) => (section.id === MEMORY ? memorySection(pagesFor(memoryBytes), PAGE_BYTES) : section)));
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new MayflyError(`this runtime refuses ${name}: ${error instanceof Error ? error.message : String(error)}`, 1, error);
  }
}

/** The network inside, in an engine of this host: trained if the state is inside, else as `init` makes it. */
export function networkOf({ facts, engine }: PackedModule, name: string): Network {
  const base = engine.spec_address() - HEADER_BYTES;
  const persistent = new Uint8Array(engine.memory.buffer).slice(base, facts.dataEnd);
  if (checked(engine, engine.plan(), name) !== facts.heapBase) throw new MayflyError(`${name} plans another memory than it has`, 1);
  if (!facts.state) return freshNetwork(specWords(engine));
  checked(engine, engine.open(), `the state inside ${name}`);
  return Network.open(persistent, `the state inside ${name}`);
}

/** A network as `init` makes it from a spec block, which need not be one that this host would write. */
export function freshNetwork(words: Int32Array, build?: PortableBuild): Network {
  const loaded = loadEngine(build, sizeFor(words));
  const plan = planOn(loaded, words);
  const engine = loaded.start(plan.pages);
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  checked(engine, engine.init());
  checked(engine, engine.seal());
  const base = engine.spec_address() - HEADER_BYTES;
  return Network.open(new Uint8Array(engine.memory.buffer).subarray(base, base + plan.bytes.checkpoint), "the network", { build });
}

/** The spec block in an engine's memory. */
export function specWords(engine: EngineExports): Int32Array {
  const words = new Int32Array(engine.memory.buffer, engine.spec_address());
  return words.slice(0, specLength(words));
}
