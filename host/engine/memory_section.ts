import { MayflyError } from "../errors.js";

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = 65536;

const SECTION_MEMORY = 5;
/** "\0asm" and version 1. */
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Pages that hold `bytes` bytes. */
export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

/**
 * The same module with a memory of exactly `pages` pages, minimum = maximum: the plan's size, set before the engine starts.
 * Only the memory section changes (WebAssembly core specification, §5.5.8).
 */
export function withMemory(module: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  if (HEADER.some((byte, index) => module[index] !== byte)) throw new MayflyError("this file is not a WebAssembly module", 1);
  let at = HEADER.length;
  while (at < module.length) {
    const [size, content] = readUnsigned(module, at + 1);
    if (content + size > module.length) throw new MayflyError("this WebAssembly module is truncated", 1);
    if (module[at] === SECTION_MEMORY) {
      const limits = [1, 1, ...unsigned(pages), ...unsigned(pages)];
      const section = [SECTION_MEMORY, ...unsigned(limits.length), ...limits];
      const resized = new Uint8Array(at + section.length + module.length - (content + size));
      resized.set(module.subarray(0, at));
      resized.set(section, at);
      resized.set(module.subarray(content + size), at + section.length);
      return resized;
    }
    at = content + size;
  }
  throw new MayflyError("this module defines no memory, so it is not a Mayfly engine", 1);
}

/** LEB128, unsigned. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 127;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 128);
  } while (value !== 0);
  return bytes;
}

/** Reads a LEB128 number; returns it and the offset behind it. */
function readUnsigned(bytes: Uint8Array, at: number): [number, number] {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) break;
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, at];
  }
  throw new MayflyError("this WebAssembly module is truncated", 1);
}
