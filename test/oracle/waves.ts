/** Spatially extended labels: a class is a wave over the whole frame (Scodellaro et al., §2.1; docs/maps.md). */
import type { Generator } from "./random.js";
import type { Spec } from "./spec.js";

/** round(127.5 + 127.5 cos(2πi / 256)), halves up: the 127.5 at a quarter and at three quarters are exact only outside of floating point. */
const COS = Array.from({ length: 256 }, (_, i) => (i % 128 === 64 ? 128 : Math.round(127.5 + 127.5 * Math.cos((2 * Math.PI * i) / 256))));
/** Where no label is known. */
const NEUTRAL = 128;
const FREQUENCIES = [2, 4, 7];
const FREQUENCY = 4;

/** Cycles over the width and over the height: q8. */
export interface Mode {
  u: number;
  v: number;
}

export function modeOf(set: number, classes: number, label: number): Mode {
  if (set === 1) {
    const F = FREQUENCIES[Math.floor(label / 4) % 3]! * 256;
    return [{ u: F, v: 0 }, { u: F, v: F }, { u: 0, v: F }, { u: F, v: -F }][label % 4]!;
  }
  const a = Math.floor((label * 128) / classes);
  const along = (angle: number) => Math.trunc(((COS[angle & 255]! * 2 - 255) * FREQUENCY * 256) / 255);
  return { u: along(a), v: along(a - 64) };
}

/** The wave's value at a place: 0..255. */
export function waveAt({ width, height }: Spec, { u, v }: Mode, row: number, column: number): number {
  const phase = (Math.trunc((column * u * 256) / width) + Math.trunc((row * v * 256) / height)) >> 8;
  return COS[phase & 255]!;
}

/** The frame with the label in it; without a label, the neutral one. */
export function labelled(spec: Spec, frame: Uint8Array, label?: number): Uint8Array {
  const { set, intensity } = spec.waves!;
  const mode = label === undefined ? undefined : modeOf(set, spec.classes, label);
  return frame.map((value, index) => {
    const place = Math.floor(index / spec.channels);
    const wave = mode ? waveAt(spec, mode, Math.floor(place / spec.width), place % spec.width) : NEUTRAL;
    return (value * (256 - intensity) + wave * intensity + 128) >> 8;
  });
}

/** The frame of a training step: the values left out are 0 before the label comes. */
export function withValuesLeftOut(spec: Spec, frame: Uint8Array, dropout: Generator): Uint8Array {
  if (spec.inputDropout === 0) return frame;
  return frame.map((value) => (value > 0 && dropout.next() >>> 24 < spec.inputDropout ? 0 : value));
}
