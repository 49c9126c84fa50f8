import { createHash } from "node:crypto";
import { MayflyError } from "../../errors.js";
import { encodeSpec } from "../../spec/encode.js";
import type { Tensor } from "../backends/backend.js";
import type { Kept } from "../scope.js";
import type { FloatNetwork } from "./network.js";

/**
 * Everything a float run needs to go on as if it had never stopped: weights and moments in f32, generators, counts. Beside the quantised
 * model, which the engine takes but which has lost the moments and the last bits.
 *
 * Layout: "MFLT", u32 length of the header, header (JSON), f32 values, all little endian.
 */
const MAGIC = "MFLT";

interface Header {
  readonly version: 1;
  readonly recipe: string;
  /** SHA-256 of the spec block, first 16 digits: a state belongs to one network. */
  readonly spec: string;
  readonly samples: number;
  readonly sampler: number;
  readonly dropout: number;
  readonly optimiserSteps: readonly number[];
  readonly lengths: readonly number[];
  readonly sha256: string;
  /** Of networks with jitter, hybrids or sampled coefficients. */
  readonly variants?: VariantState;
}

interface VariantState {
  readonly jitter: number;
  readonly masks: number;
  readonly lanes: readonly number[];
  /** The frame before, base64. */
  readonly before: string;
}

export async function saveState(network: FloatNetwork): Promise<Uint8Array> {
  const values: Float32Array[] = [];
  for (const { value } of tensorsOf(network)) values.push(await network.backend.read(value));
  const body = new Uint8Array(4 * values.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of values) {
    body.set(new Uint8Array(each.buffer, each.byteOffset, each.byteLength), at);
    at += each.byteLength;
  }
  const header: Header = {
    version: 1, recipe: network.recipe.name, spec: specHash(network), samples: network.samples, sampler: network.sampler.state, dropout: network.inputs.dropout.state,
    optimiserSteps: densesOf(network).map(({ optimiser }) => optimiser.steps), lengths: values.map(({ length }) => length), sha256: sha256(body), ...(hasVariantState(network) && { variants: variantState(network) }),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.length);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

/** Puts a saved state into a fresh network of the same spec and recipe. `name` is what errors call it. */
export function loadState(network: FloatNetwork, bytes: Uint8Array, name: string): void {
  const { header, body } = parse(bytes, name);
  if (header.recipe !== network.recipe.name || header.spec !== specHash(network)) throw new MayflyError(`${name} belongs to another network or recipe (${header.recipe})`, 1);
  const { tf } = network.backend;
  const kept = tensorsOf(network);
  if (kept.length !== header.lengths.length || kept.some(({ value }, index) => value.size !== header.lengths[index])) throw new MayflyError(`${name} is damaged: its tensors are not this network's`, 1);
  let at = 0;
  for (const one of kept) {
    one.set(tf.tensor(body.slice(at, at + one.value.size), one.value.shape));
    at += one.value.size;
  }
  densesOf(network).forEach(({ optimiser }, index) => (optimiser.steps = header.optimiserSteps[index] ?? 0));
  network.samples = header.samples;
  network.sampler.state = header.sampler;
  network.inputs.dropout.state = header.dropout;
  if (header.variants) takeUp(network, header.variants);
}

function hasVariantState({ spec }: FloatNetwork): boolean {
  return spec.jitter > 0 || spec.negatives === "hybrid" || spec.layers.some(({ sample }) => sample > 0);
}

function variantState({ frames: { jitter, masks, before }, lanes }: FloatNetwork): VariantState {
  return { jitter: jitter.state, masks: masks.state, lanes: lanes.map(({ state }) => state), before: Buffer.from(before).toString("base64") };
}

function takeUp({ frames, lanes }: FloatNetwork, state: VariantState): void {
  frames.jitter.state = state.jitter;
  frames.masks.state = state.masks;
  frames.before = new Uint8Array(Buffer.from(state.before, "base64"));
  lanes.forEach((lane, layer) => (lane.state = state.lanes[layer] ?? lane.state));
}

function parse(bytes: Uint8Array, name: string): { header: Header; body: Float32Array } {
  const damaged = (why: string): MayflyError => new MayflyError(`${name} is damaged: ${why}`, 1);
  if (bytes.length < 8 || new TextDecoder().decode(bytes.subarray(0, 4)) !== MAGIC) throw damaged("it is not a float state");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header;
  } catch {
    throw damaged("its header is not JSON");
  }
  const body = bytes.slice(8 + length);
  if (header.version !== 1) throw new MayflyError(`${name} is of version ${String(header.version)}, this Mayfly reads version 1`, 1);
  if (sha256(body) !== header.sha256) throw damaged("its checksum is wrong");
  return { header, body: new Float32Array(body.buffer) };
}

function densesOf(network: FloatNetwork) {
  return [...network.layers, ...network.readout.parts.flatMap((part) => (part ? [part] : []))];
}

function tensorsOf(network: FloatNetwork): Kept<Tensor>[] {
  return [...densesOf(network).flatMap((dense) => dense.tensors), ...network.objectiveTensors];
}

function specHash({ spec }: FloatNetwork): string {
  return sha256(new Uint8Array(encodeSpec(spec).buffer));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}
