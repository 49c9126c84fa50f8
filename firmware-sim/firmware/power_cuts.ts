/** A training job as firmware in QEMU whose power dies inside flash operations: QEMU is killed there, started again, and goes on from its flash. */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Network } from "../../host/engine/network.js";
import { MayflyError } from "../../host/errors.js";
import { type Kernels, packCLibrary } from "../../host/pack_c/c_library.js";
import { temporaryFolder } from "../../host/runtimes/files.js";
import type { NetworkSpecInput } from "../../host/spec/network_spec.js";
import { slotLayout } from "../checkpoint/layout.js";
import { AimedCuts, type LifeCut } from "./aimed_cuts.js";
import { buildFirmware } from "./build.js";
import { type FlashSizes, readFlashFile, writeFlashFile } from "./flash_file.js";
import { ICOUNT_SHIFT, type Sample } from "./job.js";
import type { Machine } from "./machines.js";
import { requireTools, runUntil } from "./tools.js";

/** A serial NOR flash like the W25Q's, as on the RP2040: bytes writable, pages of 256, sectors of 4 KiB. */
export const SERIAL_NOR: FlashSizes = { unitBytes: 1, pageBytes: 256, sectorBytes: 4096 };

export interface PowerCutOptions {
  readonly cuts: number;
  /** Decides where the cuts fall, how they tear, and what weak bits read. */
  readonly seed: number;
  /** Samples between two checkpoints; default: as many as leave a checkpoint for each cut. */
  readonly checkpointEvery?: number;
  readonly flash?: FlashSizes;
  readonly kernels?: Kernels;
  /** What the flash holds at first; default: erased. */
  readonly image?: Uint8Array;
  /** Tests only: an order of a checkpoint's phases that is not the protocol's, as library/mayfly_slots.c names them. */
  readonly order?: string;
  /** Told of every life when it is over. */
  readonly onLife?: (life: Life) => void;
}

export interface Life {
  readonly cut: LifeCut | null;
  readonly recovered: "restored" | "empty" | "damaged";
  /** Samples trained when it began. */
  readonly started: number;
  /** At the last checkpoint that it wrote whole; null: none. */
  readonly committed: number | null;
}

export interface PowerCutRun {
  readonly cuts: number;
  /** Starts at which a committed checkpoint was gone. */
  readonly lost: number;
  readonly weightsHash: string;
  readonly expectedHash: string;
  /** Whether the whole checkpoint is that of the engine here. */
  readonly sameCheckpoint: boolean;
  readonly checkpointHash: string;
  readonly checkpointEvery: number;
  /** Samples trained again after cuts. */
  readonly replayed: number;
  readonly lives: readonly Life[];
  /** The checkpoint area as the job left it. */
  readonly flashImage: Uint8Array;
}

/** What nor_flash.c prints when the power dies. */
const POWER_CUT = "mayfly firmware: the power dies now";
const NEVER = 0xffffffff;
const TIMEOUT_MS = 120_000;
const FAILURES: Readonly<Record<number, string>> = {
  2: "could not use its files", 3: "faulted", 4: "trapped in the engine", 5: "broke a rule of the flash", 6: "stopped in the engine", 7: "found its flash worn out", 8: "has no layout for this flash",
};

/** Machines that power can be cut on: QEMU keeps a part of their memory in a file. */
export function canCutPower(machine: Machine): boolean {
  return machine.fileMemory !== undefined;
}

