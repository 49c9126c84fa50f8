/** Twins beside the network they belong to: a file each in its run directory, with all that they came from in its header. */
import { join } from "node:path";
import { MayflyError } from "../errors.js";
import type { Backend } from "../reference/backends/backend.js";
import { fillTensors, packTensors, unpackTensors } from "../reference/float/tensors_file.js";
import type { FloatEpoch } from "../reference/float/train.js";
import { encodeSpec } from "../spec/encode.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import { readIfThere, writeAtomically } from "../train/atomic_file.js";
import type { TrainedTwin } from "./train_twin.js";
import { createTwin, type TwinKind } from "./twin.js";

const MAGIC = "MTWN";

/** All that a twin came from: one with other origins is another twin. */
export interface TwinOrigin {
  readonly kind: TwinKind;
  readonly spec: NetworkSpec;
  /** Of training and test samples. */
  readonly datasetHash: string;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
}

interface Header {
  readonly version: 1;
  readonly origin: string;
  readonly backend: string;
  readonly epochs: readonly FloatEpoch[];
}

export const twinFile = (run: string, kind: TwinKind): string => join(run, `${kind}.twin`);

export async function saveTwin(run: string, backend: Backend, origin: TwinOrigin, { twin, epochs }: TrainedTwin): Promise<void> {
  const header: Header = { version: 1, origin: wordsOf(origin), backend: backend.name, epochs };
  await writeAtomically(twinFile(run, origin.kind), await packTensors(backend, MAGIC, header, twin.weights));
}

/** The twin that lies in a run directory; null where there is none, or one of another origin, or a damaged one: it can be made again. */
export async function loadTwin(run: string, backend: Backend, origin: TwinOrigin, say: (what: string) => void): Promise<TrainedTwin | null> {
  const file = twinFile(run, origin.kind);
  const read = await readIfThere(file);
  if (read === null) return null;
  // Of its own: a Buffer may be a part of another.
  const bytes = new Uint8Array(read);
  const { spec, rate } = origin;
  try {
    const content = unpackTensors<Header>(bytes, MAGIC, file, "a twin");
    if (content.header.version !== 1 || content.header.origin !== wordsOf(origin)) {
      say(`${file} was trained otherwise: it is trained anew`);
      return null;
    }
    const twin = await createTwin(backend, origin.kind, spec, { rate, totalSamples: 0 });
    try {
      fillTensors(backend, twin.weights, content, file);
    } catch (error) {
      twin.dispose();
      throw error;
    }
    return { twin, epochs: content.header.epochs };
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    say(`${error.message}; it is trained anew`);
    return null;
  }
}

function wordsOf({ kind, spec, datasetHash, epochs, batch, rate }: TwinOrigin): string {
  // The schedule is the twin's own.
  return JSON.stringify({ kind, spec: [...encodeSpec({ ...spec, schedule: { holdSamples: 0, totalSamples: 0 } })], datasetHash, epochs, batch, rate });
}
