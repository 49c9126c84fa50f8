/** What the host uses of a worker of node:worker_threads. */
export interface Thread {
  on(event: "message" | "error" | "exit", listener: (value: any) => void): unknown;
  postMessage(value: unknown): void;
  terminate(): Promise<unknown>;
  /** Whether it keeps the process alive. */
  ref(): void;
  unref(): void;
}

/** What differs between Node and a browser, for the parts of the host that run in both. Chosen by the package's import `#platform`: one file for each. */
export interface Platform {
  /** A file that `npm run build` makes, by its name below dist/, e.g. "engine/mayfly.simd.wasm". Throws a MayflyError where it is missing. */
  builtBytes(name: string): Uint8Array<ArrayBuffer>;
  /** SHA-256 of all parts one after the other, in hex digits. */
  sha256(parts: Iterable<Uint8Array>): string;
  /** V8's version, where the runtime says it. */
  readonly v8: string | undefined;
  /** Starts a thread of host/threads with `data`, named for debuggers. Throws a MayflyError where there are none. */
  startThread(name: string, data: unknown): Thread;
  /** Lets events, timers and other tasks have a turn. */
  turn(): Promise<void>;
}
