/** The WASI command as any WASI runtime sees it: a file in, a file out. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { BUILDS, type Build } from "../../../host/engine/artefacts.js";
import { Network } from "../../../host/engine/network.js";
import { builtFile } from "../../../host/built_file.js";
import { readModule } from "../../../host/runtimes/files.js";
import { packTraining } from "../../../host/runtimes/packed_job.js";
import { encodeCommand, EXIT_COMMAND, EXIT_STREAM, functionNumber, OP_CALL, OP_READ, OP_READ_REGION, OP_REPEAT, OP_WRITE, OP_WRITE_REGION } from "../../../host/runtimes/protocol.js";
import { forbiddenIn, readModule as readWasm } from "../../engine/wasm_module.js";
import { REGION_FRAME, REGION_SPEC } from "../../../assembly/abi/region.js";
import { encodeSpec } from "../../../host/spec/encode.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";

const folder = mkdtempSync(join(tmpdir(), "mayfly-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SPEC = { input: { width: 6, height: 6, channels: 1 }, classes: 4, layers: [{ units: 20 }, { units: 9, weights: "i8" as const }], seed: 5 };
const SAMPLES = Array.from({ length: 30 }, (_, index) => ({ label: index % 4, frame: Uint8Array.from({ length: 36 }, (_, at) => ((at * 7 + index * 13) % 5 === index % 4 ? (at * 31 + index) & 255 : 0)) }));

/** Runs the WASI build under node:wasi, from a file to a file. */
function run(commands: Uint8Array, build: Build = "scalar"): { exitCode: number | null; replies: Uint8Array } {
  const [input, output] = [join(folder, "job"), join(folder, "replies")];
  writeFileSync(input, commands);
  const [stdin, stdout] = [openSync(input, "r"), openSync(output, "w")];
  const module = builtFile(`engine/mayfly.wasi${build === "simd" ? "-simd" : ""}.wasm`);
  const { status } = spawnSync(process.execPath, ["--no-warnings", builtFile("runtime_child.js"), "wasi", module], { stdio: [stdin, stdout, "pipe"] });
  closeSync(stdin);
  closeSync(stdout);
  return { exitCode: status, replies: new Uint8Array(readFileSync(output)) };
}

describe.each(BUILDS)("the %s WASI build", (build) => {
  test("trains a packed job to the checkpoint that the library has", () => {
    const job = packTraining(SPEC, SAMPLES);
    const { exitCode, replies } = run(job.commands, build);
    expect(exitCode).toBe(0);
    const network = Network.create(SPEC);
    for (const { frame, label } of SAMPLES) network.train(frame, label);
    expect(job.readReplies(replies)).toEqual(network.checkpoint());
  });

  test("goes on from a checkpoint", () => {
    const network = Network.create(SPEC);
    for (const { frame, label } of SAMPLES.slice(0, 11)) network.train(frame, label);
    const job = packTraining(network.checkpoint(), SAMPLES.slice(11));
    const checkpoint = job.readReplies(run(job.commands, build).replies);
    for (const { frame, label } of SAMPLES.slice(11)) network.train(frame, label);
    expect(checkpoint).toEqual(network.checkpoint());
  });

  test("imports reading, writing and ending, and never grows its memory", () => {
    const bytes = readModule("wasi", build);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ module, name }) => `${module}.${name}`).sort()).toEqual(["fd_read", "fd_write", "proc_exit"].map((name) => `wasi_snapshot_preview1.${name}`));
    const module = readWasm(bytes);
    expect(forbiddenIn(module)).toEqual(["an import"]);
    expect(module.memory).toMatchObject({ initial: 32, max: 32 });
  });
});

test("a job that fails says where, and one cut short that it is", () => {
  const job = packTraining(SPEC, [...SAMPLES.slice(0, 3), { frame: SAMPLES[0]!.frame, label: 4 }]);
  expect(() => job.readReplies(run(job.commands).replies)).toThrow("the packed job failed with status -5 at sample 3");
  const whole = packTraining(SPEC, SAMPLES);
  expect(() => whole.readReplies(run(whole.commands.subarray(0, 2000)).replies)).toThrow(/did not run to its end/);
});

test("an empty input is a job well done", () => {
  expect(run(new Uint8Array(0))).toEqual({ exitCode: 0, replies: new Uint8Array(0) });
});

const CALL = encodeCommand(OP_CALL, functionNumber("abi"), 0, 0);
const spec = new Uint8Array(encodeSpec(resolveSpec(SPEC)).buffer);
const WRITE_SPEC = encodeCommand(OP_WRITE_REGION, REGION_SPEC, -1, spec.length, spec);

test.each([
  ["an unknown operation", EXIT_COMMAND, [encodeCommand(99, 0, 0, 0)]],
  ["an unknown function", EXIT_COMMAND, [encodeCommand(OP_CALL, 24, 0, 0)]],
  ["an unknown function, repeated", EXIT_COMMAND, [encodeCommand(OP_REPEAT, -1, 1, 1)]],
  ["a region before there is a spec", EXIT_COMMAND, [encodeCommand(OP_WRITE_REGION, REGION_FRAME, -1, 4, new Uint8Array(4))]],
  ["more bytes than the region has", EXIT_COMMAND, [WRITE_SPEC, encodeCommand(OP_READ_REGION, REGION_FRAME, -1, 37)]],
  ["fewer bytes than none", EXIT_COMMAND, [WRITE_SPEC, encodeCommand(OP_READ_REGION, REGION_FRAME, -1, -1)]],
  ["half a command", EXIT_STREAM, [CALL.subarray(0, 9)]],
  ["half a payload", EXIT_STREAM, [encodeCommand(OP_WRITE, 4096, 0, 100, new Uint8Array(50))]],
  ["no payload", EXIT_STREAM, [encodeCommand(OP_WRITE, 4096, 0, 100)]],
  ["an address outside the memory", EXIT_STREAM, [encodeCommand(OP_READ, 0x7ffffff0, 0, 64)]],
] as const)("%s ends the command with exit code %i", (_, exitCode, commands) => {
  const result = run(Buffer.concat([CALL, ...commands]));
  expect(result.exitCode).toBe(exitCode);
  expect(result.replies.slice(0, 4)).toEqual(Uint8Array.of(1, 0, 0, 0));
});

test("a repeated call goes through its argument in turn and replies once", () => {
  const { exitCode, replies } = run(Buffer.concat([encodeCommand(OP_REPEAT, functionNumber("step"), 3, 5), CALL]));
  expect({ exitCode, bytes: replies.length }).toEqual({ exitCode: 0, bytes: 8 });
});
