// Builds the playground into dist/playground: plain scripts that a page from any server, or from a disk, can load. Needs the engines and the library in dist/.
import { build } from "esbuild";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { writeDigits } from "./digits.mjs";
import { writeWhole } from "./write.mjs";

export const FOLDER = "dist/playground";

const COMMON = { bundle: true, minify: true, platform: "browser", target: "es2022", format: "iife", loader: { ".wasm": "binary" }, legalComments: "none", logLevel: "warning" };

/** Modules that are made here: name -> { contents, loader }. */
function virtual(modules) {
  return {
    name: "virtual",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: "virtual" }));
      onLoad({ filter: /.*/, namespace: "virtual" }, ({ path }) => modules[path]);
    },
  };
}

/** A bundle as text. */
async function bundled(entry, options = {}) {
  const { outputFiles } = await build({ ...COMMON, entryPoints: [entry], write: false, ...options });
  return outputFiles[0].text;
}

/** tfjs is optional: without it the page comes without its reference, and says so. */
function hasTfjs() {
  const { resolve } = createRequire(import.meta.url);
  return ["core", "backend-webgl", "backend-webgpu"].every((part) => {
    try {
      return resolve(`@tensorflow/tfjs-${part}`) !== "";
    } catch {
      return false;
    }
  });
}

export async function buildPlayground(folder = FOLDER) {
  mkdirSync(folder, { recursive: true });
  const boards = Object.fromEntries(readdirSync("firmware-sim/boards").filter((file) => file.endsWith(".json")).map((file) => [file, readFileSync(`firmware-sim/boards/${file}`, "utf8")]));
  const worker = await bundled("playground/src/worker/worker.ts", { plugins: [virtual({ "virtual:boards": { contents: JSON.stringify(boards), loader: "json" } })] });
  writeWhole(`${folder}/playground.js`, await bundled("playground/src/main.ts", { plugins: [virtual({ "virtual:worker": { contents: worker, loader: "text" } })] }));
  if (!hasTfjs()) rmSync(`${folder}/reference.js`, { force: true });
  else {
    const reference = await bundled("playground/src/reference/worker.ts");
    writeWhole(`${folder}/reference.js`, `(globalThis.mayflyFiles ??= {})["reference"] = ${JSON.stringify(reference)};\n`);
  }
  for (const file of ["index.html", "style.css"]) writeWhole(`${folder}/${file}`, readFileSync(`playground/${file}`));
  const library = new URL("../../dist/index.js", import.meta.url);
  if (!existsSync(library)) throw new Error("dist/index.js is missing: run `npm run build` first");
  await writeDigits(folder, async () => (await import(library.href)).loadMnist());
}
