import { MayflyError } from "../../host/errors.js";
import type { FlashShape } from "../devices/flash.js";
import { crc32 } from "./crc32.js";

/** The bytes of a slot: docs/checkpoint.md is normative. All words are u32, little endian. */

/** "MFCK". */
export const HEADER_MAGIC = 0x4b43464d;
export const LAYOUT_VERSION = 1;
export const SLOTS = 2;
/** Words of the header: magic, version, sequence, content bytes, content CRC, 0, 0, CRC of the seven words before. */
export const HEADER_BYTES = 32;
/** Words of a record: rank, CRC of the header it belongs to, CRC of the two words before. A torn erase can change one bit of a rank. */
export const RECORD_BYTES = 12;
/** One record for the commit and 23 for restarts. Ranks of a sequence number are 64 apart: 2 · RECORDS must be below. */
export const RECORDS = 24;
export const RANKS = 64;

/** Where things stand in the two slots; addresses count from the start of the checkpoint area. */
export interface SlotLayout {
  readonly contentBytes: number;
  /** From the start of a slot. */
  readonly recordsAt: number;
  /** A record with its padding. */
  readonly recordStride: number;
  readonly contentAt: number;
  readonly slotBytes: number;
  readonly sectors: number;
  /** Both slots. */
  readonly areaBytes: number;
}

type Sizes = Pick<FlashShape, "unitBytes" | "pageBytes" | "sectorBytes">;

export function slotLayout(contentBytes: number, { unitBytes, pageBytes, sectorBytes }: Sizes): SlotLayout {
  const recordsAt = roundUp(HEADER_BYTES, unitBytes);
  const recordStride = roundUp(RECORD_BYTES, unitBytes);
  const contentAt = roundUp(recordsAt + RECORDS * recordStride, pageBytes);
  const slotBytes = roundUp(contentAt + contentBytes, sectorBytes);
  return { contentBytes, recordsAt, recordStride, contentAt, slotBytes, sectors: slotBytes / sectorBytes, areaBytes: SLOTS * slotBytes };
}

/** The layout, if the two slots fit in the flash that is left for them. */
export function layoutWithin(contentBytes: number, sizes: Sizes, freeBytes: number, board: string): SlotLayout {
  const layout = slotLayout(contentBytes, sizes);
  const missing = layout.areaBytes - freeBytes;
  if (missing > 0) {
    throw new MayflyError(`${board}: two checkpoint slots take ${layout.areaBytes.toLocaleString("en")} bytes of flash, ${missing.toLocaleString("en")} more than there are`, 1);
  }
  return layout;
}

export interface Header {
  readonly sequence: number;
  readonly contentBytes: number;
  readonly contentCrc: number;
  /** CRC of the header, by which its records name it. */
  readonly crc: number;
}

export function encodeHeader(sequence: number, contentBytes: number, contentCrc: number): Uint8Array {
  const words = Uint32Array.of(HEADER_MAGIC, LAYOUT_VERSION, sequence, contentBytes, contentCrc, 0, 0, 0);
  const bytes = new Uint8Array(words.buffer);
  words[7] = crc32(bytes.subarray(0, HEADER_BYTES - 4));
  return bytes;
}

/** The header in these bytes, or null. */
export function decodeHeader(bytes: Uint8Array): Header | null {
  const word = words(bytes);
  if (word(0) !== HEADER_MAGIC || word(1) !== LAYOUT_VERSION || word(7) !== crc32(bytes.subarray(0, HEADER_BYTES - 4))) return null;
  return { sequence: word(2), contentBytes: word(3), contentCrc: word(4), crc: word(7) };
}

export function encodeRecord(rank: number, headerCrc: number): Uint8Array {
  const words = Uint32Array.of(rank, headerCrc, 0);
  const bytes = new Uint8Array(words.buffer);
  words[2] = crc32(bytes.subarray(0, RECORD_BYTES - 4));
  return bytes;
}

/** The rank of the record in these bytes, or null where it is none of this header's. */
export function decodeRecord(bytes: Uint8Array, headerCrc: number): number | null {
  const word = words(bytes);
  return word(1) === headerCrc && word(2) === crc32(bytes.subarray(0, RECORD_BYTES - 4)) ? word(0) : null;
}

/** Padded with 0xFF, which programs nothing, to a multiple of `unit`. */
export function padded(bytes: Uint8Array, unit: number): Uint8Array {
  if (bytes.length % unit === 0) return bytes;
  const whole = new Uint8Array(roundUp(bytes.length, unit)).fill(0xff);
  whole.set(bytes);
  return whole;
}

export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0xff);
}

function words(bytes: Uint8Array): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (index) => view.getUint32(4 * index, true);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
