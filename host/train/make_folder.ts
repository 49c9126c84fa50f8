import { mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing; tells the topmost that was made, or nothing when it was there already.
 * What cannot be made whole leaves nothing behind. (Node's own recursive mkdir never ends where a folder exists and yet takes
 * no folders, as in /proc.)
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  if (await isFolder(path)) return undefined;
  const above = dirname(path) === path ? undefined : await makeFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && (await isFolder(path))) return above;
    if (above !== undefined) await rm(above, { recursive: true, force: true });
    throw error;
  }
  return above ?? path;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}
