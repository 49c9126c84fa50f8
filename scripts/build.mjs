// Builds everything into dist/: the engine's two builds, the CLI and the library. Takes a few seconds.
import { build } from "esbuild";
import { mkdirSync } from "node:fs";
import asc from "assemblyscript/asc";

mkdirSync("dist/engine", { recursive: true });
const libraryOnly = process.argv.includes("--no-engine");

/** Compiles one target of asconfig.json; prints what the compiler says and stops on an error. */
async function compile(entry, target) {
  const { error, stderr } = await asc.main([entry, "--config", "asconfig.json", "--target", target]);
  const said = stderr.toString().split("\n").filter((line) => line && !line.includes("converge")).join("\n");
  if (said) console.error(said);
  if (error) {
    console.error(`mayfly: the engine's ${target} build failed: ${error.message}`);
    process.exit(1);
  }
}

if (!libraryOnly) {
  for (const target of ["scalar", "simd"]) await compile("assembly/index.ts", target);
  for (const target of ["kernels-scalar", "kernels-simd"]) await compile("assembly/kernels/index.ts", target);
}

await build({
  entryPoints: { cli: "host/cli/main.ts", index: "host/index.ts" },
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
});
