import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { OpenedDataset } from "../data/open.js";
import { Network, type NetworkOptions } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { reasonOf } from "../train/atomic_file.js";
import { MODEL_FILE, RunDirectory } from "../train/run_directory.js";
import { type DataFlags, dataOptions, openData } from "./data_options.js";

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

/** Refuses a network whose prediction needs a function that no file holds. `what` ends the sentence, e.g. "cannot be reported". */
export function refuseBoxes({ spec }: Network, path: string, what: string): void {
  if (spec.layers.some(({ kind }) => kind === "box")) throw new MayflyError(`${path} has a box, whose function only the program that trained it knows: it ${what}`, 1);
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

/** The data set a command names; without one, the data set of the model's run, read as the run read it but for what `flags` say. */
export async function openDataFor(model: string, dataset: string | undefined, flags: DataFlags): Promise<OpenedDataset> {
  if (dataset !== undefined) return openData(dataset, dataOptions(flags));
  if (!(await stat(model)).isDirectory()) throw new MayflyError(`name a data set: ${model} is a single file and does not say what it was trained on`, 2);
  const { settings } = (await RunDirectory.open(model)).record;
  const given = Object.fromEntries(Object.entries(dataOptions(flags)).filter(([, value]) => value !== undefined));
  return openData(settings.dataset, { ...settings.datasetOptions, ...given });
}
