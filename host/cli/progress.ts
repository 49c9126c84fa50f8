import { SingleBar } from "cli-progress";
import { count, say } from "./output.js";

/** Shows how far an epoch is: a bar on a terminal, now and then a plain line elsewhere. */
export interface Progress {
  update(done: number, total: number, pairsPerSecond: number, readoutError: number | null): void;
  evaluating(): void;
  end(): void;
}

const PLAIN_LINE_EVERY_MS = 10_000;

export function epochProgress(epoch: number, epochs: number): Progress {
  const label = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  return process.stderr.isTTY ? terminalProgress(label) : plainProgress(label);
}

function terminalProgress(label: string): Progress {
  const bar = new SingleBar({
    stream: process.stderr, format: `${label} {bar} {percentage} %  {speed}{note}`, barCompleteChar: "█", barIncompleteChar: "░", barsize: 24, hideCursor: true, clearOnComplete: true, gracefulExit: false,
  });
  let started = false;
  return {
    update(done, total, pairsPerSecond, readoutError) {
      const payload = { speed: `${count(pairsPerSecond)} samples/s`, note: readoutError === null ? "" : `  readout wrong ${readoutError.toFixed(1)} %` };
      if (!started) bar.start(total, done, payload);
      started = true;
      bar.update(done, payload);
    },
    evaluating() {
      if (started) bar.update({ speed: "testing …", note: "" });
    },
    end() {
      bar.stop();
    },
  };
}

function plainProgress(label: string): Progress {
  let last = performance.now();
  return {
    update(done, total, pairsPerSecond, readoutError) {
      if (performance.now() - last < PLAIN_LINE_EVERY_MS || done === total) return;
      last = performance.now();
      say(`${label}: ${count(done)} of ${count(total)}, ${count(pairsPerSecond)} samples/s${readoutError === null ? "" : `, readout wrong ${readoutError.toFixed(1)} %`}`);
    },
    evaluating() {},
    end() {},
  };
}
