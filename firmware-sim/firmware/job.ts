/** The files between the host and the application (application/main.c). */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MayflyError } from "../../host/errors.js";
import type { Machine } from "./machines.js";

export interface Sample {
  readonly frame: Uint8Array;
  readonly label: number;
}

export interface Report {
  /** Of the engine, or of the application below -999. */
  readonly status: number;
  readonly detail: number;
  readonly samples: number;
  /** Guest instructions spent in the engine's training steps. */
  readonly instructions: number;
  readonly stackBytes: number;
}

const REPORT_WORDS = 8;
/** QEMU's -icount shift: an instruction takes 2^6 ns of the guest's time. */
export const ICOUNT_SHIFT = 6;
const CALIBRATION_INSTRUCTIONS_PER_LOOP = 2;
/** Reading the clock twice, and the first pass of the loop. */
const CALIBRATION_SLACK = 16;

export async function writeJob(folder: string, samples: readonly Sample[], pieces: boolean): Promise<void> {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(samples.length, 0);
  header.writeUInt32LE(pieces ? 1 : 0, 4);
  await writeFile(join(folder, "job.bin"), Buffer.concat([header, ...samples.flatMap(({ frame, label }) => [Uint8Array.of(label), frame])]));
}

export async function readReport(folder: string, machine: Machine): Promise<Report> {
  const bytes = await readFile(join(folder, "report.bin")).catch(() => Buffer.alloc(0));
  if (bytes.length !== 4 * REPORT_WORDS) throw new MayflyError(`the firmware left no report on ${machine.name}`, 1);
  const word = (index: number): number => bytes.readUInt32LE(4 * index);
  const calibration = instructionsOf(word(6), machine) - CALIBRATION_INSTRUCTIONS_PER_LOOP * word(5);
  if (calibration < 0 || calibration > CALIBRATION_SLACK) throw new MayflyError(`the clock of ${machine.name} is not what it should be: ${calibration} instructions off; this needs QEMU with -icount, 7.2 or later`, 1);
  return { status: word(0) | 0, detail: word(1) | 0, samples: word(2), instructions: Math.round(instructionsOf(word(3) + word(4) * 2 ** 32, machine)), stackBytes: word(7) };
}

/** Guest instructions of each piece of each sample. */
export async function readPieces(folder: string, machine: Machine): Promise<number[][]> {
  const bytes = await readFile(join(folder, "pieces.bin"));
  const samples: number[][] = [];
  let pieces: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const ticks = bytes.readUInt32LE(at);
    if (ticks !== 0) pieces.push(instructionsOf(ticks, machine));
    else {
      samples.push(pieces);
      pieces = [];
    }
  }
  return samples;
}

function instructionsOf(ticks: number, machine: Machine): number {
  return (ticks * 1000) / (machine.clockMHz * 2 ** ICOUNT_SHIFT);
}
