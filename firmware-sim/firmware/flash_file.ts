/** The file that a machine's flash lives in: what power/nor_flash.c keeps there. */
import { open, readFile } from "node:fs/promises";
import type { SlotLayout } from "../checkpoint/layout.js";
import type { FlashShape } from "../devices/flash.js";

export type FlashSizes = Pick<FlashShape, "unitBytes" | "pageBytes" | "sectorBytes">;

const ERASED = 0xff;
const DIRTY = 1;

/** Writes a file of `fileBytes`, with holes, whose flash holds `image`; default: erased. */
export async function writeFlashFile(path: string, fileBytes: number, { areaBytes }: SlotLayout, { unitBytes }: FlashSizes, image?: Uint8Array): Promise<void> {
  const cells = image ?? new Uint8Array(areaBytes).fill(ERASED);
  const units = Uint8Array.from({ length: areaBytes / unitBytes }, (_, unit) => (cells.subarray(unit * unitBytes, (unit + 1) * unitBytes).every((byte) => byte === ERASED) ? 0 : DIRTY));
  const file = await open(path, "w");
  try {
    await file.truncate(fileBytes);
    await file.write(cells, 0, areaBytes, 0);
    await file.write(units, 0, units.length, 2 * areaBytes);
  } finally {
    await file.close();
  }
}

/** The cells, as they lean where they are weak. */
export async function readFlashFile(path: string, { areaBytes }: SlotLayout): Promise<Uint8Array> {
  return new Uint8Array(await readFile(path)).slice(0, areaBytes);
}
