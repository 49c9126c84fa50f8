/** Files of firmware-sim/firmware/: sources in C, which go out as they are. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MayflyError } from "../errors.js";

/** Seen from the bundle in `dist/`, or from the sources. */
const FOLDERS = ["../firmware-sim/firmware/", "../../firmware-sim/firmware/"];

export function firmwareFile(name: string): string {
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new MayflyError(`firmware-sim/firmware/${name} is missing: install Mayfly again`, 1);
}

export function libraryFile(name: string): string {
  return firmwareFile(`library/${name}`);
}
