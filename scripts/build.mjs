// Builds everything into dist/: the engine's two builds, the CLI, the library and its types. Takes a few seconds.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

mkdirSync("dist/engine", { recursive: true });
const libraryOnly = process.argv.includes("--no-engine");

/** Compiles one target of asconfig.json; prints what the compiler says and stops on an error. */
async function compile(entry, target, transforms = []) {
  const { error, stderr } = await asc.main([entry, "--config", "asconfig.json", "--target", target], { transforms });
  const said = stderr.toString().split("\n").filter((line) => line && !line.includes("converge")).join("\n");
  if (said) console.error(said);
  if (error) {
    console.error(`mayfly: the engine's ${target} build failed: ${error.message}`);
    process.exit(1);
  }
}

/** Keeps a build as it is before optimisation, names and all: `mayfly pack` makes it fit one network (host/pack/specialise.ts). */
function keepUnoptimised(file) {
  return class {
    afterCompile(module) {
      this.binaryen.setDebugInfo(true);
      writeFileSync(file, module.emitBinary());
    }
  };
}

if (!libraryOnly) {
  for (const [size, entry] of [["", "assembly/index.ts"], ["full-", "assembly/index_full.ts"]]) {
    for (const build of ["scalar", "simd"]) await compile(entry, size + build, [keepUnoptimised(`dist/engine/mayfly.${size}${build}.lib.wasm`)]);
    await compile(entry, `${size}relaxed`);
  }
  for (const target of ["wasi-scalar", "wasi-simd"]) await compile("assembly/wasi/main.ts", target);
  for (const target of ["batch-scalar", "batch-simd"]) await compile("assembly/wasi/batch.ts", target);
  for (const target of ["kernels-scalar", "kernels-simd", "kernels-relaxed"]) await compile("assembly/kernels/index.ts", target);
}

// What several of the bundles hold is a chunk they share: a class like MayflyError is one class in all of them.
for (const name of readdirSync("dist").filter((name) => /^chunk-.*\.js(\.map)?$/.test(name))) rmSync(`dist/${name}`);
await build({
  entryPoints: { cli: "host/cli/main.ts", index: "host/index.ts", reference: "host/reference/index.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  chunkNames: "chunk-[hash]",
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
});

// The boards are read when asked for: one file each (firmware-sim/boards).
rmSync("dist/boards", { recursive: true, force: true });
cpSync("firmware-sim/boards", "dist/boards", { recursive: true, filter: (path) => !/\.(ts|md)$/.test(path) });

// The text that comes with Mayfly.
cpSync("data", "dist/data", { recursive: true });

// What host/threads starts beside this thread.
await build({ entryPoints: { thread: "host/threads/worker.ts" }, outdir: "dist", bundle: true, platform: "node", target: "node20", format: "esm", packages: "external", logLevel: "warning" });

// What host/runtimes starts elsewhere: a process that holds an engine, and the same for a browser's page.
await build({ entryPoints: { runtime_child: "host/runtimes/child/main.ts" }, outdir: "dist", bundle: true, platform: "node", target: "node20", format: "esm", logLevel: "warning" });
await build({ entryPoints: { runtime_page: "host/runtimes/child/page.ts" }, outdir: "dist", bundle: true, platform: "browser", target: "es2022", format: "iife", logLevel: "warning" });

// The page of a report, with its chart library.
await build({ entryPoints: { report_page: "host/report/page/main.ts" }, outdir: "dist", bundle: true, minify: true, platform: "browser", target: "es2022", format: "iife", logLevel: "warning" });
cpSync("host/report/page/style.css", "dist/report_page.css");

// The public API's declarations, from host/index.ts down.
const types = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json"], { stdio: "inherit" });
if (types.status !== 0) {
  console.error("mayfly: emitting the types of the public API failed");
  process.exit(1);
}
// The ABI's constants have AssemblyScript's names of types, which mean nothing to others.
for (const name of readdirSync("dist/types/assembly", { recursive: true }).filter((name) => name.endsWith(".d.ts"))) {
  const file = `dist/types/assembly/${name}`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/\b[iu]32\b(?=[;,)\]])/g, "number"));
}
