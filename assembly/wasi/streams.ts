/**
 * Where commands come from and replies go to: standard input and output by WASI preview 1, declared by hand, for the wasi-shim
 * would bring memory.grow in. The batch build, for interpreters that have no WASI, reads a job that lies in its memory and
 * prints the replies, a word a call; its host has to place the job (host/runtimes/batch_module.ts).
 */
import { EXIT_STREAM } from "./protocol";

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(descriptor: i32, vectors: usize, count: i32, done: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(descriptor: i32, vectors: usize, count: i32, done: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;
// @ts-ignore: decorator
@external("host", "print")
declare function print(word: i32): void;

// @ts-ignore: decorator
@inline const BATCH = isDefined(MAYFLY_BATCH);

const STDIN: i32 = 0;
const STDOUT: i32 = 1;

/** One vector: address and bytes, both u32. */
const VECTOR: usize = memory.data(8, 4);
const DONE: usize = memory.data(4, 4);

/** The job of the batch build, address and end, both u32. */
const JOB: usize = BATCH ? memory.data(8, 4) : 0;

/** Where the batch build's host writes where the job is. */
export function jobPointer(): i32 {
  return <i32>JOB;
}

/** Ends the command. */
export function leave(code: i32): void {
  if (!BATCH) proc_exit(code);
  unreachable();
}

/** Fills `bytes` bytes at `address` from the input; leaves when they do not come. False when the input has ended before the first. */
export function readInput(address: usize, bytes: usize): bool {
  if (BATCH) return takeInput(address, bytes);
  let left = bytes;
  while (left > 0) {
    setVector(address + (bytes - left), left);
    if (fd_read(STDIN, VECTOR, 1, DONE) != 0) leave(EXIT_STREAM);
    const done = <usize>load<u32>(DONE);
    if (done == 0) {
      if (left < bytes) leave(EXIT_STREAM);
      return false;
    }
    left -= done;
  }
  return true;
}

export function writeOutput(address: usize, bytes: usize): void {
  if (BATCH) return printOutput(address, bytes);
  let left = bytes;
  while (left > 0) {
    setVector(address + (bytes - left), left);
    if (fd_write(STDOUT, VECTOR, 1, DONE) != 0) leave(EXIT_STREAM);
    left -= <usize>load<u32>(DONE);
  }
}

function setVector(address: usize, bytes: usize): void {
  store<u32>(VECTOR, <u32>address, 0);
  store<u32>(VECTOR, <u32>bytes, 4);
}

function takeInput(address: usize, bytes: usize): bool {
  const from = <usize>load<u32>(JOB, 0);
  const left = <usize>load<u32>(JOB, 4) - from;
  if (left == 0) return false;
  if (left < bytes) leave(EXIT_STREAM);
  memory.copy(address, from, bytes);
  store<u32>(JOB, <u32>(from + bytes), 0);
  return true;
}

/** The last word may hold fewer than 4 bytes of the reply; its others are whatever stands there. */
function printOutput(address: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 4) print(load<i32>(address + at));
}
