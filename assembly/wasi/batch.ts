/** The same for interpreters without WASI: the one export without an argument, so that `--run-all-exports` runs nothing else. */
import { serve } from "./commands";
import { jobPointer } from "./streams";

export function _start(): void {
  serve();
}

/** Where to put address and end of the job, two u32. */
export function job_pointer(_: i32): i32 {
  return jobPointer();
}
