/** A run's folder: made, opened, refused; files written whole or not at all. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MayflyError } from "../../../host/errors.js";
import { writeAtomically } from "../../../host/train/atomic_file.js";
import { MODEL_FILE, RUN_FILE, RunDirectory, type RunSettings } from "../../../host/train/run_directory.js";
import { temporaryFiles } from "../data/temporary-files.js";

const files = temporaryFiles();
const settings: RunSettings = { dataset: "mnist", datasetOptions: { testCount: 3 }, datasetHash: "0123456789abcdef", epochs: 4, evaluateEvery: 1, stopAt: 2.5, patience: null };
const model = Uint8Array.of(1, 2, 3, 4);

let next = 0;
const fresh = (): string => join(files.folder, `run-${++next}`);

async function caught(run: Promise<unknown>): Promise<MayflyError> {
  const error = await run.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(MayflyError);
  expect((error as MayflyError).message).not.toContain("\n");
  return error as MayflyError;
}

test("a new run has its record and no model yet, and opens as it was made", async () => {
  const path = join(fresh(), "below", "deep");
  const run = await RunDirectory.create(path, settings, "engine");
  expect(readdirSync(path)).toEqual([RUN_FILE]);
  expect(await run.readModel()).toBeNull();
  const again = await RunDirectory.open(path);
  expect(again.record).toEqual({ mayfly: 1, settings, engineHash: "engine", epochs: [], result: null });
  expect(again.modelPath).toBe(join(path, MODEL_FILE));
});

test("a save keeps the record and the model, and leaves no half-written files", async () => {
  const path = fresh();
  const run = await RunDirectory.create(path, settings, "engine");
  for (const epoch of [1, 2]) {
    run.record.epochs.push({ epoch });
    await run.save(Uint8Array.of(epoch, 2, 3));
    expect(readdirSync(path).sort()).toEqual([MODEL_FILE, RUN_FILE]);
  }
  const again = await RunDirectory.open(path);
  expect(again.record.epochs).toEqual([{ epoch: 1 }, { epoch: 2 }]);
  expect([...(await again.readModel())!]).toEqual([2, 2, 3]);
  expect(readFileSync(join(path, RUN_FILE), "utf8")).toMatch(/\}\n$/);
});

test("a folder that holds a run is refused and stays as it was, another number is taken when that is allowed", async () => {
  const path = fresh();
  const run = await RunDirectory.create(path, settings, "engine");
  await run.save(model);
  const before = readFileSync(join(path, RUN_FILE), "utf8");
  const error = await caught(RunDirectory.create(path, settings, "other"));
  expect([error.message.startsWith(`${path} already holds a run`), error.exitCode]).toEqual([true, 2]);
  expect(readFileSync(join(path, RUN_FILE), "utf8")).toBe(before);
  for (const number of [2, 3]) expect((await RunDirectory.create(path, settings, "other", { numbered: true })).path).toBe(`${path}-${number}`);
  expect((await RunDirectory.create(fresh(), settings, "first", { numbered: true })).path).toBe(join(files.folder, `run-${next}`));
});

test("what is no run directory is refused by name", async () => {
  const empty = fresh();
  mkdirSync(empty);
  for (const path of [empty, fresh(), files.write("a-file", "text")]) expect((await caught(RunDirectory.open(path))).message).toBe(`${path} is not a run directory: it has no run.json`);
});

test.each([
  ["cut", (text: string) => text.slice(0, text.length / 2), /is damaged: it is not JSON/],
  ["empty", () => "", /is damaged: it is not JSON/],
  ["of a later version", (text: string) => text.replace('"mayfly": 1', '"mayfly": 2'), /is damaged or of another version: mayfly/],
  ["without settings", () => '{"mayfly": 1}', /is damaged or of another version: settings/],
  ["with a wrong field", (text: string) => text.replace('"epochs": 4', '"epochs": "four"'), /is damaged or of another version: settings\.epochs/],
  ["not an object", () => "[]", /is damaged or of another version/],
])("a run.json that is %s is refused with what is wrong", async (_, damage, says) => {
  const path = fresh();
  await RunDirectory.create(path, settings, "engine");
  const file = join(path, RUN_FILE);
  writeFileSync(file, damage(readFileSync(file, "utf8")));
  const error = await caught(RunDirectory.open(path));
  expect(error.message).toMatch(says);
  expect(error.message).toContain(file);
});

test("a place that cannot be written is refused, and nothing is left behind", async () => {
  const file = files.write("in-the-way", "text");
  for (const path of [file, join(file, "run"), join(file, "deeper", "run")]) {
    for (const options of [{}, { numbered: true }]) {
      if (path === file && "numbered" in options) continue;
      const error = await caught(RunDirectory.create(path, settings, "engine", options));
      expect(error.message).toMatch(/^cannot make the run directory .*(a file of that name is in the way|a part of the path is a file, not a folder)/);
    }
  }
  expect(readFileSync(file, "utf8")).toBe("text");
  // run.json is a folder, so the record cannot be written; the folders above it were there before.
  const blocked = fresh();
  mkdirSync(join(blocked, RUN_FILE), { recursive: true });
  expect((await caught(RunDirectory.create(blocked, settings, "engine"))).message).toMatch(/^cannot write .*run\.json/);
  expect(readdirSync(blocked)).toEqual([RUN_FILE]);
  expect((await caught(RunDirectory.open(blocked))).message).toMatch(/^cannot read .*run\.json: it is a folder/);
});

test("a save into a folder that has gone says so", async () => {
  const path = fresh();
  const run = await RunDirectory.create(path, settings, "engine");
  rmSync(path, { recursive: true });
  expect((await caught(run.save(model))).message).toBe(`cannot write ${join(path, RUN_FILE)}: the folder does not exist`);
  expect(existsSync(path)).toBe(false);
});

test("tidying removes the drafts of processes that are gone, and nothing else", async () => {
  const path = fresh();
  const run = await RunDirectory.create(path, settings, "engine");
  // A process that has ended, so its number is free.
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const [dead, alive, other] = [`model.mayfly.${pid}.part`, `model.mayfly.${process.pid}.part`, "notes.part"];
  for (const name of [dead, alive, other]) writeFileSync(join(path, name), "half");
  await run.tidy();
  expect(readdirSync(path).sort()).toEqual([alive, other, RUN_FILE].sort());
});

test("an atomic write replaces the old content as a whole, of text or bytes", async () => {
  const path = files.write("atomic/file", "a long old content");
  await writeAtomically(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  await writeAtomically(path, Uint8Array.of(0, 255));
  expect([...readFileSync(path)]).toEqual([0, 255]);
  expect(readdirSync(join(files.folder, "atomic"))).toEqual(["file"]);
});

test("an atomic write that fails leaves the old content and no draft", async () => {
  const folder = join(files.folder, "blocked");
  mkdirSync(join(folder, "target", "inside"), { recursive: true });
  expect((await caught(writeAtomically(join(folder, "target"), "text"))).message).toMatch(/^cannot write .*target: /);
  expect(readdirSync(folder)).toEqual(["target"]);
  const file = files.write("plain", "old");
  expect((await caught(writeAtomically(join(file, "below"), "text"))).message).toBe(`cannot write ${join(file, "below")}: a part of the path is a file, not a folder`);
  expect((await caught(writeAtomically(join(files.folder, "nowhere", "file"), "text"))).message).toMatch(/the folder does not exist$/);
  expect(readFileSync(file, "utf8")).toBe("old");
});
