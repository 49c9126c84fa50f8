import type * as tfjs from "@tensorflow/tfjs-core";

/** tfjs-core as it is after its lazy import; nothing here is loaded before a backend is asked for. */
export type Tf = typeof tfjs;
export type Tensor = tfjs.Tensor;
export type Tensor1D = tfjs.Tensor1D;
export type Tensor2D = tfjs.Tensor2D;
export type Tensor3D = tfjs.Tensor3D;

/** Those that Node can start. */
export const BACKEND_NAMES = ["cpu", "wasm", "webgpu"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** What a machine offers under the name of a backend. */
export interface BackendInfo {
  /** Of the npm package. */
  readonly version: string;
  /** What computes: "one CPU thread, SIMD", or the GPU's name. */
  readonly adapter: string;
  /** The GPU is a real one; false for a CPU, or a GPU emulated on one. */
  readonly gpu: boolean;
}

/** A backend that has been started. tfjs has one active backend in a process: `use` makes this one active before work on it begins. */
export interface Backend extends BackendInfo {
  /** WebGL is in browsers only. */
  readonly name: BackendName | "webgl";
  readonly tf: Tf;
  use(): Promise<void>;
  /** A tensor's values. Throws a MayflyError when the device is gone or has run out of memory. */
  read(tensor: Tensor): Promise<Float32Array>;
}

/** One file for each kind: registry.ts lists them. */
export interface BackendKind {
  readonly name: BackendName;
  readonly title: string;
  readonly howToGet: string;
  /** Throws a MayflyError that says what is missing. */
  start(): Promise<Backend>;
}
