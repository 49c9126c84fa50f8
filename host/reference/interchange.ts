import * as kinds from "../../assembly/abi/region.js";
import { NET_DROPOUT, NET_SAMPLER, NET_STEP } from "../../assembly/abi/state.js";
import { Network, type NetworkOptions, type RegionView } from "../engine/network.js";
import type { Region } from "../engine/regions.js";
import { MayflyError } from "../errors.js";
import type { Backend, Tensor } from "./backends/backend.js";
import { FloatNetwork } from "./float/network.js";
import { MAYFLY } from "./float/recipe.js";
import type { Kept } from "./scope.js";

/** The readout's weights are multiples of 2^-11 (docs/algorithm.md, Readout). */
const READOUT_SCALE = 11;

/** A float network in the engine's integers, and how many weights did not fit their type. */
export interface Quantised {
  readonly network: Network;
  readonly saturated: number;
}

/**
 * Rounds a float network to an engine's: weights to the nearest step of their format, generators and count of samples as they are. What
 * was trained here can then be tested, packed and trained on there. Only the recipe `mayfly` normalises inputs as the engine does.
 */
export async function toEngine(float: FloatNetwork, options: NetworkOptions = {}): Promise<Quantised> {
  if (float.recipe.name !== MAYFLY.name) throw new MayflyError(`a network of the recipe ${float.recipe.name} has inputs that the engine does not compute: train with --recipe ${MAYFLY.name} to move it there`, 2);
  const network = Network.create(float.spec, options);
  let saturated = 0;
  for (const [layer, { weights }] of float.layers.entries()) saturated += quantise(network, network.region(kinds.REGION_WEIGHTS, layer), await float.backend.read(weights.value), float.spec.layers[layer]!.scale);
  for (const [layer, part] of float.readout.parts.entries()) {
    if (part) saturated += quantise(network, network.region(kinds.REGION_READOUT_WEIGHTS, layer), await float.backend.read(part.weights.value), READOUT_SCALE);
  }
  const state = network.view(network.region(kinds.REGION_STATE));
  state[NET_STEP >> 2] = float.samples;
  state[NET_SAMPLER >> 2] = float.sampler.state;
  state[NET_DROPOUT >> 2] = float.inputs.dropout.state;
  await variantsToEngine(float, network);
  return { network, saturated };
}

/** The other way: an engine's network in float, to train on in batches. Nothing is lost. */
export async function fromEngine(backend: Backend, network: Network): Promise<FloatNetwork> {
  const float = await FloatNetwork.create(backend, network.spec, MAYFLY);
  const { tf } = backend;
  for (const [layer, { weights }] of float.layers.entries()) {
    const region = network.region(kinds.REGION_WEIGHTS, layer);
    weights.set(tf.tensor2d(realWeights(network, region, float.spec.layers[layer]!.scale), [region.rows, region.columns]));
  }
  for (const [layer, part] of float.readout.parts.entries()) {
    if (!part) continue;
    const region = network.region(kinds.REGION_READOUT_WEIGHTS, layer);
    part.weights.set(tf.tensor2d(realWeights(network, region, READOUT_SCALE), [region.rows, region.columns]));
  }
  const state = network.view(network.region(kinds.REGION_STATE));
  float.samples = state[NET_STEP >> 2]! >>> 0;
  float.sampler.state = state[NET_SAMPLER >> 2]! >>> 0;
  float.inputs.dropout.state = state[NET_DROPOUT >> 2]! >>> 0;
  variantsFromEngine(float, network);
  return float;
}

/** Means of peers: q23 over q7 activities. */
const MEAN_ONE = 128 * 2 ** 16;

/** Generators of jitter and masks, the frame before, means of peers, a stream's state: whatever of them the engine keeps. */
async function variantsToEngine(float: FloatNetwork, network: Network): Promise<void> {
  const { frames, backend } = float;
  for (const region of network.regions) {
    const view = network.view(region);
    if (region.kind === kinds.REGION_VARIANT_STATE) view.set([frames.jitter.state, frames.masks.state]);
    if (region.kind === kinds.REGION_NEGATIVE && float.spec.negatives === "hybrid") view.set(frames.before);
    const means = region.kind === kinds.REGION_PEER_MEANS ? float.peerMeans(region.layer) : null;
    if (means) view.set((await backend.read(means.value)).map((mean) => Math.round(mean * MEAN_ONE)));
    const state = streamOf(float, region);
    if (state) write(view, region, (await backend.read(state.values.value)).map((value) => Math.min(Math.round(value * state.one), state.most)));
  }
}

function variantsFromEngine(float: FloatNetwork, network: Network): void {
  const { frames, backend: { tf } } = float;
  for (const region of network.regions) {
    const view = network.view(region);
    if (region.kind === kinds.REGION_VARIANT_STATE) [frames.jitter.state, frames.masks.state] = [view[0]! >>> 0, view[1]! >>> 0];
    if (region.kind === kinds.REGION_NEGATIVE && float.spec.negatives === "hybrid") frames.before = new Uint8Array(view);
    const means = region.kind === kinds.REGION_PEER_MEANS ? float.peerMeans(region.layer) : null;
    if (means) means.set(tf.tensor2d(Float32Array.from(view.subarray(0, means.value.size), (mean) => mean / MEAN_ONE), [1, means.value.size]));
    const state = streamOf(float, region);
    if (state) state.values.set(tf.tensor2d(integersOf(network, region).map((value) => value / state.one), [region.rows, region.columns]));
  }
}

/** What a region of a stream's state is in float (docs/recurrence.md): y is q7, x q4. */
function streamOf(float: FloatNetwork, { kind, layer }: Region): { values: Kept<Tensor>; one: number; most: number } | null {
  const state = float.streamState(layer);
  if (!state) return null;
  if (kind === kinds.REGION_UNIT_STATE) return { values: state.y, one: 128, most: 32767 };
  return kind === kinds.REGION_UNIT_INPUTS ? { values: state.x, one: 16, most: 127 } : null;
}

function write(view: RegionView, region: Region, values: Float32Array): void {
  values.forEach((value, at) => (view[Math.floor(at / region.columns) * region.stride + (at % region.columns)] = value));
}

/** Writes real weights [rows][columns] into a region as integers; returns how many were cut to the type's range. */
function quantise(network: Network, region: Region, values: Float32Array, scale: number): number {
  const target = network.view(region);
  const bits = region.type === "i8" ? 8 : 16;
  const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  let saturated = 0;
  values.forEach((value, at) => {
    const integer = Math.round(value * 2 ** scale);
    if (integer < low || integer > high) saturated++;
    target[Math.floor(at / region.columns) * region.stride + (at % region.columns)] = Math.min(Math.max(integer, low), high);
  });
  return saturated;
}

function realWeights(network: Network, region: Region, scale: number): Float32Array {
  return integersOf(network, region).map((value) => value * 2 ** -scale);
}

/** The elements of a region that are in use, row-major without padding. */
export function integersOf(network: Network, region: Region): Float32Array {
  const values = network.view(region);
  const { rows, columns, stride } = region;
  if (stride === columns) return new Float32Array(values);
  const used = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) used.set(values.subarray(row * stride, row * stride + columns), row * columns);
  return used;
}
