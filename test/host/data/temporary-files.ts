/** Small files for one test file, under the system's folder for temporary files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

export interface TemporaryFiles {
  folder: string;
  /** Writes a file (and its folders) and returns its path. */
  write(name: string, content: string | Uint8Array | readonly number[]): string;
}

/** A fresh folder, removed after the tests of the file that calls this. */
export function temporaryFiles(): TemporaryFiles {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-data-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    write(name, content) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof content === "string" ? content : Uint8Array.from(content));
      return path;
    },
  };
}

/** An IDX array of u8: the magic of its rank, its dimensions, its values. */
export function idxBytes(dimensions: readonly number[], values: readonly number[]): Uint8Array {
  const header = dimensions.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.of(0, 0, 8, dimensions.length, ...header, ...values);
}
