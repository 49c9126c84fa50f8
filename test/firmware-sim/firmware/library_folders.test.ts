import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { packCLibrary } from "../../../host/pack_c/c_library.js";
import { findCommand, temporaryFolder } from "../../../host/runtimes/files.js";
import { mnistJob, type Job } from "./jobs.js";
import { describeFirmware, describeNative, describeWith } from "./require_tools.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let job: Job;
beforeEach(async () => {
  folder = await temporaryFolder();
  job = await mnistJob(40, [16], "i16", 2);
});
afterEach(() => folder.remove());

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { cwd: folder.path, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The library as a user copies it. */
async function library(kernels?: "c"): Promise<void> {
  const { files } = await packCLibrary(Network.create(job.spec), { state: false, kernels });
  for (const [name, text] of files) write(name, text);
}

function write(name: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder.path, name)), { recursive: true });
  writeFileSync(join(folder.path, name), text);
}

const samplesFile = (): Uint8Array => Buffer.concat(job.samples.flatMap(({ frame, label }) => [Uint8Array.of(label), frame]));

/** What an Arduino core gives a sketch, over standard input and output. */
const ARDUINO = `#pragma once
#include <stddef.h>
#include <stdint.h>
struct StubSerial {
  void begin(unsigned long);
  int available();
  int read();
  size_t readBytes(uint8_t *to, size_t bytes);
  void println(long value);
};
extern StubSerial Serial;
void delay(unsigned long ms);
`;
const ARDUINO_MAIN = `#include <stdio.h>
#include <stdlib.h>
#include "Arduino.h"
StubSerial Serial;
void StubSerial::begin(unsigned long) {}
int StubSerial::available() { int next = getchar(); if (next == EOF) exit(0); ungetc(next, stdin); return 1; }
int StubSerial::read() { return getchar(); }
size_t StubSerial::readBytes(uint8_t *to, size_t bytes) { return fread(to, 1, bytes, stdin); }
void StubSerial::println(long value) { printf("%ld\\n", value); }
void delay(unsigned long) {}
void setup();
void loop();
int main() { setup(); for (;;) loop(); }
`;

const SKETCH = ["-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-I.", "-Isrc", "-include", "Arduino.h", "-c", "examples/Train/Train.ino"];

describeFirmware("the library, compiled for boards", () => {
  test.each([["cortex-m0plus", undefined], ["cortex-m4", undefined], ["cortex-m4", "c"], ["cortex-m33", "c"]] as const)("for %s, kernels %s: the Arduino sketch and every source", async (cpu, kernels) => {
    await library(kernels);
    write("Arduino.h", ARDUINO);
    const target = [`-mcpu=${cpu}`, "-mthumb", "-Os"];
    run("arm-none-eabi-g++", ...target, ...SKETCH, "-o", "sketch.o");
    for (const source of ["mayfly", "mayfly_slots"]) run("arm-none-eabi-gcc", ...target, "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-c", `src/${source}.c`, "-o", `${source}.o`);
    expect(["sketch.o", "mayfly.o", "mayfly_slots.o"].filter((name) => existsSync(join(folder.path, name)))).toHaveLength(3);
  });
});

describeNative("the library's Arduino sketch, on this machine", () => {
  test("says of every sample what the engine says, and learns from it", async () => {
    await library();
    write("Arduino.h", ARDUINO);
    write("main.cpp", ARDUINO_MAIN);
    write("samples.bin", samplesFile());
    run("g++", ...SKETCH, "-o", "sketch.o");
    for (const source of ["mayfly", "mayfly_slots"]) run("gcc", "-O1", "-Isrc", "-c", `src/${source}.c`, "-o", `${source}.o`);
    run("g++", "main.cpp", "sketch.o", "mayfly.o", "mayfly_slots.o", "-o", "board");
    const said = execFileSync("./board", { cwd: folder.path, encoding: "utf8", input: readFileSync(join(folder.path, "samples.bin")) }).trim().split("\n").map(Number);
    const network = Network.create(job.spec);
    expect(said).toEqual(job.samples.map(({ frame, label }) => {
      const predicted = network.predict(frame);
      network.train(frame, label);
      return predicted;
    }));
  });
});

describeWith(findCommand("cmake") === null ? ["cmake"] : [], "apt-get install cmake", "the library's CMake folder", () => {
  test("builds with its example, which trains to the engine's bits", async () => {
    await library();
    write("samples.bin", samplesFile());
    run("cmake", "-S", ".", "-B", "build", "-DMAYFLY_EXAMPLE=ON");
    run("cmake", "--build", "build");
    run("build/mayfly_example", "samples.bin", "out.mayfly");
    const network = Network.create(job.spec);
    for (const { frame, label } of job.samples) network.train(frame, label);
    expect(Buffer.compare(readFileSync(join(folder.path, "out.mayfly")), network.checkpoint())).toBe(0);
  });

  test("builds as a Zephyr module: with the functions that Zephyr's build gives it", async () => {
    await library();
    write("app/CMakeLists.txt", `cmake_minimum_required(VERSION 3.13)
project(app C)
set(ZEPHYR_BASE \${CMAKE_CURRENT_SOURCE_DIR})
set(CONFIG_MAYFLY y)
function(zephyr_library_named name)
  add_library(\${name} STATIC)
  set(ZEPHYR_CURRENT_LIBRARY \${name} PARENT_SCOPE)
endfunction()
macro(zephyr_library_sources)
  target_sources(\${ZEPHYR_CURRENT_LIBRARY} PRIVATE \${ARGN})
endmacro()
macro(zephyr_include_directories)
  target_include_directories(\${ZEPHYR_CURRENT_LIBRARY} PUBLIC \${ARGN})
endmacro()
add_subdirectory(\${CMAKE_CURRENT_SOURCE_DIR}/.. mayfly)
`);
    run("cmake", "-S", "app", "-B", "build");
    run("cmake", "--build", "build", "--target", "mayfly_network");
    expect(existsSync(join(folder.path, "build/mayfly/libmayfly_network.a"))).toBe(true);
    expect(readFileSync(join(folder.path, "zephyr/module.yml"), "utf8")).toContain("Kconfig");
    expect(readFileSync(join(folder.path, "zephyr/Kconfig"), "utf8")).toContain("config MAYFLY");
  });
});

test("the library managers' files name what is there", async () => {
  await library();
  const { build, headers } = JSON.parse(readFileSync(join(folder.path, "library.json"), "utf8")) as { build: { srcDir: string }; headers: string };
  expect(existsSync(join(folder.path, build.srcDir, headers))).toBe(true);
  expect(readFileSync(join(folder.path, "library.properties"), "utf8")).toMatch(/^includes=mayfly\.h$/m);
});
