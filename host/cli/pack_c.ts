import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { type Kernels, packCLibrary } from "../pack_c/c_library.js";
import { reasonOf, writeAtomically } from "../train/atomic_file.js";
import { count, say, sayJson, style } from "./output.js";
import { version } from "./version.js";

/** `mayfly pack --target c -o DIR`: the library's folder. */
export async function packC(network: Network, flags: { output: string; state: boolean; kernels: Kernels; json?: boolean }): Promise<void> {
  const target = await stat(flags.output).catch(() => null);
  if (target && !target.isDirectory()) throw new MayflyError(`cannot write the C library to ${flags.output}: it is a file, and the library is a folder`, 2);
  const { files, facts } = await packCLibrary(network, { state: flags.state, kernels: flags.kernels, version: version() });
  for (const [name, text] of files) {
    const path = join(flags.output, name);
    try {
      await mkdir(dirname(path), { recursive: true });
    } catch (error) {
      throw new MayflyError(`cannot write ${path}: ${reasonOf(error)}`, 1, error);
    }
    await writeAtomically(path, new TextEncoder().encode(text));
  }
  const { bytes } = network.plan;
  say(style.bold(flags.output));
  say(`a C library: ${count(bytes.total)} bytes of static memory, checkpoint ${count(bytes.checkpoint)}; ${facts.state ? `trained on ${count(network.samples)} samples` : "untrained"}`);
  say(`start with ${join(flags.output, "README.md")}`);
  if (flags.json) sayJson({ folder: flags.output, target: "c", files: [...files.keys()], state: facts.state, engineHash: facts.engineHash, plan: bytes, spec: network.spec, samples: network.samples, weightsHash: network.weightsHash() });
}
