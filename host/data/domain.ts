/** The same samples as another place, sensor or hand would give them: seeded shifts of a data set, to test what adapts to them. */
import { MayflyError } from "../errors.js";
import { Generator } from "../random.js";
import { type Dataset, frame } from "./dataset.js";
import { frameSize } from "./shape.js";

export type Domain =
  /** Turned by so many degrees anticlockwise about the middle: a sensor mounted askew. */
  | { readonly kind: "rotated"; readonly degrees: number }
  /** 255 − value: dark on light. */
  | { readonly kind: "inverted" }
  /** Gaussian noise of this standard deviation (of 0..255), drawn anew for each value, then clamped: a dim sensor. */
  | { readonly kind: "noisy"; readonly deviation: number; readonly seed?: number }
  /** A hand of its own: every frame is sheared, stretched and thickened or thinned in the same way, which the seed decides. */
  | { readonly kind: "writer"; readonly seed: number };

/** Streams of others lie below (docs/algorithm.md, Random numbers). */
const STREAM = 0x310000;

/** A copy of a data set in another domain; labels stay. */
export function inDomain(dataset: Dataset, domain: Domain): Dataset {
  const { shape, count } = dataset;
  const size = frameSize(shape);
  const frames = new Uint8Array(count * size);
  const change = changeOf(dataset, domain);
  for (let index = 0; index < count; index++) frames.set(change(frame(dataset, index)), index * size);
  return { ...dataset, name: `${dataset.name}, ${domain.kind}`, frames };
}

function changeOf(dataset: Dataset, domain: Domain): (values: Uint8Array) => Uint8Array {
  switch (domain.kind) {
    case "inverted": return (values) => values.map((value) => 255 - value);
    case "rotated": return warp(dataset, rotation(domain.degrees));
    case "noisy": return noise(domain.deviation, domain.seed ?? 1);
    case "writer": return hand(dataset, domain.seed);
  }
}

/** Row-major 2×2: where a place of the new frame, counted from the middle, was in the old one. */
type Matrix = readonly [number, number, number, number];

function rotation(degrees: number): Matrix {
  if (!Number.isFinite(degrees)) throw new MayflyError(`domain: rotation by ${degrees} degrees`, 2);
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
}

/** Bilinear, 0 outside. */
function warp({ shape: { width, height, channels } }: Dataset, [a, b, c, d]: Matrix): (values: Uint8Array) => Uint8Array {
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  return (values) => {
    const at = (x: number, y: number, channel: number): number => (x < 0 || y < 0 || x >= width || y >= height ? 0 : values[(y * width + x) * channels + channel]!);
    const changed = new Uint8Array(values.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const fromX = a * (x - middleX) + b * (y - middleY) + middleX;
        const fromY = c * (x - middleX) + d * (y - middleY) + middleY;
        const left = Math.floor(fromX);
        const top = Math.floor(fromY);
        const right = fromX - left;
        const down = fromY - top;
        for (let channel = 0; channel < channels; channel++) {
          const upper = at(left, top, channel) * (1 - right) + at(left + 1, top, channel) * right;
          const lower = at(left, top + 1, channel) * (1 - right) + at(left + 1, top + 1, channel) * right;
          changed[(y * width + x) * channels + channel] = Math.round(upper * (1 - down) + lower * down);
        }
      }
    }
    return changed;
  };
}

function noise(deviation: number, seed: number): (values: Uint8Array) => Uint8Array {
  if (!(deviation >= 0 && deviation <= 255)) throw new MayflyError(`domain: noise of standard deviation ${deviation}, expected 0..255`, 2);
  const random = Generator.of(seed >>> 0, STREAM);
  /** The sum of the bytes of a random word: 0..1020, standard deviation 147.8, nearly Gaussian. */
  const gaussian = (): number => {
    const word = random.next();
    return ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) / 147.8;
  };
  return (values) => values.map((value) => Math.min(255, Math.max(0, Math.round(value + deviation * gaussian()))));
}

/** Shear of 0.35 to 0.6 to one side or the other, width of 0.7 to 0.85 or 1.15 to 1.35, strokes a value wider or narrower. */
function hand(dataset: Dataset, seed: number): (values: Uint8Array) => Uint8Array {
  const random = Generator.of(seed >>> 0, STREAM + 1);
  const draw = (): number => random.next() / 2 ** 32;
  const shear = (draw() < 0.5 ? -1 : 1) * (0.35 + 0.25 * draw());
  const stretch = draw() < 0.5 ? 0.7 + 0.15 * draw() : 1.15 + 0.2 * draw();
  const thick = draw() < 0.5;
  const warped = warp(dataset, [1 / stretch, shear / stretch, 0, 1]);
  const stroke = neighbourhood(dataset, thick ? Math.max : Math.min);
  // Thinned before it is made narrower, thickened after: thin strokes would break.
  return (values) => (thick ? stroke(warped(values)) : warped(stroke(values)));
}

/** Each value becomes the largest or smallest of itself and its right and lower neighbours: strokes grow or shrink by one value. */
function neighbourhood({ shape: { width, height, channels } }: Dataset, pick: (...values: number[]) => number): (values: Uint8Array) => Uint8Array {
  const row = width * channels;
  return (values) => values.map((value, at) => {
    const right = Math.floor(at / channels) % width < width - 1 ? values[at + channels]! : 0;
    const below = at + row < height * row ? values[at + row]! : 0;
    return pick(value, right, below);
  });
}
