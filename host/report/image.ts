import { encode } from "fast-png";
import { type Colour, diverging } from "./diverging.js";
import type { ReportImage } from "./report_data.js";

/** Signed values as a picture, the largest absolute value at full colour; each value a square of `zoom` pixels. */
export function signedImage(values: ArrayLike<number>, width: number, height: number, zoom: number, caption: string, alt: string): ReportImage {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at] ?? 0));
  return paint(width, height, zoom, (column, row) => diverging((values[row * width + column] ?? 0) / (most || 1)), caption, alt);
}

/** Values 0..255 in grey under a signed map of the same size. */
export function overlayImage(grey: ArrayLike<number>, map: ArrayLike<number>, width: number, height: number, zoom: number, caption: string, alt: string): ReportImage {
  let most = 0;
  for (let at = 0; at < map.length; at++) most = Math.max(most, Math.abs(map[at] ?? 0));
  return paint(width, height, zoom, (column, row) => {
    const colour = diverging((map[row * width + column] ?? 0) / (most || 1));
    const light = 1 - 0.65 * ((grey[row * width + column] ?? 0) / 255);
    return colour.map((channel) => Math.round(channel * light)) as unknown as Colour;
  }, caption, alt);
}

function paint(width: number, height: number, zoom: number, colourAt: (column: number, row: number) => Colour, caption: string, alt: string): ReportImage {
  const data = new Uint8Array(width * height * zoom * zoom * 3);
  for (let y = 0; y < height * zoom; y++) {
    for (let x = 0; x < width * zoom; x++) data.set(colourAt(Math.floor(x / zoom), Math.floor(y / zoom)), (y * width * zoom + x) * 3);
  }
  const png = encode({ width: width * zoom, height: height * zoom, data, channels: 3, depth: 8 });
  return { alt, caption, url: `data:image/png;base64,${Buffer.from(png).toString("base64")}`, width: width * zoom, height: height * zoom };
}

/** The bytes of a picture, for a file. */
export function pngBytes({ url }: ReportImage): Uint8Array {
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}
