import { SingleBar } from "cli-progress";
import { count, say } from "./output.js";

/** Shows how far something is: a bar on a terminal, now and then a plain line elsewhere. */
export interface Progress {
  /** `label` says what is under way; `note` stands behind it. */
  update(label: string, done: number, total: number, note?: string): void;
  end(): void;
}

const PLAIN_LINE_EVERY_MS = 10_000;

export function openProgress(): Progress {
  return process.stderr.isTTY ? terminalProgress() : plainProgress();
}

function terminalProgress(): Progress {
  const bar = new SingleBar({
    stream: process.stderr, format: "{label} {bar} {percentage} %  {note}", barCompleteChar: "█", barIncompleteChar: "░", barsize: 24, hideCursor: true, clearOnComplete: true, gracefulExit: false,
  });
  let started = false;
  const end = (): void => {
    if (started) bar.stop();
    started = false;
    process.off("exit", end);
  };
  return {
    update(label, done, total, note = "") {
      const payload = { label, note };
      if (started) {
        bar.setTotal(total);
        bar.update(done, payload);
        return;
      }
      started = true;
      // The cursor comes back even when the process ends from here.
      process.on("exit", end);
      bar.start(total, done, payload);
    },
    end,
  };
}

function plainProgress(): Progress {
  let last = performance.now();
  return {
    update(label, done, total, note = "") {
      if (performance.now() - last < PLAIN_LINE_EVERY_MS || done === total) return;
      last = performance.now();
      say(`${label}: ${count(done)} of ${count(total)}${note === "" ? "" : `, ${note}`}`);
    },
    end() {},
  };
}
