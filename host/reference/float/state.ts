import { MayflyError } from "../../errors.js";
import { encodeSpec } from "../../spec/encode.js";
import type { Tensor } from "../backends/backend.js";
import type { Kept } from "../scope.js";
import type { FloatNetwork } from "./network.js";
import { fillTensors, packTensors, shortHash, unpackTensors } from "./tensors_file.js";

/**
 * Everything a float run needs to go on as if it had never stopped: weights and moments in f32, generators, counts. Beside the quantised
 * model, which the engine takes but which has lost the moments and the last bits.
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
  const header: Header = {
    version: 1, recipe: network.recipe.name, spec: specHash(network), samples: network.samples, sampler: network.sampler.state, dropout: network.inputs.dropout.state,
    optimiserSteps: densesOf(network).map(({ optimiser }) => optimiser.steps), ...(hasVariantState(network) && { variants: variantState(network) }),
  };
  return packTensors(network.backend, MAGIC, header, tensorsOf(network));
}

/** Puts a saved state into a fresh network of the same spec and recipe. `name` is what errors call it. */
export function loadState(network: FloatNetwork, bytes: Uint8Array, name: string): void {
  const file = unpackTensors<Header>(bytes, MAGIC, name, "a float state");
  const { header } = file;
  if (header.version !== 1) throw new MayflyError(`${name} is of version ${String(header.version)}, this Mayfly reads version 1`, 1);
  if (header.recipe !== network.recipe.name || header.spec !== specHash(network)) throw new MayflyError(`${name} belongs to another network or recipe (${header.recipe})`, 1);
  fillTensors(network.backend, tensorsOf(network), file, name);
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

function densesOf(network: FloatNetwork) {
  return [...network.layers, ...network.readout.parts.flatMap((part) => (part ? [part] : []))];
}

function tensorsOf(network: FloatNetwork): Kept<Tensor>[] {
  return [...densesOf(network).flatMap((dense) => dense.tensors), ...network.objectiveTensors];
}

function specHash({ spec }: FloatNetwork): string {
  return shortHash(new Uint8Array(encodeSpec(spec).buffer));
}
