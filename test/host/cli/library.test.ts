import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFiles } from "../data/temporary-files.js";

const root = new URL("../../../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

test("the library imports as a package and trains", async () => {
  const library = await import(new URL(exports["."].import, root).href);
  const { Network, MayflyError } = library;
  const network = Network.create({ input: { width: 4, height: 2, channels: 1 }, classes: 2, layers: [{ units: 8 }] });
  network.train(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 1);
  expect(network.samples).toBe(1);
  expect(Network.open(network.checkpoint()).weightsHash()).toBe(network.weightsHash());
  expect(() => network.train(new Uint8Array(3), 1)).toThrow(MayflyError);
});

test("an error of one bundle is an instance of the other's class", async () => {
  const [library, reference] = await Promise.all([".", "./reference"].map((name) => import(new URL(exports[name].import, root).href)));
  expect(reference.MayflyError).toBe(library.MayflyError);
  await expect(reference.startNamed("abacus")).rejects.toThrow(library.MayflyError);
});

test("every file that package.json exports is built", () => {
  const paths = Object.values(exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target as Record<string, string>)));
  for (const path of paths) expect(existsSync(fileURLToPath(new URL(path, root))), path).toBe(true);
});

const CONSUMER = `
import { evaluate, Network, type NetworkSpecInput, openDataset, planMemory, train, type TrainEvent } from "mayfly";
const spec: NetworkSpecInput = { input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: [{ units: 16 }] };
const total: number = planMemory(spec).bytes.total;
const data = await openDataset("mnist", { limit: 10 });
const network = Network.create(spec);
for await (const event of train(network, data.train, { epochs: 1 })) {
  const told: TrainEvent = event;
  if (told.type === "epoch") told.result.testError?.goodness?.toFixed();
}
export const error: number | null = evaluate(network, data.test).testError.readout;
export const pages: number = network.engine.memory.buffer.byteLength / total;
// @ts-expect-error: a wrong field is an error, so the types are not any
network.engine.memory.size;
`;

test.each([
  ["Node's types alone", ["--lib", "es2022", "--types", "node"]],
  ["a browser's types alone", ["--lib", "es2022,dom", "--types", ""]],
])("a strict project with %s compiles against the library, its types checked too", (what, libraries) => {
  const files = temporaryFolder(what);
  const { status, stdout } = spawnSync(process.execPath, [
    fileURLToPath(new URL("node_modules/typescript/bin/tsc", root)), "--noEmit", "--strict", "--skipLibCheck", "false", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess",
    "--target", "es2022", "--module", "nodenext", "--typeRoots", fileURLToPath(new URL("node_modules/@types", root)), ...libraries, "consumer.ts",
  ], { cwd: files, encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

const files = temporaryFiles();

/** A project that has the library as its one dependency. */
function temporaryFolder(name: string): string {
  files.write(`${name}/package.json`, '{ "type": "module" }');
  files.write(`${name}/consumer.ts`, CONSUMER);
  const folder = join(files.folder, name);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(fileURLToPath(root), join(folder, "node_modules/mayfly"), "dir");
  return folder;
}
