/** The last section of a packed module: what it is made of, and a hash of that and of everything before it. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ABI_VERSION } from "../../assembly/abi/status.js";
import type { PortableBuild } from "../engine/artefacts.js";
import { MayflyError } from "../errors.js";
import { type Section, customSection, readCustom, readSections, writeSections } from "./sections.js";

const SECTION_NAME = "mayfly";

const schema = z.object({
  abi: z.number(),
  build: z.enum(["scalar", "simd"]),
  /** Hash of the engine it was made from. */
  engine: z.string(),
  /** Whether a checkpoint is inside, or the spec alone. */
  state: z.boolean(),
  hash: z.string(),
});
export type Signature = z.output<typeof schema>;

export function sign(sections: readonly Section[], about: { build: PortableBuild; engine: string; state: boolean }): Uint8Array<ArrayBuffer> {
  const signature = { abi: ABI_VERSION, ...about };
  const text = JSON.stringify({ ...signature, hash: hashOf(sections, signature) });
  return writeSections([...sections, customSection(SECTION_NAME, new TextEncoder().encode(text))]);
}

/** The signature and the other sections; throws when the file is not one of ours, or not whole. */
export function readSigned(bytes: Uint8Array, name: string): { signature: Signature; sections: Section[] } {
  const sections = readSections(bytes, name);
  const last = sections.pop();
  const text = last && readCustom(last, SECTION_NAME);
  if (!text) throw new MayflyError(`${name} is a WebAssembly module, but not one that mayfly pack made, or its end is missing`, 1);
  const signature = parse(text);
  if (!signature) throw new MayflyError(`${name} is damaged: its signature cannot be read`, 1);
  if (signature.abi !== ABI_VERSION) throw new MayflyError(`${name} was packed for ABI version ${signature.abi}, this host needs ${ABI_VERSION}: pack the network again`, 1);
  const { hash, ...rest } = signature;
  if (hash !== hashOf(sections, rest)) throw new MayflyError(`${name} is damaged: its bytes do not match their hash`, 1);
  return { signature, sections };
}

function parse(bytes: Uint8Array): Signature | null {
  try {
    return schema.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return null;
  }
}

function hashOf(sections: readonly Section[], { abi, build, engine, state }: Omit<Signature, "hash">): string {
  return createHash("sha256").update(writeSections(sections)).update(JSON.stringify([abi, build, engine, state])).digest("hex").slice(0, 16);
}
