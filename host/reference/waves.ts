import type { NetworkSpec } from "../spec/network_spec.js";

/** Spatially extended labels: a class is a wave over the whole frame (docs/maps.md). */

/** round(127.5 + 127.5 cos(2πi / 256)), halves up; floating point would miss the halves at 64 and 192. */
const COS = Uint8Array.from({ length: 256 }, (_, i) => (i % 128 === 64 ? 128 : Math.round(127.5 + 127.5 * Math.cos((2 * Math.PI * i) / 256))));
const NEUTRAL = 128;
/** Cycles over the frame: of set 1 for every four classes, of set 2. */
const FREQUENCIES = [2, 4, 7];
const FREQUENCY = 4;

/** The frame with a label in it, u8. */
export function labelled({ input: { width, height, channels }, waves, classes }: NetworkSpec, frame: Uint8Array, label: number | "neutral"): Uint8Array {
  const { set, intensity } = waves!;
  const share = Math.round(intensity * 256);
  const [u, v] = label === "neutral" ? [0, 0] : modeOf(set, classes, label);
  return frame.map((value, at) => {
    const place = Math.floor(at / channels);
    const phase = (Math.trunc(((place % width) * u * 256) / width) + Math.trunc((Math.floor(place / width) * v * 256) / height)) >> 8;
    return (value * (256 - share) + (label === "neutral" ? NEUTRAL : COS[phase & 255]!) * share + 128) >> 8;
  });
}

/** Cycles over width and height, q8. */
function modeOf(set: number, classes: number, label: number): readonly [number, number] {
  if (set === 1) {
    const F = FREQUENCIES[Math.floor(label / 4) % 3]! * 256;
    return ([[F, 0], [F, F], [0, F], [F, -F]] as const)[label % 4]!;
  }
  const a = Math.floor((label * 128) / classes);
  const along = (angle: number): number => Math.trunc(((COS[angle & 255]! * 2 - 255) * FREQUENCY * 256) / 255);
  return [along(a), along(a - 64)];
}
