/** A built engine with just the memory that a spec needs, for tests. Independent of the host's own loader. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  FIELD_BYTES, FIELD_COLUMNS, FIELD_KIND, FIELD_LAYER, FIELD_OFFSET, FIELD_ROWS, FIELD_STRIDE, FIELD_TYPE, HEADER_BYTES, HEADER_SIZE,
  TYPE_I16, TYPE_I32, TYPE_I8, TYPE_U16, TYPE_U32, TYPE_U8,
} from "../../assembly/abi/region.js";
import { BUSY, OK, WAITING } from "../../assembly/abi/status.js";

export const BUILDS = ["scalar", "simd"] as const;
/** The builds that know the variants. */
export const FULL_BUILDS = ["full-scalar", "full-simd"] as const;
export type Build = (typeof BUILDS | typeof FULL_BUILDS)[number];

const PAGE_BYTES = 65536;
const MEMORY_SECTION = 5;

export interface Exports {
  memory: WebAssembly.Memory;
  spec_address(): number;
  status_detail(): number;
  plan(): number;
  region_count(): number;
  region(index: number, field: number): number;
  init(): number;
  begin_train(label: number): number;
  begin_goodness(): number;
  begin_readout(): number;
  open(): number;
  seal(): number;
  step(maxWork: number): number;
  train(label: number): number;
  predict_goodness(): number;
  predict_readout(): number;
  // Of the full build only.
  push(value: number): number;
  push_block(count: number): number;
  samples_wanted(): number;
  gap(): number;
  alarm(learn: number): number;
  alarm_threshold(): number;
  cancel(): number;
}

type Elements = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array;

export interface Region {
  kind: number;
  /** −1 for none. */
  layer: number;
  rows: number;
  columns: number;
  stride: number;
  /** A view of rows × stride elements. */
  values: Elements;
}

/** A fresh network of `specBlock` in a build. */
export class Instance {
  readonly exports: Exports;
  readonly regions: Region[];
  /** Answers for a layer that is a box, when the engine waits for it. */
  serveBox: (layer: number) => void = (layer) => {
    throw new Error(`the engine waits for layer ${layer}, and nobody serves it`);
  };

  constructor(build: Build, specBlock: Int32Array) {
    const bytes = plannedBytes(build, specBlock);
    this.exports = instantiate(build, Math.ceil(bytes / PAGE_BYTES));
    writeSpec(this.exports, specBlock);
    expectOk(this.exports, "init", this.exports.init());
    this.regions = Array.from({ length: this.exports.region_count() }, (_, index) => readRegion(this.exports, index));
  }

  region(kind: number, layer = -1): Region {
    const found = this.regions.find((region) => region.kind === kind && region.layer === layer);
    if (!found) throw new Error(`no region of kind ${kind} for layer ${layer}`);
    return found;
  }

  /** A copy of the sealed persistent part. */
  checkpoint(): Uint8Array {
    expectOk(this.exports, "seal", this.exports.seal());
    const start = this.exports.spec_address() - HEADER_BYTES;
    const size = new DataView(this.exports.memory.buffer).getUint32(start + HEADER_SIZE, true);
    return new Uint8Array(this.exports.memory.buffer, start, size).slice();
  }

  /** Goes on from another instance's checkpoint. */
  open(checkpoint: Uint8Array): void {
    new Uint8Array(this.exports.memory.buffer, this.exports.spec_address() - HEADER_BYTES).set(checkpoint);
    expectOk(this.exports, "open", this.exports.open());
  }

  /** For people: the region an address lies in. */
  nameAt(address: number): string {
    const found = this.regions.find(({ values }) => address >= values.byteOffset && address < values.byteOffset + values.byteLength);
    return found ? `byte ${address - found.values.byteOffset} of the region of kind ${found.kind}, layer ${found.layer}` : "between regions";
  }

  /** Whether the network has such a region. */
  has(kind: number, layer = -1): boolean {
    return this.regions.some((region) => region.kind === kind && region.layer === layer);
  }

  /** Works the job that was begun in pieces of 1..`largest` multiply-adds, drawn by `random`. Returns the number of pieces. */
  workInPieces(largest: number, random: () => number): number {
    return this.#work(() => 1 + (random() % largest));
  }

  /** Works the job that was begun in one go, but for boxes. */
  work(): void {
    this.#work(() => 0);
  }

