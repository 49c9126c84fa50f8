import { MayflyError } from "../../errors.js";

/** What tfjs and its backends throw when memory ends; they have no error class for it. The wasm backend writes behind a heap that could not grow. */
const OUT_OF_MEMORY = /out of memory|allocation failed|invalid typed array length|array buffer allocation|memory access out of bounds|cannot enlarge memory|offset is out of bounds|OOM/i;
const LOST = /device.*(lost|destroyed)|lost.*device/i;

/** A failure inside a backend, as a line for people; what is no failure of the backend comes back as it is. */
export function explainFailure(error: unknown, backend: string): unknown {
  if (error instanceof MayflyError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (LOST.test(message)) return deviceLost(backend, message, error);
  if (OUT_OF_MEMORY.test(message)) return outOfMemory(backend, message, error);
  return error;
}

export function deviceLost(backend: string, reason: string, cause?: unknown): MayflyError {
  return new MayflyError(`the ${backend} device was lost (${reason}): go on from the last checkpoint with \`mayfly resume DIR\`, or on another backend with --backend`, 1, cause);
}

export function outOfMemory(backend: string, reason: string, cause?: unknown): MayflyError {
  return new MayflyError(`the ${backend} backend is out of memory (${reason}): take a smaller --batch, or a smaller network`, 1, cause);
}
