import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MayflyError } from "../errors.js";

const DRAFT_SUFFIX = ".part";

/**
 * Writes a file whole or not at all: to a name beside it, to the disk, then in its place. A power cut leaves the old file or the
 * new one, never a half.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.${process.pid}${DRAFT_SUFFIX}`;
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
    await rm(draft, { force: true }).catch(() => {});
    throw new MayflyError(`cannot write ${path}: ${reasonOf(error)}`, 1, error);
  }
}

/** Removes what writers that were killed have left in a folder; a writer that still lives keeps its draft. */
export async function removeDeadDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/\.([0-9]+)\.part$/.exec(name)?.[1] ?? NaN);
    if (pid > 0 && !isAlive(pid)) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
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
    case "EACCES": case "EPERM": case "EROFS": return "no permission";
    case "ENOENT": return "the folder does not exist";
    case "ENOTDIR": return "a part of the path is a file, not a folder";
    case "EEXIST": return "a file of that name is in the way";
    case "ENOSPC": return "the disk is full";
    case "ENAMETOOLONG": return "the name is too long";
    case "EISDIR": return "it is a folder";
    default: return error instanceof Error ? error.message : String(error);
  }
}

/** A file's bytes; null where there is none. */
export async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new MayflyError(`cannot read ${file}: ${reasonOf(error)}`, 1, error);
  }
}
