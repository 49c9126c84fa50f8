// Prints the known answers (host/engine/known_answer.ts) as both builds compute them now. Paste them there only when the
// algorithm was meant to change, and say in the commit why.
import { build } from "esbuild";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const outfile = fileURLToPath(new URL("../dist/known_answers.tmp.mjs", import.meta.url));
await build({
  stdin: {
    contents: ["known_answer", "artefacts", "memory_section", "instance"].map((name) => `export * from "./host/engine/${name}.ts";`).join("\n"),
    resolveDir: fileURLToPath(new URL("..", import.meta.url)),
  },
  bundle: true, platform: "node", format: "esm", packages: "external", outfile,
});
const { computeAnswers, readArtefact, withMemory, instantiate } = await import(outfile);
rmSync(outfile);
for (const name of ["scalar", "simd"]) {
  const start = (pages) => instantiate(new WebAssembly.Module(withMemory(readArtefact(name), pages)), name);
  console.log(name, computeAnswers({ build: name, start }).map((crc) => `0x${crc.toString(16)}`).join(" "));
}
