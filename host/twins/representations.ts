/** A network and its twins side by side, as `mayfly analyze --against` prints it and leaves it in the run directory for the report. */
import { join } from "node:path";
import { z } from "zod";
import type { ShownLabel } from "../analysis/activities.js";
import type { LayerAnalysis } from "../analysis/analyze.js";
import { MayflyError } from "../errors.js";
import type { TestError } from "../train/evaluate.js";
import { readIfThere, writeAtomically } from "../train/atomic_file.js";

/** One of the networks that are held against each other. */
export interface Representation {
  readonly kind: "ff" | "backprop" | "backprop-ff";
  readonly name: string;
  /** Percent of the whole test set. */
  readonly testError: TestError;
  readonly epochs: number;
  readonly layers: readonly LayerAnalysis[];
}

export interface Representations {
  readonly mayfly: 1;
  /** Of the network that was watched. */
  readonly weightsHash: string;
  readonly dataset: string;
  readonly samples: number;
  readonly label: ShownLabel;
  readonly leftOut: number | null;
  /** Of the twins. */
  readonly batch: number;
  readonly rate: number;
  readonly backend: string;
  readonly networks: readonly Representation[];
}

export const REPRESENTATIONS_FILE = "representations.json";

/** What the report reads of it. */
const sparsity = z.object({ active: z.number(), hoyer: z.number() });
const schema = z.object({
  mayfly: z.literal(1), weightsHash: z.string(), dataset: z.string(), samples: z.number(), label: z.enum(["neutral", "true"]), leftOut: z.number().nullable(),
  networks: z.array(z.object({
    kind: z.string(), name: z.string(), epochs: z.number(), testError: z.object({ goodness: z.number().nullable(), readout: z.number().nullable() }),
    layers: z.array(z.object({
      layer: z.number(), units: z.number(), sparsity, silent: z.number(), selectivity: z.array(z.number()),
      ensembles: z.object({ members: z.array(z.array(z.number())), overlap: z.array(z.array(z.number())), sharedBy: z.array(z.number()) }),
    })),
  })).min(1),
});

export async function saveRepresentations(run: string, found: Representations): Promise<void> {
  await writeAtomically(join(run, REPRESENTATIONS_FILE), `${JSON.stringify(found)}\n`);
}

/** Those of a run directory; null where there are none. */
export async function readRepresentations(run: string): Promise<Representations | null> {
  const file = join(run, REPRESENTATIONS_FILE);
  const bytes = await readIfThere(file);
  if (bytes === null) return null;
  const remedy = `make it anew by mayfly analyze ${run} --against backprop,backprop-ff, or remove it`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new MayflyError(`${file} is damaged: it is not JSON; ${remedy}`, 1, error);
  }
  if (!schema.safeParse(parsed).success) throw new MayflyError(`${file} is not what \`mayfly analyze --against\` writes; ${remedy}`, 1);
  return parsed as Representations;
}
