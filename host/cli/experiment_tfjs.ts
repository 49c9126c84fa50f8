import { existsSync } from "node:fs";
import { join } from "node:path";
import type { OpenedDataset } from "../data/open.js";
import { engineHash } from "../engine/artefacts.js";
import { sizeFor } from "../engine/size.js";
import { MayflyError } from "../errors.js";
import type { BackendName } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { checkSupported } from "../reference/fixed_spec.js";
import { MAYFLY } from "../reference/float/recipe.js";
import { encodeSpec } from "../spec/encode.js";
import { type NetworkSpecInput, resolveSpec } from "../spec/network_spec.js";
import { RUN_FILE, RunDirectory, type RunSettings } from "../train/run_directory.js";
import { trainTfjsRun } from "./tfjs_training.js";

interface TfjsExperiment {
  readonly path: string;
  readonly spec: NetworkSpecInput;
  readonly data: OpenedDataset;
  /** All but the part of tfjs. */
  readonly settings: RunSettings;
  readonly backend: BackendName;
  readonly batch: number;
  readonly checkpointEvery: number;
}

/** A run of an experiment in float. One that was begun before goes on, if it is the same; one that has ended is left as it is. */
export async function runInTfjs(run: TfjsExperiment): Promise<{ directory: RunDirectory; endedBefore: boolean }> {
  const spec = resolveSpec(run.spec);
  checkSupported(spec);
  await startNamed(run.backend);
  const directory = existsSync(join(run.path, RUN_FILE)) ? await sameRun(run) : await RunDirectory.create(run.path, {
    ...run.settings, tfjs: { backend: run.backend, batch: run.batch, recipe: MAYFLY.name, rate: null, spec: run.spec },
  }, engineHash(sizeFor(encodeSpec(spec))));
  const { result } = directory.record;
  const endedBefore = result !== null && result["stopped"] !== "aborted";
  if (!endedBefore) await trainTfjsRun(directory, run.data, { checkpointEvery: run.checkpointEvery });
  return { directory, endedBefore };
}

async function sameRun({ path, spec, settings, backend, batch }: TfjsExperiment): Promise<RunDirectory> {
  const directory = await RunDirectory.open(path);
  const { tfjs, datasetHash } = directory.record.settings;
  const same = tfjs && datasetHash === settings.datasetHash && tfjs.batch === batch && encodeSpec(resolveSpec(tfjs.spec as NetworkSpecInput)).join() === encodeSpec(resolveSpec(spec)).join();
  if (!same) throw new MayflyError(`${path} was begun with other settings or samples: give another --out, or remove it`, 1);
  // Float states go from backend to backend.
  tfjs.backend = backend;
  return directory;
}
