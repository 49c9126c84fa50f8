import type { Box } from "../../engine/box.js";
import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Shape } from "../../data/shape.js";
import type { Experiment } from "../experiment.js";

const BOX_UNITS = 128;
/** 16 = root mean square of a box's inputs; 128 = 1.0 of its activities. */
const Q4 = 16;
const Q7 = 128;

/** A function nobody could differentiate: each output counts in how many of its 16 random inputs more than the mean is going on, and keeps the square root of it. */
function unknownFunction(inputs: number): (x: Uint8Array) => number[] {
  let state = 12345;
  const draw = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const wiring = Array.from({ length: BOX_UNITS }, () => Array.from({ length: 16 }, () => Math.floor(draw() * inputs)));
  return (x) => wiring.map((sources) => Math.round(Q7 * Math.sqrt(sources.filter((source) => (x[source] ?? 0) > Q4).length)));
}

function boxOf(inputs: number): Box {
  const compute = unknownFunction(inputs);
  return (_, x) => [...compute(x.subarray(0, inputs)), ...compute(x.subarray(inputs))];
}

const around = (box: boolean, rate?: number) => (input: Shape, classes: number): NetworkSpecInput => ({
  input, classes,
  layers: [{ units: 256, rate }, ...(box ? [{ kind: "box" as const, units: BOX_UNITS }] : [{ units: BOX_UNITS, rate }]), { units: 256, rate }],
  readout: { from: 2 }, goodnessFrom: 2,
});

/** Hinton 2022, §1, last paragraph: "if a black box is inserted". */
export const blackbox: Experiment = {
  name: "blackbox",
  title: "An unknown function between two layers",
  source: "Hinton 2022, §1",
  about: "Backpropagation needs to know the derivative of everything on its way. Forward-Forward trains the layers before and after a function that only the host knows; goodness and readout count the layer behind it alone.",
  dataset: "mnist",
  variants: [
    { name: "box", scale: "small", about: "256 units, a threshold-count function of 128 outputs, 256 units", epochs: 5, spec: around(true), options: { box: boxOf(256) } },
    { name: "untrained-before", scale: "small", about: "the same, but the layer before the box stays random: what the layer behind can do alone", epochs: 5,
      spec: (input, classes) => {
        const spec = around(true)(input, classes);
        return { ...spec, layers: spec.layers.map((layer, index) => (index === 0 ? { ...layer, rate: 0 } : layer)) };
      }, options: { box: boxOf(256) } },
    { name: "no-box", scale: "small", about: "a trained layer of 128 in its place", epochs: 5, spec: around(false) },
  ],
};
