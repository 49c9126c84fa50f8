import type { FlashShape } from "../devices/flash.js";
import type { SlotLayout } from "./layout.js";

/** Jobs like this one that the flash is to outlive. */
const LIFE_JOBS = 1000;
/** Most of the device's time that checkpoints may take. */
const TIME_SHARE = 0.1;
/** Checkpoints that a job has at least, so that a cut never costs more than a part of it. */
const LEAST_CHECKPOINTS = 4;

/** Flash operations of one checkpoint: those that always happen, without the confirmation after a start. */
export function checkpointOperations(layout: SlotLayout, { pageBytes, unitBytes }: FlashShape): { erases: number; programs: number } {
  const operations = (bytes: number): number => Math.ceil((Math.ceil(bytes / unitBytes) * unitBytes) / pageBytes);
  return { erases: layout.sectors, programs: operations(layout.contentBytes) + operations(layout.recordsAt) + operations(layout.recordStride) };
}

export function checkpointUs(layout: SlotLayout, flash: FlashShape): number {
  const { erases, programs } = checkpointOperations(layout, flash);
  return erases * flash.eraseUs + programs * flash.programUs;
}

/** Samples between two checkpoints: as few as wear and time allow, and at least some checkpoints in a job. */
export function wearAwareInterval(job: { samples: number; sampleUs: number }, layout: SlotLayout, flash: FlashShape): number {
  // Each checkpoint erases one of two slots.
  const byWear = (job.samples * LIFE_JOBS) / (2 * flash.enduranceCycles);
  const byTime = checkpointUs(layout, flash) / (TIME_SHARE * job.sampleUs);
  return Math.max(1, Math.min(Math.ceil(Math.max(byWear, byTime)), Math.ceil(job.samples / LEAST_CHECKPOINTS)));
}
