/** A model that learns from a stream, on the disk: the engine's checkpoint, and beside it what the checkpoint does not say of the signal. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Build } from "../engine/artefacts.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { writeAtomically } from "../train/atomic_file.js";
import { openModel } from "./model_file.js";

const schema = z.object({
  /** Samples a second, null when nobody said. */
  rate: z.number().positive().nullable(),
  /** Names of the labels, in the order of their numbers. */
  labels: z.array(z.string()).nullable(),
  source: z.string(),
});
export type StreamModelFacts = z.output<typeof schema>;

const factsPath = (path: string): string => `${path}.json`;

/** The checkpoint comes last: with the facts of a moment later it still is what it was. */
export async function saveStreamModel(path: string, checkpoint: Uint8Array, facts: StreamModelFacts): Promise<void> {
  await writeAtomically(factsPath(path), `${JSON.stringify(facts, null, 2)}\n`);
  await writeAtomically(path, checkpoint);
}

/** Facts are null where there is no file of them, as beside a model from elsewhere. */
export async function openStreamModel(path: string, build: Build | "auto"): Promise<{ network: Network; facts: StreamModelFacts | null }> {
  const { network, file } = await openModel(path, { build });
  if (!network.spec.stream) throw new MayflyError(`${path} takes frames, not samples: it was not made by \`mayfly stream\``, 1);
  let text: string;
  try {
    text = await readFile(factsPath(file), "utf8");
  } catch {
    return { network, facts: null };
  }
  try {
    return { network, facts: schema.parse(JSON.parse(text)) };
  } catch (error) {
    throw new MayflyError(`${factsPath(file)} is damaged: remove it, and say --sample-rate yourself`, 1, error);
  }
}
