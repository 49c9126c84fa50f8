// Files that are there whole or not at all: several builds may run at once, and a server may be reading.
import { renameSync, writeFileSync } from "node:fs";

export function writeWhole(path, content) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}
