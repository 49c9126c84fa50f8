import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { BackendName } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { MAYFLY } from "../reference/float/recipe.js";
import { saveState } from "../reference/float/state.js";
import { fromEngine } from "../reference/interchange.js";
import { writeAtomically } from "../train/atomic_file.js";
import type { RunDirectory } from "../train/run_directory.js";
import { DEFAULT_BATCH } from "./tfjs_options.js";
import { STATE_FILE } from "./tfjs_training.js";

/** A run of the integer engine goes on in tfjs: its integers become the float state, and nothing is lost. */
export async function switchToTfjs(run: RunDirectory, checkpoint: Uint8Array, backendName: BackendName, batch = DEFAULT_BATCH): Promise<void> {
  const backend = await startNamed(backendName);
  const network = await fromEngine(backend, Network.open(checkpoint, run.modelPath));
  try {
    await writeAtomically(join(run.path, STATE_FILE), await saveState(network));
  } finally {
    network.dispose();
  }
  run.record.settings.tfjs = { backend: backendName, batch, recipe: MAYFLY.name, rate: null, spec: network.spec };
}

/** Throws when a run in tfjs cannot go on in the integer engine. */
export function checkSwitchable({ path, record: { settings: { tfjs } } }: RunDirectory): void {
  if (tfjs && tfjs.recipe !== MAYFLY.name) throw new MayflyError(`${path} is of the recipe ${tfjs.recipe}, whose inputs the engine does not compute: it can only go on in tfjs`, 2);
}

/** A run in tfjs goes on in the integer engine, from its quantised model: the device's fine-tuning of what a GPU began. */
export async function switchToInteger(run: RunDirectory): Promise<void> {
  checkSwitchable(run);
  delete run.record.settings.tfjs;
  await rm(join(run.path, STATE_FILE), { force: true });
}
