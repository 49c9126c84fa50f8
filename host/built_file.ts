import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MayflyError } from "./errors.js";

/** Beside the bundle in `dist/`, or seen from the source in host/. */
const FOLDERS = ["./", "../dist/"];

/** Path of a file that `npm run build` makes, by its name below dist/. */
export function builtFile(name: string): string {
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new MayflyError(`${name} is missing: run \`npm run build\``, 1);
}