  /** Trains in one go, but for boxes. */
  train(label: number): void {
    const status = this.exports.train(label);
    if (status === WAITING) {
      this.serveBox(this.exports.status_detail());
      this.work();
    } else if (status !== OK) throw new Error(`train returned ${status}, detail ${this.exports.status_detail()}`);
  }

  #work(piece: () => number): number {
    for (let pieces = 1; ; pieces++) {
      const status = this.exports.step(piece());
      if (status === OK) return pieces;
      if (status === WAITING) this.serveBox(this.exports.status_detail());
      else if (status !== BUSY) throw new Error(`step returned ${status}, detail ${this.exports.status_detail()}`);
    }
  }
}

/** Bytes of linear memory the spec needs. */
function plannedBytes(build: Build, specBlock: Int32Array): number {
  const planner = instantiate(build, 1);
  writeSpec(planner, specBlock);
  const bytes = planner.plan();
  expectOk(planner, "plan", Math.min(bytes, 0));
  return bytes;
}

function writeSpec(exports: Exports, block: Int32Array): void {
  new Int32Array(exports.memory.buffer, exports.spec_address(), block.length).set(block);
}

function expectOk(exports: Exports, name: string, status: number): void {
  if (status !== OK) throw new Error(`${name} returned ${status}, detail ${exports.status_detail()}`);
}

function readRegion(exports: Exports, index: number): Region {
  const field = (name: number) => exports.region(index, name);
  const { buffer } = exports.memory;
  const offset = field(FIELD_OFFSET);
  const bytes = field(FIELD_BYTES);
  return {
    kind: field(FIELD_KIND),
    layer: field(FIELD_LAYER),
    rows: field(FIELD_ROWS),
    columns: field(FIELD_COLUMNS),
    stride: field(FIELD_STRIDE),
    values: view(buffer, offset, bytes, field(FIELD_TYPE)),
  };
}

function view(buffer: ArrayBuffer, offset: number, bytes: number, type: number): Elements {
  switch (type) {
    case TYPE_U8: return new Uint8Array(buffer, offset, bytes);
    case TYPE_I8: return new Int8Array(buffer, offset, bytes);
    case TYPE_U16: return new Uint16Array(buffer, offset, bytes / 2);
    case TYPE_I16: return new Int16Array(buffer, offset, bytes / 2);
    case TYPE_I32: return new Int32Array(buffer, offset, bytes / 4);
    case TYPE_U32: return new Uint32Array(buffer, offset, bytes / 4);
    default: throw new Error(`unknown element type ${type}`);
  }
}

const modules = new Map<string, WebAssembly.Module>();

function instantiate(build: Build, pages: number): Exports {
  const key = `${build} ${pages}`;
  let module = modules.get(key);
  if (!module) {
    module = new WebAssembly.Module(withMemory(built(build), pages));
    modules.set(key, module);
  }
  return new WebAssembly.Instance(module).exports as unknown as Exports;
}

const binaries = new Map<Build, Uint8Array<ArrayBuffer>>();

function built(build: Build): Uint8Array<ArrayBuffer> {
  let bytes = binaries.get(build);
  if (!bytes) {
    bytes = new Uint8Array(readFileSync(fileURLToPath(new URL(`../../dist/engine/mayfly.${build}.wasm`, import.meta.url))));
    binaries.set(build, bytes);
  }
  return bytes;
}

/** The same module with another memory: `pages` at least and at most. */
function withMemory(wasm: Uint8Array<ArrayBuffer>, pages: number): Uint8Array<ArrayBuffer> {
  const HAS_MAXIMUM = 1;
  for (let start = 8; start < wasm.length; ) {
    const length = readLeb(wasm, start + 1);
    const end = length.next + length.value;
    if (wasm[start] === MEMORY_SECTION) {
      const body = [1, HAS_MAXIMUM, ...writeLeb(pages), ...writeLeb(pages)];
      return Uint8Array.from([...wasm.subarray(0, start), MEMORY_SECTION, ...writeLeb(body.length), ...body, ...wasm.subarray(end)]);
    }
    start = end;
  }
  throw new Error("the module has no memory section");
}

function readLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  for (let value = 0, shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 127) << shift;
    if (byte < 128) return { value, next: at };
  }
}

function writeLeb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...writeLeb(value >>> 7)];
}
