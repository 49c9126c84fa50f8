import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_BUILDS, type Build } from "../../../host/engine/artefacts.js";
import { builtFile } from "../../../host/built_file.js";
import { RUNTIMES } from "../../../host/runtimes/registry.js";
import type { Runtime } from "../../../host/runtimes/runtime.js";
import { REQUIRED, type VerifyReport, verify } from "../../../host/verify/verify.js";
import { ALL_REQUIRED, findAll } from "./found.js";

const found = await findAll();

function runs({ features }: Runtime, build: Build): boolean {
  return build === "scalar" || (build === "simd" ? features.simd : features.relaxedSimd === true);
}

describe("the golden job", () => {
  let report: VerifyReport;

  beforeAll(async () => {
    report = await verify();
  }, 300_000);

  const cases = [...found.values()].flatMap((runtime) => ALL_BUILDS.filter((build) => runs(runtime, build)).map((build) => ({ name: runtime.name, build })));
  test.each(cases)("ends with the expected weights in $name, $build build", ({ name, build }) => {
    const run = report.runs.find((candidate) => candidate.runtime === name && candidate.build === build);
    expect(run).toMatchObject({ equal: true, weightsHash: report.expected[run?.job ?? ""], version: expect.stringMatching(/\d/) });
    expect(run?.relativeSpeed).toBeGreaterThan(0);
  });

  test.skipIf(!found.has("chromium") && !ALL_REQUIRED)("runs with relaxed SIMD in Chromium, and never in V8 11.3", () => {
    const relaxed = report.runs.filter(({ build }) => build === "relaxed");
    expect(relaxed.map(({ runtime }) => runtime)).toContain("chromium");
    expect(relaxed.filter(({ version }) => version.startsWith("11.3."))).toEqual([]);
  });

  test("runs in full everywhere but in the interpreter", () => {
    expect(report.runs.filter(({ job }) => job === "short").map(({ runtime }) => runtime)).toEqual(found.has("wabt") ? ["wabt", "wabt"] : []);
  });

  test("lists every runtime as run or as missing", () => {
    expect([...new Set(report.runs.map(({ runtime }) => runtime)), ...report.missing].sort()).toEqual(RUNTIMES.map(({ name }) => name).sort());
  });
});

test.skipIf(process.platform === "win32")("a command named by its file is used: here one that stands in for wasmtime", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-test-"));
  const path = join(folder, "stand-in");
  await writeFile(path, `#!/bin/sh\ncase "$1" in\n  --version) echo "wasmtime 99.0.1 (stand-in)";;\n  run) exec "${process.execPath}" --no-warnings "${builtFile("runtime_child.js")}" wasi "$2";;\nesac\n`);
  await chmod(path, 0o755);
  try {
    const { runs } = await verify({ runtimes: ["wasmtime"], paths: { wasmtime: path } });
    expect(runs).toEqual(["scalar", "simd"].map((build) => expect.objectContaining({ runtime: "wasmtime", version: "99.0.1", build, equal: true })));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe("what a proof needs", () => {
  for (const group of REQUIRED) {
    const present = group.some((name) => found.has(name));
    const how = RUNTIMES.filter(({ name }) => group.includes(name)).map(({ howToGet }) => howToGet).join("; or ");
    test.skipIf(!present && !ALL_REQUIRED)(`${group.join(" or ")} is on this machine${present ? "" : ` (to get it: ${how})`}`, () => {
      expect(present, `not found; to get it: ${how}`).toBe(true);
    });
  }
});

afterAll(async () => {
  for (const runtime of found.values()) await runtime.close();
});
