import { MayflyError } from "../errors.js";
import { PAGE_BYTES, withMemory } from "../engine/memory_section.js";

const SECTION_DATA = 11;
const OP_I32_CONST = 0x41;
const OP_END = 0x0b;
const MODULE_HEADER_BYTES = 8;

/**
 * The batch build with a job inside: a program without input, for interpreters that can only run one. The job lies behind the
 * `pages` pages the engine may use, as a data segment; a second one tells the engine where (WebAssembly core, §5.5.14).
 */
export function batchModule(module: Uint8Array<ArrayBuffer>, pages: number, job: Uint8Array): Uint8Array<ArrayBuffer> {
  const from = pages * PAGE_BYTES;
  const pointer = new Uint8Array(new Uint32Array([from, from + job.length]).buffer);
  const sized = withMemory(module, pages + Math.ceil(job.length / PAGE_BYTES));
  const segments = [segment(jobPointer(module), pointer), segment(from, job)];
  for (let at = MODULE_HEADER_BYTES; at < sized.length; ) {
    const [size, start] = readUnsigned(sized, at + 1);
    if (sized[at] === SECTION_DATA) {
      const [count, first] = readUnsigned(sized, start);
      const content = joined([unsigned(count + segments.length), sized.subarray(first, start + size), ...segments]);
      return joined([sized.subarray(0, at), [SECTION_DATA], unsigned(content.length), content, sized.subarray(start + size)]);
    }
    at = start + size;
  }
  throw new MayflyError("the batch build has no data section: run `npm run build`", 1);
}

/** Where the module wants to be told of its job; it says so itself. */
function jobPointer(module: Uint8Array<ArrayBuffer>): number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { host: { print: () => undefined } });
  return (exports["job_pointer"] as (unused: number) => number)(0);
}

function segment(address: number, bytes: Uint8Array): Uint8Array {
  return joined([[0, OP_I32_CONST], signed(address), [OP_END], unsigned(bytes.length), bytes]);
}

function joined(parts: readonly (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}

function readUnsigned(bytes: Uint8Array, at: number): [number, number] {
  for (let value = 0, shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, at];
  }
}
