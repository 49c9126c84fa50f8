/** From what a user writes to a spec that says everything. */
import { MayflyError } from "../errors.js";
import { describeIssue } from "../schema_issue.js";
import { checkCombinations } from "./combinations.js";
import { resolveCorruption } from "./corruption.js";
import { frameShape, frontEndInput, resolveFrontEnd } from "./front_end.js";
import { type LayerGeometry, type MapShape, geometryOf, isMap, unitsAbove, unitsOf } from "./geometry.js";
import { type NetworkSpec, type NetworkSpecInput, type ParsedSpec, type SpecInput, networkSchema } from "./network_schema.js";

export { bankOf, type FrontEnd, type FrontEndInput } from "./front_end.js";
export { type LayerSpec, type NetworkSpec, type NetworkSpecInput, type SpecInput, type StreamSpecInput, networkSchema } from "./network_schema.js";

/** Defaults found by measurement: see docs/results.md. */
const PAIR_DIFFERENCE = { rate: 1.5e-3, temperature: 20, inputDropout: 0.2 };
const PAIR_THRESHOLD = { rate: 2e-4, temperature: 10, inputDropout: 0 };
const RECURRENT = { difference: { rate: 2.5e-4, temperature: 20, inputDropout: 0.2 }, threshold: { rate: 2e-4, temperature: 10, inputDropout: 0 } };
const CLASSWISE = { rate: 7e-4, temperature: 20, inputDropout: 0.2 };
const MASK_BLURS = 6;
/** Iterations whose goodness counts (Hinton 2022, §3.4). */
const FIRST_LAST = [3, 5] as const;
/** Of class-wise maps: a softmax over z = 5 * mean of y² over a class's units. */
const CLASSWISE_MAP_GAIN = 5;
/** Of a convolution, whose every weight learns from all places at once: a step of 1 / (places * rows). */
const CONV_RATE = 1;
const CLASSWISE_LOCAL_RATE = 1.5e-3;
const MAX_RATE = 0.0038;

/** Weights are multiples of 2^-scale. An i8 has few steps, so a layer with few inputs, whose weights are larger, gets coarser ones. */
function defaultScale(weights: "i8" | "i16", inputs: number): number {
  return weights === "i16" ? 12 : inputs >= 512 ? 8 : 7;
}

/** With more input values the default dropout could overflow a sum (docs/algorithm.md, Input dropout), so there is none. */
const DROPOUT_MAX_VALUES = 3400;

/** Fills in every default; throws a MayflyError that names the field at fault. */
export function resolveSpec(written: SpecInput): NetworkSpec {
  const stream = written?.stream ? resolveFrontEnd(written.stream) : null;
  const result = networkSchema.safeParse(stream ? { ...written, input: written.input ?? frameShape(stream) } : written);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new MayflyError(`the network spec is wrong at ${issue.path.map(String).join(".") || "its top"}: ${describeIssue(issue, written)}${fieldsThere(issue)}`, 2);
  }
  const spec = result.data;
  const geometry = geometryOf(spec);
  const classwise = spec.objective === "classwise";
  const recurrent = spec.recurrence.iterations > 0;
  const learning = classwise ? CLASSWISE : recurrent ? RECURRENT[spec.loss] : spec.loss === "difference" ? PAIR_DIFFERENCE : PAIR_THRESHOLD;
  const values = unitsOf(spec.input);
  const readoutFrom = resolveReadout(spec);
  if (stream) checkFrame(spec.input, frameShape(stream));
  checkCombinations(spec, geometry, readoutFrom);
  return {
    ...spec,
    stream,
    corruption: spec.negatives === "corrupted" ? resolveCorruption(spec.corruption) : null,
    layers: spec.layers.map((layer, index) => {
      const { above, fanIn } = geometry[index]!;
      return {
        kind: layer.kind,
        units: unitsOf(above),
        channels: isMap(layer) ? above.channels : 0,
        field: layer.field ?? 0,
        stride: isMap(layer) ? layer.stride || 1 : 0,
        padding: layer.padding ?? 0,
        pool: isMap(layer) ? layer.pool || 1 : 0,
        bandRows: layer.bandRows ?? 0,
        blocks: layer.blocks ?? 1,
        ceiling: layer.ceiling ?? 0,
        peer: layer.peer ?? 0,
        sample: layer.sample ?? 0,
        weights: layer.weights,
        scale: layer.scale ?? (classwise && isMap(layer) ? mapScale(layer.weights, fanIn) : defaultScale(layer.weights, fanIn + (recurrent ? unitsAbove(spec, geometry, index) : 0))),
        rate: layer.rate ?? (layer.kind === "conv" ? convRate(above, fanIn) : classwise && isMap(layer) ? CLASSWISE_LOCAL_RATE : learning.rate),
        temperature: layer.temperature ?? (classwise && isMap(layer) ? mapTemperature(unitsOf(above), spec.classes) : learning.temperature),
        decay: layer.decay ?? 0,
        threshold: layer.threshold ?? 1,
        init: layer.init ?? 1,
      };
    }),
    label: { placement: resolvePlacement(spec, values), level: spec.label.level },
    readout: { from: readoutFrom, rate: spec.readout.rate },
    inputDropout: spec.inputDropout ?? (values + spec.classes > DROPOUT_MAX_VALUES || (classwise && spec.layers.some(isMap)) ? 0 : learning.inputDropout),
    recurrence: resolveRecurrence(spec),
    maskBlurs: spec.negatives === "hybrid" ? spec.maskBlurs || MASK_BLURS : 0,
  };
}

