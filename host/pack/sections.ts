/** A WebAssembly binary as a list of sections (core specification, §5.5): enough to size a memory, to place data, to sign. */
import { MayflyError } from "../errors.js";

export const CUSTOM = 0;
export const MEMORY = 5;
export const CODE = 10;
export const DATA = 11;

const PREAMBLE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const I32_CONST = 0x41;
const END = 0x0b;
const HAS_MAXIMUM = 1;
/** Custom-page-sizes proposal: the log2 of the page size follows the limits. */
const HAS_PAGE_SIZE = 8;
const WASM_PAGE_LOG2 = 16;

export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

export function isWasm(bytes: Uint8Array): boolean {
  return PREAMBLE.subarray(0, 4).every((byte, index) => bytes[index] === byte);
}

/** The sections of a module; `name` is what errors call it. */
export function readSections(bytes: Uint8Array, name: string): Section[] {
  if (!PREAMBLE.every((byte, index) => bytes[index] === byte)) throw new MayflyError(`${name} is not a WebAssembly module of version 1`, 1);
  const sections: Section[] = [];
  const reader = new Reader(bytes, name, PREAMBLE.length);
  while (!reader.atEnd) {
    const id = reader.byte();
    sections.push({ id, content: reader.take(reader.unsigned()) });
  }
  return sections;
}

export function writeSections(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  return concatenate([PREAMBLE, ...sections.flatMap(({ id, content }) => [Uint8Array.from([id, ...unsigned(content.length)]), content])]);
}

export interface MemoryLimits {
  readonly minimum: number;
  readonly maximum: number | null;
  readonly pageBytes: number;
}

/** The memory section of one memory of exactly `pages` pages of 65,536 bytes or, with custom page sizes, of 1 byte. */
export function memorySection(pages: number, pageBytes: 1 | 65536): Section {
  const custom = pageBytes !== 65536;
  const flags = HAS_MAXIMUM | (custom ? HAS_PAGE_SIZE : 0);
  return { id: MEMORY, content: Uint8Array.from([1, flags, ...unsigned(pages), ...unsigned(pages), ...(custom ? [Math.log2(pageBytes)] : [])]) };
}

export function readMemory(section: Section, name: string): MemoryLimits {
  const reader = new Reader(section.content, name);
  if (reader.unsigned() !== 1) throw new MayflyError(`${name} has not exactly one memory`, 1);
  const flags = reader.byte();
  const minimum = reader.unsigned();
  const maximum = flags & HAS_MAXIMUM ? reader.unsigned() : null;
  return { minimum, maximum, pageBytes: 2 ** (flags & HAS_PAGE_SIZE ? reader.unsigned() : WASM_PAGE_LOG2) };
}

/** A piece of initialised memory. */
export interface Segment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The active segments of a data section whose offsets are constants. */
export function readSegments(section: Section, name: string): Segment[] {
  const reader = new Reader(section.content, name);
  return Array.from({ length: reader.unsigned() }, () => {
    if (reader.unsigned() !== 0 || reader.byte() !== I32_CONST) throw new MayflyError(`${name} has a data segment of an unknown kind`, 1);
    const offset = reader.signed();
    reader.byte();
    return { offset, bytes: reader.take(reader.unsigned()) };
  });
}

export function dataSection(segments: readonly Segment[]): Section {
  const parts = segments.flatMap(({ offset, bytes }) => [Uint8Array.from([0, I32_CONST, ...signed(offset), END, ...unsigned(bytes.length)]), bytes]);
  return { id: DATA, content: concatenate([Uint8Array.from(unsigned(segments.length)), ...parts]) };
}

/** Shorter runs of zeros cost less as data than as a segment of their own. */
const SHORTEST_GAP = 12;

/** The least data that makes an image of memory out of zeros. */
export function segmentsOf(image: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let start = -1;
  let end = 0;
  for (let at = 0; at < image.length; at++) {
    if (image[at] === 0) continue;
    if (start >= 0 && at - end >= SHORTEST_GAP) {
      segments.push({ offset: start, bytes: image.subarray(start, end) });
      start = -1;
    }
    if (start < 0) start = at;
    end = at + 1;
  }
  if (start >= 0) segments.push({ offset: start, bytes: image.subarray(start, end) });
  return segments;
}

/** A custom section: a name and bytes that engines ignore. */
export function customSection(name: string, bytes: Uint8Array): Section {
  const text = new TextEncoder().encode(name);
  return { id: CUSTOM, content: concatenate([Uint8Array.from(unsigned(text.length)), text, bytes]) };
}

/** The bytes of a custom section of that name, or null. */
export function readCustom(section: Section, name: string): Uint8Array | null {
  if (section.id !== CUSTOM) return null;
  const reader = new Reader(section.content, "a custom section");
  const found = new TextDecoder().decode(reader.take(reader.unsigned()));
  return found === name ? reader.rest() : null;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 127];
    bytes.push((rest & 127) | 128);
  }
}

/** Reads forward; running out of bytes means a truncated file. */
class Reader {
  constructor(private readonly bytes: Uint8Array, private readonly name: string, private at = 0) {}

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw this.truncated();
    return byte;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw this.truncated();
    return this.bytes.subarray(this.at, this.at += length);
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.at);
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new MayflyError(`${this.name} is damaged: a number in it is too long`, 1);
  }

  signed(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return shift < 25 && byte & 64 ? value | (-1 << (shift + 7)) : value;
    }
    throw new MayflyError(`${this.name} is damaged: a number in it is too long`, 1);
  }

  private truncated(): MayflyError {
    return new MayflyError(`${this.name} is truncated`, 1);
  }
}
