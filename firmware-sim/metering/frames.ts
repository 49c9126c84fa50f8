import type { Dataset, Shape } from "../../host/data/dataset.js";
import { frame } from "../../host/data/dataset.js";
import { loadMnist } from "../../host/data/mnist.js";
import type { NetworkSpec } from "../../host/spec/network_spec.js";

/** Samples to meter a network with. */
export interface FrameSource {
  /** What they are, for the report. */
  readonly basis: string;
  sample(index: number): { readonly frame: Uint8Array; readonly label: number };
}

/** Smallest side at which a shrunk digit is still one. */
const LEAST_SIDE = 4;

/** MNIST's training images, scaled where the network takes another size of grey images; noise without a zero for anything else. */
export async function framesFor(spec: NetworkSpec): Promise<FrameSource> {
  const { width, height, channels } = spec.input;
  if (channels !== 1 || width < LEAST_SIDE || height < LEAST_SIDE) return noise(spec);
  const mnist = await loadMnist().catch(() => null);
  if (!mnist) return noise(spec);
  const { train } = mnist;
  const same = width === train.shape.width && height === train.shape.height;
  return {
    basis: same ? "MNIST images" : `MNIST images scaled to ${width}x${height}`,
    sample: (index) => ({
      frame: same ? frame(train, index % train.count) : scaled(train, index % train.count, spec.input),
      label: (train.labels[index % train.count] ?? 0) % spec.classes,
    }),
  };
}

/** The mean over the pixels that a pixel of the target covers. */
function scaled(dataset: Dataset, index: number, to: Shape): Uint8Array {
  const { width, height } = dataset.shape;
  const from = frame(dataset, index);
  const range = (at: number, size: number, source: number): [number, number] => {
    const start = Math.floor((at * source) / size);
    return [start, Math.max(start + 1, Math.floor(((at + 1) * source) / size))];
  };
  return Uint8Array.from({ length: to.width * to.height }, (_, pixel) => {
    const [left, right] = range(pixel % to.width, to.width, width);
    const [top, bottom] = range(Math.floor(pixel / to.width), to.height, height);
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += from[y * width + x] ?? 0;
    return Math.round(sum / ((right - left) * (bottom - top)));
  });
}

/** No value is 0, which is the most work a frame can be: nothing is skipped. Classes differ in a band, so that there is something to learn. */
function noise(spec: NetworkSpec): FrameSource {
  const values = spec.input.width * spec.input.height * spec.input.channels;
  return {
    basis: "made-up samples without a zero (the most work)",
    sample(index) {
      const label = index % spec.classes;
      let state = index + 1;
      const made = Uint8Array.from({ length: values }, (_, at) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((at * spec.classes) / values) === label ? 160 + (state >>> 26) : 1 + (state >>> 26);
      });
      return { frame: made, label };
    },
  };
}