/** The frame is the front end's; a spec that says it as well must say the same. */
function checkFrame(written: MapShape, made: MapShape): void {
  const text = ({ width, height, channels }: MapShape): string => `${width} x ${height} x ${channels}`;
  if (text(written) !== text(made)) throw new MayflyError(`input is ${text(written)}, but the stream's front end makes frames of ${text(made)}: leave input out`, 2);
}

/** After a field that does not exist: those that do, in the object where it was looked for. */
function fieldsThere(issue: { readonly code?: string; readonly path: readonly PropertyKey[] }): string {
  if (issue.code !== "unrecognized_keys") return "";
  const fields = issue.path.length === 0 ? Object.keys(networkSchema.shape) : issue.path[0] === "layers" ? Object.keys(networkSchema.shape.layers.element.shape) : [];
  return fields.length > 0 ? `; the fields are ${fields.join(", ")}` : "";
}

/** The iterations that count, from 1; without recurrence they mean nothing. */
function resolveRecurrence({ recurrence }: ParsedSpec): NetworkSpec["recurrence"] {
  const { iterations } = recurrence;
  const most = iterations > 0 ? iterations : FIRST_LAST[1];
  const last = recurrence.last ?? Math.min(FIRST_LAST[1], most);
  return { ...recurrence, first: recurrence.first ?? Math.min(FIRST_LAST[0], last), last };
}

function convRate(above: MapShape, rows: number): number {
  return Math.min(MAX_RATE, CONV_RATE / (above.width * above.height * rows));
}

/** An i8 spans four standard deviations of the first weights: 2^-7 for 25 inputs, 2^-9 for 180 to 360. */
function mapScale(weights: "i8" | "i16", rows: number): number {
  return weights === "i16" ? 12 : Math.min(10, Math.max(6, Math.round(Math.log2(32 * Math.sqrt(rows)))));
}

function mapTemperature(units: number, classes: number): number {
  return Math.min(4096, Math.max(1 / 16, units / classes / CLASSWISE_MAP_GAIN));
}

/** First layer the readout sees, from 0; null = no readout. That of a map is as large as the map, so class-wise maps have one of the last layer only. */
function resolveReadout({ readout, layers, negatives, objective }: ParsedSpec): number | null {
  const last = layers.length - 1;
  const from = readout.from === undefined ? (objective === "classwise" ? (layers.some(isMap) ? last : 0) : Math.min(1, last)) : readout.from;
  if (from !== null && from > last) throw new MayflyError(`readout.from is ${from}, but the layers are 0 to ${last}`, 2);
  if (objective === "pair" && negatives === "hard" && from === null) {
    throw new MayflyError("hard negatives are drawn from the readout, and this network has none: use random negatives, or a readout", 2);
  }
  return from;
}

/** A resolved spec as a user would write it: resolving it again gives the same. */
export function asInput(spec: NetworkSpec): NetworkSpecInput {
  return {
    ...spec,
    maskBlurs: spec.maskBlurs || undefined,
    stream: spec.stream && frontEndInput(spec.stream),
    layers: spec.layers.map(({ channels, field, stride, padding, pool, bandRows, ...layer }) => (isMap(layer) ? { ...layer, channels, field, stride, padding, pool, bandRows } : layer)),
  };
}

/** How the layers of a resolved spec lie. */
export function geometryOfSpec(spec: NetworkSpec): LayerGeometry[] {
  return geometryOf(networkSchema.parse(asInput(spec)));
}

/** Whether goodness tells classes apart; without labels in training it tells only positive from negative. */
export function knowsLabels({ negatives, objective }: NetworkSpec): boolean {
  return objective === "classwise" || !hasTwoFrames(negatives);
}

/** Whether a training step has two frames and no label in its input. */
export function hasTwoFrames(negatives: NetworkSpec["negatives"]): boolean {
  return negatives === "hybrid" || negatives === "given" || negatives === "corrupted";
}

/** Where the label stands in the input. Networks that get it otherwise, or not at all, have none there. */
function resolvePlacement(spec: ParsedSpec, values: number): "none" | "replace" | "append" {
  const { placement } = spec.label;
  const elsewhere = spec.objective === "classwise" ? "classwise has no label in its input"
    : hasTwoFrames(spec.negatives) ? `negatives "${spec.negatives}" do without labels`
    : spec.recurrence.iterations > 0 ? "a recurrent network has it clamped on top"
    : spec.waves ? "waves spread it over the whole frame" : null;
  if (elsewhere !== null) {
    if (placement !== undefined && placement !== "none" && spec.objective !== "classwise") throw new MayflyError(`label.placement is "${placement}", but ${elsewhere}: leave it out`, 2);
    return "none";
  }
  const maps = spec.layers.some(isMap);
  const chosen = placement ?? (!maps && !spec.stream && spec.input.width >= spec.classes && spec.input.height > 1 ? "replace" : "append");
  if (chosen === "none") throw new MayflyError('label.placement is "none", but the pair objective tells positive from negative by the label: use "replace" or "append"', 2);
  if (chosen === "append" && spec.layers[0]?.kind === "box") throw new MayflyError('label placement "append" puts the label beside the frame, and a box in first place sees the frame only: use "replace"', 2);
  if (chosen === "replace" && spec.stream) throw new MayflyError('label placement "replace" would put the label in place of a stream\'s features: use "append"', 2);
  if (chosen === "replace" && maps) throw new MayflyError('label placement "replace" shows the label to the first places of a map only: use "append", which shows it to all', 2);
  if (chosen === "replace" && values <= spec.classes) {
    throw new MayflyError(`the label cannot replace ${spec.classes} of only ${values} input values: use label placement "append"`, 2);
  }
  return chosen;
}
