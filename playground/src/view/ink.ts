/** From strokes on the pad to a frame as MNIST has them. */
import { SIDE } from "../digits.js";

/** MNIST's digits were scaled to fit 20 by 20 and put with their centre of mass in the middle of 28 by 28. */
const BOX = 20;
/** Ink counts from here. */
const VISIBLE = 16;

/** Ink 0..255 of a canvas [height][width]; alpha is ink. Null when it is empty. */
export function frameOfInk(ink: CanvasRenderingContext2D): Uint8Array | null {
  const { canvas } = ink;
  const { width, height } = canvas;
  const { data } = ink.getImageData(0, 0, width, height);
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[4 * (y * width + x) + 3]! < VISIBLE) continue;
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
  }
  if (right < 0) return null;
  const scale = BOX / Math.max(right - left + 1, bottom - top + 1);
  const small = shrunk(canvas, left, top, right - left + 1, bottom - top + 1, scale);
  return centred(small);
}

/** A part of the canvas, scaled by halves so that thin strokes do not get lost, in the middle of a frame. */
function shrunk(canvas: HTMLCanvasElement, x: number, y: number, width: number, height: number, scale: number): Uint8Array {
  let [source, at, w, h] = [canvas, { x, y }, width, height];
  for (let rest = scale; ; rest *= 2) {
    const step = rest < 0.5 ? 0.5 : rest;
    const to = document.createElement("canvas");
    const final = step === rest;
    to.width = final ? SIDE : Math.max(1, Math.ceil(w * step));
    to.height = final ? SIDE : Math.max(1, Math.ceil(h * step));
    const context = to.getContext("2d", { willReadFrequently: true })!;
    context.imageSmoothingQuality = "high";
    const [dw, dh] = [w * step, h * step];
    context.drawImage(source, at.x, at.y, w, h, final ? (SIDE - dw) / 2 : 0, final ? (SIDE - dh) / 2 : 0, dw, dh);
    if (final) {
      const { data } = context.getImageData(0, 0, SIDE, SIDE);
      return Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => data[4 * pixel + 3]!);
    }
    [source, at, w, h] = [to, { x: 0, y: 0 }, dw, dh];
  }
}

/** Moved by whole pixels until the centre of mass is in the middle; ink that would leave the frame stays out of it. */
function centred(frame: Uint8Array): Uint8Array {
  let [mass, sumX, sumY] = [0, 0, 0];
  frame.forEach((value, pixel) => {
    mass += value;
    sumX += value * (pixel % SIDE);
    sumY += value * Math.floor(pixel / SIDE);
  });
  const shift = (sum: number): number => Math.round((SIDE - 1) / 2 - sum / mass);
  const [dx, dy] = [shift(sumX), shift(sumY)];
  return Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => {
    const [x, y] = [(pixel % SIDE) - dx, Math.floor(pixel / SIDE) - dy];
    return x >= 0 && y >= 0 && x < SIDE && y < SIDE ? frame[y * SIDE + x]! : 0;
  });
}
