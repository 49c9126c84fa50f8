import { readFileSync } from "node:fs";

/** Version of the package: package.json stands one folder above the bundle, two above this source. */
export function version(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const parsed = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { name?: string; version?: string };
      if (parsed.name === "mayfly" && parsed.version) return parsed.version;
    } catch {
      continue;
    }
  }
  return "unknown";
}
