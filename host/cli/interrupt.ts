import { say } from "./output.js";

/** npm and npx pass Ctrl-C on to a process that had it from the terminal already: what follows so soon is the same Ctrl-C. */
const SAME_PRESS_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The work under way that must come to a clean end, or null when the process may just stop. */
let work: AbortController | null = null;

/**
 * Runs `task` with a signal that is aborted by Ctrl-C, by a request to end, and when nobody reads the output any more.
 * A second Ctrl-C ends the process at once.
 */
export async function interruptible<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let first = Infinity;
  const onSignal = (): void => {
    if (controller.signal.aborted && performance.now() - first < SAME_PRESS_MS) return;
    if (controller.signal.aborted) {
      say("mayfly: stopped at once; the last checkpoint stands");
      process.exit(1);
    }
    first = performance.now();
    controller.abort();
  };
  work = controller;
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await task(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
    work = null;
  }
}

/** `mayfly … | head` ends quietly, a full disk behind `>` with a line, neither with a stack. */
export function endOnBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return work ? work.abort() : process.exit();
      if (stream === process.stdout) say(`mayfly: cannot write the output: ${error.message}`);
      process.exit(1);
    });
  }
}
