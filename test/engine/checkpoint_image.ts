/** The checkpoint the oracle would write: docs/abi.md, "Memory", and what docs/variants.md adds, byte for byte. */
import { crc32 } from "node:zlib";
import type { FrontEnd } from "../oracle/front_end.js";
import type { Network } from "../oracle/network.js";
import { encodeSpec } from "../oracle/spec.js";

const MAGIC = 0x594c464d;
const VERSION = 1;
const HEADER_WORDS = 8;

export function checkpointOf(network: Network): Uint8Array {
  const parts: Uint8Array[] = [words(encodeSpec(network.spec)), words([network.step, network.sampler.state, network.readoutRight, network.dropout.state])];
  const { spec } = network;
  const corrupted = spec.negatives === "corrupted";
  if (spec.jitter || spec.negatives === "hybrid" || corrupted) parts.push(words([network.jitter.state, network.masks.state, ...(corrupted ? [network.corruption.state] : [])]));
  if (spec.negatives === "hybrid") parts.push(bytes(network.before));
  if (corrupted) parts.push(bytes(network.kept));
  if (network.front) parts.push(...frontParts(network.front));
  network.layers.forEach((layer, index) => {
    parts.push(words([...layer.lanes.states, layer.positivesRight, layer.negativesRight, layer.rowsUsed, layer.rowsUpdated]));
    if (!layer.isBox) parts.push(matrix(network.weights(index), layer.weights.units, layer.spec.weightBits));
    const readout = network.readouts[index];
    if (readout) parts.push(words(readout.lanes.states), matrix(network.readoutWeights(index), network.spec.classes, 16));
    if (spec.recurrence?.stream) parts.push(...stream(network, index));
    if (layer.peers) parts.push(words(layer.peers.means));
  });
  const content = Buffer.concat(parts);
  const header = words([MAGIC, VERSION, 4 * HEADER_WORDS + content.length, crc32(content), 0, 0, 0, 0]);
  return new Uint8Array(Buffer.concat([header, content]));
}

/** docs/streams.md, "Memory". */
function frontParts(front: FrontEnd): Uint8Array[] {
  const { samples, windows, frames, saturated, clipped, gaps, head, pending, wanted, filled, scores, alarms, threshold, mean, deviation } = front;
  const i64 = (value: bigint): number[] => [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
  const state = [samples, windows, frames, saturated, clipped, gaps, head, pending.length, wanted, filled, scores, alarms, ...[threshold, mean, deviation].flatMap(i64), 0, 0];
  const scales = front.scales.flatMap(({ a, b }) => [Number(a), Number(b)]);
  return [words(state), words(scales), bytes(new Uint8Array(front.ring.buffer)), ...(front.front.frames > 1 ? [bytes(front.history)] : [])];
}

/** A layer's y and x of each class. */
function stream({ streams, spec }: Network, layer: number): Uint8Array[] {
  const units = spec.layers[layer]!.units;
  const y = Int32Array.from(streams.flatMap((states) => states[layer]!.y));
  const x = Int32Array.from(streams.flatMap((states) => states[layer]!.x));
  return [matrix(y, units, 16), matrix(x, units, 8)];
}

/** Filled up with zeros to a multiple of 16 bytes. */
function bytes(values: Uint8Array): Uint8Array {
  const result = filledUp(values.length);
  result.set(values);
  return result;
}

/** Little-endian, filled up with zeros to a multiple of 16 bytes. */
function words(values: ArrayLike<number>): Uint8Array {
  const bytes = filledUp(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index++) view.setInt32(4 * index, values[index]! | 0, true);
  return bytes;
}

/** Rows of `units` weights, each padded with zeros to a multiple of 8. */
function matrix(weights: Int32Array, units: number, bits: 8 | 16): Uint8Array {
  const stride = Math.ceil(units / 8) * 8;
  const size = bits / 8;
  const bytes = filledUp((weights.length / units) * stride * size);
  const view = new DataView(bytes.buffer);
  weights.forEach((weight, index) => {
    const at = (Math.floor(index / units) * stride + (index % units)) * size;
    if (bits === 8) view.setInt8(at, weight);
    else view.setInt16(at, weight, true);
  });
  return bytes;
}

function filledUp(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Math.ceil(bytes / 16) * 16);
}
