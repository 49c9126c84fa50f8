import { access, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { MayflyError } from "../errors.js";
import { describeIssue } from "../schema_issue.js";
import { reasonOf, removeDeadDrafts, writeAtomically } from "./atomic_file.js";
import { makeFolder } from "./make_folder.js";

/** Files of a run directory. */
export const RUN_FILE = "run.json";
export const MODEL_FILE = "model.mayfly";

/** What a run directory says of itself; `settings` is what going on needs, `result` is there when the run has ended. */
const runSchema = z.object({
  mayfly: z.literal(1),
  settings: z.object({
    dataset: z.string(),
    datasetOptions: z.record(z.string(), z.unknown()),
    /** Names the samples, so that a run goes on with the same; see `datasetHash`. */
    datasetHash: z.string().optional(),
    epochs: z.number(),
    evaluateEvery: z.number(),
    stopAt: z.number().nullable(),
    patience: z.number().nullable(),
    /** A run in tfjs (host/reference) instead of the engine. */
    tfjs: z.object({ backend: z.string(), batch: z.number(), recipe: z.string(), rate: z.number().nullable(), spec: z.record(z.string(), z.unknown()) }).optional(),
  }),
  engineHash: z.string(),
  epochs: z.array(z.any()),
  result: z.record(z.string(), z.unknown()).nullable(),
});
export type RunRecord = z.output<typeof runSchema>;
export type RunSettings = RunRecord["settings"];

/** A folder that holds one run: run.json (settings, epochs, result) and model.mayfly (the newest checkpoint). */
export class RunDirectory {
  private constructor(readonly path: string, public record: RunRecord) {}

  /**
   * Makes a new one; refuses a folder that holds a run already, or with `numbered` takes path-2, path-3 …, whichever is free.
   * What cannot be made whole leaves nothing behind.
   */
  static async create(path: string, settings: RunSettings, engineHash: string, { numbered = false } = {}): Promise<RunDirectory> {
    const { folder, made } = await claimFolder(path, numbered);
    if (await exists(join(folder, MODEL_FILE))) {
      throw new MayflyError(`${folder} already holds a run: go on with it by \`mayfly resume ${folder}\`, or choose another folder`, 2);
    }
    const run = new RunDirectory(folder, { mayfly: 1, settings, engineHash, epochs: [], result: null });
    try {
      await run.writeRecord();
    } catch (error) {
      if (made !== undefined) await rm(made, { recursive: true, force: true }).catch(() => {});
      throw error;
    }
    return run;
  }

  static async open(path: string): Promise<RunDirectory> {
    const file = join(path, RUN_FILE);
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new MayflyError(code === "ENOENT" || code === "ENOTDIR" ? `${path} is not a run directory: it has no ${RUN_FILE}` : `cannot read ${file}: ${reasonOf(error)}`, 1, error);
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      throw new MayflyError(`${file} is damaged: it is not JSON`, 1, error);
    }
    const result = runSchema.safeParse(parsed);
    if (!result.success) {
      const issue = result.error.issues[0]!;
      throw new MayflyError(`${file} is damaged or of another version: ${issue.path.map(String).join(".") || "its top"}: ${describeIssue(issue, parsed)}`, 1);
    }
    return new RunDirectory(path, result.data);
  }

  get modelPath(): string {
    return join(this.path, MODEL_FILE);
  }

  /** The newest checkpoint, or null before the first. */
  async readModel(): Promise<Uint8Array | null> {
    if (!(await exists(this.modelPath))) return null;
    try {
      return new Uint8Array(await readFile(this.modelPath));
    } catch (error) {
      throw new MayflyError(`cannot read ${this.modelPath}: ${reasonOf(error)}`, 1, error);
    }
  }

  /** The record first: after a cut between the two it is ahead, and whoever goes on drops the epochs the checkpoint lacks. */
  async save(checkpoint: Uint8Array): Promise<void> {
    await this.writeRecord();
    await writeAtomically(this.modelPath, checkpoint);
  }

  /** Clears away half-written files of a process that was killed. */
  async tidy(): Promise<void> {
    await removeDeadDrafts(this.path);
  }

  /** For a run that keeps its weights in files of its own. */
  async saveRecord(): Promise<void> {
    await this.writeRecord();
  }

  private async writeRecord(): Promise<void> {
    await writeAtomically(join(this.path, RUN_FILE), `${JSON.stringify(this.record, null, 2)}\n`);
  }
}

/** The folder, made if need be, and the topmost folder that was made for it. */
async function claimFolder(path: string, numbered: boolean): Promise<{ folder: string; made: string | undefined }> {
  try {
    if (!numbered) return { folder: path, made: await makeFolder(path) };
    const above = await makeFolder(dirname(path));
    for (let next = 1; ; next++) {
      const folder = next === 1 ? path : `${path}-${next}`;
      // Not recursive, so of two runs that start together one gets the name.
      if (await mkdir(folder).then(() => true, ignoreExisting)) return { folder, made: above ?? folder };
    }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "no folder can be made there" : reasonOf(error);
    throw new MayflyError(`cannot make the run directory ${path}: ${reason}`, 1, error);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): false {
  if (error.code === "EEXIST") return false;
  throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
