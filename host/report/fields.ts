import type { Network } from "../engine/network.js";
import { fieldValues } from "./field_values.js";
import { signedImage } from "./image.js";
import type { ReportImage } from "./report_data.js";

const SIZE = 84;

/** What units of the first layer look for: their weights as pictures, spread over the units; for convolution the filters. */
export function receptiveFields(network: Network): ReportImage[] {
  return fieldValues(network).map(({ what, width, height, values }) => {
    const zoom = Math.max(1, Math.floor(SIZE / Math.max(width, height)));
    return signedImage(values, width, height, zoom, what, `Weights of ${what} of the first layer over its ${width} by ${height} inputs`);
  });
}
