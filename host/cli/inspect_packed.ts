import { readFile } from "node:fs/promises";
import type { Network } from "../engine/network.js";
import { type PackedFacts, isWasm, loadPacked, networkOf } from "../pack/packed_module.js";
import { count, say } from "./output.js";

/** What is in a packed module, or null where the file is none; `inspect` shows the network in it as that of any model. */
export async function openPacked(path: string): Promise<{ network: Network; facts: PackedFacts } | null> {
  // What cannot be read here is for the caller to report.
  const bytes = await readFile(path).catch(() => null);
  if (!bytes || !isWasm(bytes)) return null;
  const module = loadPacked(new Uint8Array(bytes), path);
  return { network: networkOf(module, path), facts: module.facts };
}

export function sayPacked(facts: PackedFacts): void {
  const { bytes } = facts;
  say(`packed module, ${facts.build} build of engine ${facts.engineHash}, ${facts.state ? "trained state inside: starts by open" : "spec inside: starts by init"}`);
  say(`${count(bytes.module)} bytes: code ${count(bytes.code)}, data ${count(bytes.data)}; memory ${count(facts.heapBase)} bytes in ${count(facts.pages)} page${facts.pages === 1 ? "" : "s"} of ${count(facts.pageBytes)}`);
  say(`exports ${facts.functions.map(({ name }) => name).join(", ")}, memory, __data_end = ${facts.dataEnd}, __heap_base = ${facts.heapBase}`);
}

export function packedJson(facts: PackedFacts): Record<string, unknown> {
  const { functions, ...rest } = facts;
  return { ...rest, exports: functions.map(({ name }) => name) };
}
