/** Files, gunzipped where the gzip magic is there, whatever their name. */
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gunzip } from "node:zlib";
import { MayflyError } from "../errors.js";

const gunzipBytes = promisify(gunzip);

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The bytes of a file. A missing, unreadable or corrupt file is a MayflyError that names it. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const stored = await readFile(path);
    const bytes = isGzip(stored) ? await gunzipBytes(stored) : stored;
    // Not a Buffer: its slice() is a view, where Uint8Array's is a copy.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    throw explainFileError(path, error);
  }
}

/** The bytes of a file as a stream, for files too large to hold. Pass errors met while reading to `explainFileError`. */
export async function streamBytes(path: string): Promise<Readable> {
  const gzipped = isGzip(await firstBytes(path, 2));
  const stored = createReadStream(path);
  // The reader of the returned stream sees every error; the callback only keeps it from being thrown twice.
  return gzipped ? pipeline(stored, createGunzip(), () => {}) : stored;
}

async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const head = new Uint8Array(count);
      const { bytesRead } = await file.read(head, 0, count, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainFileError(path, error);
  }
}

/** Turns an error of node:fs or node:zlib into one line about `path`; returns any other error unchanged. */
export function explainFileError(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new MayflyError(`${path}: no such file`, 1, error);
    case "EISDIR":
      return new MayflyError(`${path}: is a folder, expected a file`, 1, error);
    case "EACCES":
    case "EPERM":
      return new MayflyError(`${path}: not readable (${code}); check its permissions`, 1, error);
    case "Z_BUF_ERROR":
      return new MayflyError(`${path}: gzip data ends early; the file is truncated, fetch it again`, 1, error);
    case "Z_DATA_ERROR":
      return new MayflyError(`${path}: corrupt gzip data (${(error as Error).message}); fetch the file again`, 1, error);
    default:
      return error;
  }
}
