/** Builds the minimal application around a network's C library, for one machine. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MayflyError } from "../../host/errors.js";
import { fill } from "../../host/pack_c/c_library.js";
import { firmwareFile } from "../../host/pack_c/files.js";
import { type Machine, networkBytes } from "./machines.js";
import { requireTools, runTool } from "./tools.js";

export interface FirmwareSizes {
  /** Code and constants, the application's included. */
  readonly flashBytes: number;
  /** The network's memory, the application's variables, and the stack set aside. */
  readonly ramBytes: number;
  readonly networkBytes: number;
}

export interface Firmware {
  readonly elf: string;
  readonly sizes: FirmwareSizes;
}

/** The network does not fit the machine: the linker's own count of bytes. */
export class OverflowError extends MayflyError {
  constructor(readonly machine: string, readonly missingBytes: number, region: string) {
    super(`the network does not fit ${machine}: ${missingBytes.toLocaleString("en")} bytes too many in ${region}`, 2);
  }
}

export interface BuildOptions {
  /** -O2 by default. */
  optimise?: string | readonly string[];
  /** More -D… of the library, e.g. "MAYFLY_UNCHECKED". */
  defines?: readonly string[];
  /** Which main: that of application/ (default), which trains once, or that of power/, one life of a device whose power fails. */
  program?: "application" | "power";
}

/** Of application/, for every program. */
const SHARED = ["startup.c", "semihosting.c"];
const WARNINGS = ["-Wall", "-Wextra", "-Werror"];
const SECTION = '-DMAYFLY_SECTION=__attribute__((section(".network")))';

/** Writes the library's files below `folder` and builds firmware.elf there. */
export async function buildFirmware(machine: Machine, library: ReadonlyMap<string, string>, folder: string, options: BuildOptions = {}): Promise<Firmware> {
  requireTools();
  for (const [path, text] of library) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await writeFile(join(folder, "link.ld"), linkerScript(machine));
  const application = dirname(firmwareFile("application/main.c"));
  const power = options.program === "power";
  const own = power ? dirname(firmwareFile("power/main.c")) : application;
  const sources = [...SHARED.map((name) => join(application, name)), ...(await readdir(own)).filter((name) => name.endsWith(".c") && !SHARED.includes(name)).map((name) => join(own, name))];
  const elf = join(folder, "firmware.elf");
  const { code, stderr } = await runTool("gcc", [
    `-mcpu=${machine.cpu}`, "-mthumb", ...[options.optimise ?? "-O2"].flat(), "-ffreestanding", "-ffunction-sections", "-fdata-sections", ...WARNINGS, "-Isrc", `-I${application}`, SECTION,
    ...(options.defines ?? []).map((name) => `-D${name}`), ...sources, "src/mayfly.c", ...(power ? ["src/mayfly_slots.c"] : []), "-nostdlib", "-lgcc", "-Wl,--gc-sections", "-T", "link.ld", "-o", elf,
  ], { cwd: folder });
  if (code !== 0) {
    const overflow = /region [`'](\w+)' overflowed by (\d+) bytes/.exec(stderr);
    if (overflow) throw new OverflowError(machine.name, Number(overflow[2]), overflow[1] === "NETWORK" ? "RAM" : overflow[1] ?? "memory");
    throw new MayflyError(`arm-none-eabi-gcc failed for ${machine.name}: ${stderr.slice(0, 2000)}`, 1);
  }
  return { elf, sizes: await sizesOf(elf, folder) };
}

function linkerScript(machine: Machine): string {
  const hex = (value: number): string => `0x${value.toString(16)}`;
  return fill(readFileSync(firmwareFile("application/link.ld"), "utf8"), {
    FLASHORIGIN: hex(machine.flash.origin), FLASHBYTES: `${machine.flash.bytes}`,
    RAMORIGIN: hex(machine.ram.origin), STACKBYTES: `${machine.stackBytes}`, SYSTEMBYTES: `${machine.systemBytes}`, NETWORKBYTES: `${networkBytes(machine)}`,
  });
}

async function sizesOf(elf: string, folder: string): Promise<FirmwareSizes> {
  const { stdout } = await runTool("size", ["-A", elf], { cwd: folder });
  const sections = new Map([...stdout.matchAll(/^(\.\S+)\s+(\d+)/gm)].map(([, name, bytes]) => [name ?? "", Number(bytes)]));
  const sum = (...names: string[]): number => names.reduce((total, name) => total + (sections.get(name) ?? 0), 0);
  return {
    flashBytes: sum(".text", ".ARM.exidx", ".data"),
    ramBytes: sum(".stack", ".data", ".bss", ".network"),
    networkBytes: sum(".network"),
  };
}
