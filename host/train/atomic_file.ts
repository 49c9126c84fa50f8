import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { MayflyError } from "../errors.js";

/**
 * Writes a file whole or not at all: to a name beside it, to the disk, then in its place. A power cut leaves the old file or the
 * new one, never a half.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  try {
    const file = await open(draft, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(draft, { force: true });
    throw new MayflyError(`cannot write ${path}: ${reasonOf(error)}`, 1, error);
  }
}

/** The rename itself must reach the disk too; some systems cannot sync a folder, and need not. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "EACCES": case "EPERM": case "EROFS": return "no permission to write there";
    case "ENOENT": return "the folder does not exist";
    case "ENOTDIR": return "a part of the path is a file, not a folder";
    case "EEXIST": return "a file of that name is in the way";
    case "ENOSPC": return "the disk is full";
    case "EISDIR": return "it is a folder";
    default: return error instanceof Error ? error.message : String(error);
  }
}
