import { MayflyError } from "../errors.js";
import type { Dataset } from "./dataset.js";
import { frame } from "./dataset.js";

/** The same samples, smaller: each value is the rounded mean of `by` × `by` values. For devices that cannot hold a full frame. */
export function pool(data: Dataset, by: number): Dataset {
  const { width, height, channels } = data.shape;
  if (by === 1) return data;
  if (width % by !== 0 || height % by !== 0) throw new MayflyError(`frames of ${width}x${height} cannot be pooled by ${by}: it divides not both sides`, 2);
  const shape = { ...data.shape, width: width / by, height: height / by };
  const size = shape.width * shape.height * channels;
  const frames = new Uint8Array(data.labels.length * size);
  for (let sample = 0; sample < data.labels.length; sample++) {
    const from = frame(data, sample);
    for (let at = 0; at < size; at++) {
      const channel = at % channels;
      const column = Math.floor(at / channels) % shape.width;
      const row = Math.floor(at / channels / shape.width);
      let sum = 0;
      for (let y = row * by; y < (row + 1) * by; y++) for (let x = column * by; x < (column + 1) * by; x++) sum += from[(y * width + x) * channels + channel] ?? 0;
      frames[sample * size + at] = Math.round(sum / (by * by));
    }
  }
  return { ...data, shape, frames };
}
