import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MayflyError } from "../errors.js";
import { reasonOf, writeAtomically } from "./atomic_file.js";

/** Files of a run directory. */
export const RUN_FILE = "run.json";
export const MODEL_FILE = "model.mayfly";

/** What a run directory says of itself; `settings` is what `--resume` needs, `result` is there when the run has ended. */
const runSchema = z.object({
  mayfly: z.literal(1),
  settings: z.object({
    dataset: z.string(),
    datasetOptions: z.record(z.string(), z.unknown()),
    epochs: z.number(),
    evaluateEvery: z.number(),
    stopAt: z.number().nullable(),
    patience: z.number().nullable(),
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

  /** Makes a new one; refuses a folder that holds a run already. */
  static async create(path: string, settings: RunSettings, engineHash: string): Promise<RunDirectory> {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw new MayflyError(`cannot make the run directory ${path}: ${reasonOf(error)}`, 1, error);
    }
    if (await exists(join(path, RUN_FILE))) {
      throw new MayflyError(`${path} already holds a run: go on with it by --resume ${path}, or choose another --out`, 2);
    }
    const run = new RunDirectory(path, { mayfly: 1, settings, engineHash, epochs: [], result: null });
    await run.writeRecord();
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
      const issue = result.error.issues[0];
      throw new MayflyError(`${file} is damaged or of another version: ${issue?.path.join(".")} ${issue?.message}`, 1);
    }
    return new RunDirectory(path, result.data);
  }

  get modelPath(): string {
    return join(this.path, MODEL_FILE);
  }

  /** The newest checkpoint, or null before the first. */
  async readModel(): Promise<Uint8Array | null> {
    return (await exists(this.modelPath)) ? new Uint8Array(await readFile(this.modelPath)) : null;
  }

  /** The checkpoint first, then what is known of it: after a cut between the two the record is only behind. */
  async save(checkpoint: Uint8Array): Promise<void> {
    await writeAtomically(this.modelPath, checkpoint);
    await this.writeRecord();
  }

  private async writeRecord(): Promise<void> {
    await writeAtomically(join(this.path, RUN_FILE), `${JSON.stringify(this.record, null, 2)}\n`);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