export async function simulatePowerCuts(machine: Machine, spec: NetworkSpecInput, samples: readonly Sample[], options: PowerCutOptions): Promise<PowerCutRun> {
  requireTools();
  const memory = machine.fileMemory;
  if (!memory) throw new MayflyError(`power cannot be cut on ${machine.name}: QEMU keeps none of its memory in a file`, 2);
  const flash = options.flash ?? SERIAL_NOR;
  const every = options.checkpointEvery ?? Math.max(1, Math.floor(samples.length / (options.cuts + 2)));
  const checkpoints = Math.ceil(samples.length / every);
  if (checkpoints < options.cuts + 1) throw new MayflyError(`${options.cuts} cuts need ${options.cuts + 1} checkpoints, and ${samples.length} samples with one every ${every} have ${checkpoints}: train more samples, or checkpoint more often`, 2);
  const network = Network.create(spec, { build: "scalar" });
  const layout = slotLayout(network.plan.bytes.checkpoint, flash);
  const { files } = await packCLibrary(network, { state: false, kernels: options.kernels });
  const folder = await temporaryFolder();
  try {
    const defines = [`POWER_FLASH=0x${memory.origin.toString(16)}u`, ...(options.order === undefined ? [] : [`MAYFLY_SLOTS_ORDER=${options.order}`])];
    const { elf } = await buildFirmware(machine, files, folder.path, { program: "power", defines });
    const flashPath = join(folder.path, "flash.bin");
    await writeFlashFile(flashPath, memory.bytes, layout, flash, options.image);
    const aimed = new AimedCuts(options.cuts, layout, { ...flash, bytes: layout.areaBytes, programUs: 0, eraseUs: 0, enduranceCycles: 0 }, options.seed);
    const lives: Life[] = [];
    let lost = 0;
    let replayed = 0;
    let committed = 0;
    let reached = 0;
    for (let over = false; !over;) {
      const cut = aimed.next(Math.ceil((samples.length - committed) / every), committed > 0 || options.image !== undefined);
      await writeJob(folder.path, samples, [samples.length, every, flash.unitBytes, flash.pageBytes, flash.sectorBytes, cut?.operation ?? NEVER, cut?.tear ?? 0, mixed(options.seed, lives.length)]);
      over = await live(machine, elf, folder.path) === "ended";
      const life = await readLife(folder.path, cut);
      if (life.started < committed) lost++;
      if (lives.length > 0) replayed += Math.max(reached - life.started, 0);
      // What is lost is lost once. A start from a commit that was torn and happens to read whole promises nothing.
      committed = life.committed ?? Math.min(committed, life.started);
      reached = over ? samples.length : Math.min((life.committed ?? life.started) + every, samples.length);
      lives.push(life);
      options.onLife?.(life);
      if (over && cut) throw new MayflyError(`a power cut at flash operation ${cut.operation} of life ${lives.length} never fell: this is a bug, please report it`, 1);
    }
    const checkpoint = new Uint8Array(await readFile(join(folder.path, "checkpoint.bin")));
    for (const { frame, label } of samples) network.train(frame, label);
    return {
      cuts: lives.length - 1, lost, replayed, lives, checkpointEvery: every,
      weightsHash: Network.open(checkpoint, `the checkpoint that ${machine.name} wrote`).weightsHash(),
      expectedHash: network.weightsHash(),
      sameCheckpoint: Buffer.compare(checkpoint, network.checkpoint()) === 0,
      checkpointHash: createHash("sha256").update(checkpoint).digest("hex"),
      flashImage: await readFlashFile(flashPath, layout),
    };
  } finally {
    await folder.remove();
  }
}

async function writeJob(folder: string, samples: readonly Sample[], words: readonly number[]): Promise<void> {
  await rm(join(folder, "log.bin"), { force: true });
  await writeFile(join(folder, "job.bin"), Buffer.concat([new Uint8Array(Uint32Array.from(words).buffer), ...samples.flatMap(({ frame, label }) => [Uint8Array.of(label), frame])]));
}

/** One start of the machine: until the job is done, or until QEMU is killed. */
async function live(machine: Machine, elf: string, folder: string): Promise<"ended" | "cut"> {
  const { code, killed, stderr } = await runUntil("qemu", [
    "-machine", `${machine.name},memory-backend=flash`, "-object", `memory-backend-file,id=flash,mem-path=flash.bin,size=${machine.fileMemory?.bytes},share=on`,
    "-display", "none", "-monitor", "none", "-serial", "none", "-icount", `shift=${ICOUNT_SHIFT}`, "-semihosting-config", "enable=on,target=native", "-kernel", elf,
  ], POWER_CUT, { cwd: folder, timeoutMs: TIMEOUT_MS });
  if (killed) return "cut";
  if (code === 0) return "ended";
  const said = stderr.trim();
  throw new MayflyError(`the firmware ${code === null ? "did not end" : FAILURES[code] ?? `failed with exit code ${code}`} on ${machine.name}${said === "" ? "" : `: ${said}`}`, 1);
}

const RECOVERED = 1;
const STARTED = 2;
const COMMITTED = 3;
const OUTCOMES: Readonly<Record<number, Life["recovered"]>> = { 2: "restored", 3: "empty", 4: "damaged" };

/** The log that power/main.c leaves. */
async function readLife(folder: string, cut: LifeCut | null): Promise<Life> {
  const log = await readFile(join(folder, "log.bin"));
  let recovered: Life["recovered"] = "empty";
  let started = 0;
  let committed: number | null = null;
  for (let at = 0; at + 8 <= log.length; at += 8) {
    const number = log.readUInt32LE(at + 4);
    switch (log.readUInt32LE(at)) {
      case RECOVERED: recovered = OUTCOMES[number] ?? "damaged"; break;
      case STARTED: started = number; break;
      case COMMITTED: committed = number; break;
    }
  }
  return { cut, recovered, started, committed };
}

/** A seed for the device's own chance, of each life. */
function mixed(seed: number, life: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(life + 1, 0x85ebca6b)) >>> 0;
}

