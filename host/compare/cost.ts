import type { NetworkSpec } from "../spec/network_spec.js";

/**
 * Formulas for multiply-adds and memory of one training step, all zeros counted (the engine skips them; its counters tell how many it
 * really did). Networks are fully connected; `inputs` of the first layer are the frame's values.
 */
export interface Shape {
  readonly inputs: number;
  readonly layers: readonly number[];
  readonly classes: number;
}

export function shapeOf({ input, layers, classes }: NetworkSpec): Shape {
  return { inputs: input.width * input.height * input.channels, layers: layers.map(({ units }) => units), classes };
}

/** Weights from layer to layer, without biases: [inputs · units of each layer]. */
export function products({ inputs, layers }: Shape): number[] {
  return layers.map((units, index) => (layers[index - 1] ?? inputs) * units);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** FF, pair: the image goes once through the first layer, three passes (neutral, positive, negative) through the others; an update for the positive and one for the negative in each layer but the first, whose image is shared. */
export function macsOfPair(spec: NetworkSpec): number {
  const shape = shapeOf(spec);
  const [first = 0, ...later] = products(shape);
  const passes = spec.readout.from === null ? 2 : 3;
  return 2 * first + (passes + 2) * sum(later) + readoutMacs(spec);
}

/** FF, class-wise: one pass, one update. */
export function macsOfClasswise(spec: NetworkSpec): number {
  return 2 * sum(products(shapeOf(spec))) + readoutMacs(spec);
}

function readoutMacs({ layers, readout, classes }: NetworkSpec): number {
  return 2 * classes * sum(layers.slice(readout.from ?? layers.length).map(({ units }) => units));
}

/** Backprop: forward, gradient of the weights, gradient of the inputs (not of the first layer's). */
export function macsOfBackprop(shape: Shape): number {
  const all = products({ ...shape, layers: [...shape.layers, shape.classes] });
  return 3 * sum(all) - (all[0] ?? 0);
}

export function weightsOfBackprop({ inputs, layers, classes }: Shape): number {
  const widths = [inputs, ...layers, classes];
  return sum(widths.slice(1).map((units, index) => (widths[index]! + 1) * units));
}

/**
 * Bytes of backprop at batch 1 in a number format of `bytes`: weights (and moments: Adam has two), the activity of every layer, which must wait
 * for the backward pass, and the two widest gradients. The frame is u8, as the engine's.
 */
export function bytesOfBackprop(shape: Shape, { bytes, moments }: { bytes: number; moments: number }): number {
  const { inputs, layers, classes } = shape;
  const widest = Math.max(...layers, classes);
  return inputs + bytes * ((1 + moments) * weightsOfBackprop(shape) + sum([...layers, classes]) + 2 * widest);
}

/** Bytes of FF at batch 1 in the same format: no activity waits, but there are two passes, a readout of its own, and no output layer. */
export function bytesOfForward(spec: NetworkSpec, { bytes, moments }: { bytes: number; moments: number }): number {
  const { inputs, layers, classes } = shapeOf(spec);
  const widest = Math.max(...layers);
  const labels = spec.label.placement === "append" ? classes * layers[0]! : 0;
  const readout = classes * sum(layers.slice(spec.readout.from ?? layers.length));
  // Sums and activities of positive and negative, and the input of the next layer for both.
  return inputs + bytes * ((1 + moments) * (sum(products(shapeOf(spec))) + labels + readout) + 6 * widest);
}

/** Hidden layers of the same proportions as `shape`, as wide as a RAM budget allows backprop to be; null when not even one unit fits. */
export function fittingBackprop(shape: Shape, budgetBytes: number, format: { bytes: number; moments: number }): Shape | null {
  const scaled = (share: number): Shape => ({ ...shape, layers: shape.layers.map((units) => Math.max(1, Math.floor(units * share))) });
  if (bytesOfBackprop(scaled(0), format) > budgetBytes) return null;
  let [low, high] = [0, 4];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (bytesOfBackprop(scaled(middle), format) <= budgetBytes) low = middle;
    else high = middle;
  }
  return scaled(low);
}
