import { MayflyError } from "../errors.js";
import type { Build } from "../engine/artefacts.js";
import type { FunctionName } from "./protocol.js";

export interface RuntimeFeatures {
  /** Runs the SIMD build; a runtime that does not gets the scalar one. */
  readonly simd: boolean;
  /** Runs the relaxed SIMD build, exactly. */
  readonly relaxedSimd?: boolean;
  /** The engine's memory can be read and written as bytes. Where it cannot, `read` and `write` are made of peeks and pokes. */
  readonly memoryVisible: boolean;
  /** An interpreter hundreds of times slower than a compiler, so it is given short jobs. */
  readonly slow: boolean;
}

/** An engine running somewhere. Requests are answered in order and need not wait for each other: that is how to be fast. */
export interface RuntimeInstance {
  /** Calls an export of the engine's ABI; what takes no argument or one ignores the rest. Rejects with a RuntimeError on a trap. */
  call(name: FunctionName, a?: number, b?: number): Promise<number>;
  /** Calls an export `times` times, with the argument 0, 1 … cycle − 1 in turn; the last result. Measures without the way there and back. */
  repeat(name: FunctionName, cycle: number, times: number): Promise<number>;
  /** A copy of bytes of the engine's memory. */
  read(address: number, bytes: number): Promise<Uint8Array>;
  /** Puts bytes into the engine's memory; what goes wrong is told by the next `call` or `read`. */
  write(address: number, bytes: Uint8Array): void;
  /** Ends the instance and what it runs in. Never throws. */
  dispose(): Promise<void>;
}

export interface StartOptions {
  readonly build: Build;
  /** Memory, in pages of 64 KiB. */
  readonly pages: number;
  /** In place of the engine: any module; its memory is left as it is. For tests. */
  readonly module?: Uint8Array<ArrayBuffer>;
  /** A runtime in a process of its own is ended when an answer takes longer. Default 120 s. */
  readonly timeoutMs?: number;
}

/** A runtime found on this machine. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly features: RuntimeFeatures;
  /** Build of the engine in the shape this runtime takes: plain, a WASI command, or a batch program. */
  readonly artefact: Artefact;
  instantiate(options: StartOptions): Promise<RuntimeInstance>;
  /** Ends whatever the runtime keeps running between instances. */
  close(): Promise<void>;
}

export type Artefact = "engine" | "wasi" | "batch";

/** A runtime this host knows, found or not. */
export interface RuntimeKind {
  readonly name: string;
  /** What it is, in a line. */
  readonly title: string;
  /** What to do when it is not there. */
  readonly howToGet: string;
  /** Finds it: at `path` if given (the command's file), else where it usually is. Null when it is not there. */
  find(path?: string): Promise<Runtime | null>;
}

/** Something went wrong in a runtime; the message starts with the runtime's name. */
export class RuntimeError extends MayflyError {
  constructor(readonly runtime: string, what: string, cause?: unknown) {
    super(`${runtime}: ${what}`, 1, cause);
  }
}
