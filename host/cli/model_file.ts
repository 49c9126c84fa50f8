import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Network, type NetworkOptions } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { reasonOf } from "../train/atomic_file.js";
import { MODEL_FILE } from "../train/run_directory.js";

/** Opens a model: a run directory's newest checkpoint, or a .mayfly file. */
export async function openModel(path: string, options: NetworkOptions = {}): Promise<{ network: Network; file: string }> {
  const file = await modelPath(path);
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch (error) {
    throw new MayflyError(`cannot read ${file}: ${reasonOf(error)}`, 1, error);
  }
  return { network: Network.open(bytes, file, options), file };
}

async function modelPath(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isDirectory()) return path;
  } catch {
    throw new MayflyError(`there is no model at ${path}: give a run directory or a .mayfly file`, 1);
  }
  const file = join(path, MODEL_FILE);
  try {
    await stat(file);
  } catch {
    throw new MayflyError(`${path} holds no ${MODEL_FILE}: it is not a run directory, or the run was cut before its first checkpoint`, 1);
  }
  return file;
}
