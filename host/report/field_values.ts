import * as kinds from "../../assembly/abi/region.js";
import type { Network } from "../engine/network.js";

const SHOWN = 32;

/** What a unit of the first layer looks for: its weights over what it sees, row-major. */
export interface FieldValues {
  /** e.g. "unit 7", "filter 3". */
  readonly what: string;
  readonly width: number;
  readonly height: number;
  /** In steps of the weights' type. */
  readonly values: Float64Array;
}

/** Units spread over the first layer, at most `most`; for convolution its filters. None where there is no picture of them: a box, colour frames, rows of features. */
export function fieldValues(network: Network, most = SHOWN): FieldValues[] {
  const { spec } = network;
  const [first] = spec.layers;
  if (!first || first.kind === "box" || spec.input.channels !== 1) return [];
  const { rows, columns, stride } = network.region(kinds.REGION_WEIGHTS, 0);
  const weights = network.view(network.region(kinds.REGION_WEIGHTS, 0));
  const side = first.field || 0;
  const width = side || spec.input.width;
  const height = side || spec.input.height;
  if (width < 2 || height < 2 || rows < width * height) return [];
  const shown = Math.min(most, columns);
  return Array.from({ length: shown }, (_, index) => {
    const unit = Math.floor((index * columns) / shown);
    const values = Float64Array.from({ length: width * height }, (_, row) => weights[row * stride + unit] ?? 0);
    return { what: side ? (first.kind === "conv" ? `filter ${unit + 1}` : `first place, unit ${unit + 1}`) : `unit ${unit + 1}`, width, height, values };
  });
}
