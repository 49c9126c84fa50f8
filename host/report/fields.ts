import * as kinds from "../../assembly/abi/region.js";
import type { Network } from "../engine/network.js";
import { signedImage } from "./image.js";
import type { ReportImage } from "./report_data.js";

const SHOWN = 32;
const SIZE = 84;

/** What units of the first layer look for: their weights as pictures, spread over the units; for convolution the filters. */
export function receptiveFields(network: Network): ReportImage[] {
  const { spec } = network;
  const [first] = spec.layers;
  if (!first || first.kind === "box" || spec.input.channels !== 1) return [];
  const { rows, columns, stride } = network.region(kinds.REGION_WEIGHTS, 0);
  const weights = network.view(network.region(kinds.REGION_WEIGHTS, 0));
  const side = first.field || 0;
  const width = side || spec.input.width;
  const height = side || spec.input.height;
  if (width < 2 || height < 2 || rows < width * height) return [];
  const shown = Math.min(SHOWN, columns);
  const zoom = Math.max(1, Math.floor(SIZE / Math.max(width, height)));
  return Array.from({ length: shown }, (_, index) => {
    const unit = Math.floor((index * columns) / shown);
    const values = Float64Array.from({ length: width * height }, (_, row) => weights[row * stride + unit] ?? 0);
    const what = side ? (first.kind === "conv" ? `filter ${unit + 1}` : `first place, unit ${unit + 1}`) : `unit ${unit + 1}`;
    return signedImage(values, width, height, zoom, what, `Weights of ${what} of the first layer over its ${width} by ${height} inputs`);
  });
}
