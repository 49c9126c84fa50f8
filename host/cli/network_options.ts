import { type Command, Option } from "commander";
import type { Shape } from "../data/shape.js";
import { MayflyError } from "../errors.js";
import { type FrontEndInput, frameShape, resolveFrontEnd } from "../spec/front_end.js";
import { isMap } from "../spec/geometry.js";
import { networkSchema, type NetworkSpecInput } from "../spec/network_spec.js";
import { type LayerFlag, type Interval, type MoreOfSpec, numberTo, parseBytes, parseInterval, parseLayers, parseMore, positive, whole, wholeFrom } from "./flags.js";

/** The options that describe a network, shared by `train` and `plan`. */
export interface NetworkFlags {
  layers: LayerFlag[];
  weights: "i8" | "i16";
  objective: "pair" | "classwise";
  loss: "difference" | "threshold";
  negatives: "hard" | "random";
  rate?: number;
  temperature?: number;
  readoutFrom?: number;
  readout: boolean;
  goodnessFrom?: number;
  label?: "replace" | "append";
  dropout?: number;
  decay?: number;
  memoryLimit?: number;
  bands?: number;
  seed: number;
  iterations?: number;
  count?: Interval;
  damping?: number;
  with?: MoreOfSpec;
}

export function addNetworkOptions(command: Command): Command {
  return command
    .optionsGroup("Network:")
    .requiredOption("--layers <units>", "units of each hidden layer, e.g. 256,256; maps are conv20x5p2 or local16x8s2: channels x field, s stride, z padding, p pool", parseLayers)
    .addOption(new Option("--weights <type>", "storage of the weights: i16 is more accurate, i8 takes half the memory").choices(["i8", "i16"]).default("i16"))
    .addOption(new Option("--objective <name>", "pair: positive and negative samples (Hinton 2022); classwise: units in one group a class, one pass, no negatives").choices(["pair", "classwise"]).default("pair"))
    .option("--memory-limit <bytes>", "refuse a network that needs more linear memory, e.g. 131072 or 128KiB; maps that do not fit are worked in bands of rows", parseBytes)
    .option("--bands <rows>", "work maps in bands of so many rows of places: less memory, more work, the same weights (default: only as --memory-limit needs)", wholeFrom(1))
    .option("--seed <number>", "seed of weights, order, negatives and rounding", whole, 1)
    .option("--with <json>", 'any other fields of a spec, as JSON or a .json file; "layer" goes to every layer: \'{"jitter":2,"layer":{"ceiling":8}}\' (docs/variants.md)', parseMore)
    .optionsGroup("Learning:")
    .option("--rate <number>", "learning rate of the layers (default: by objective)", positive)
    .option("--temperature <number>", "T of the logistic, or of classwise's softmax (default: by objective)", positive)
    .option("--dropout <share>", "share of input values left out in training (default: 0.2; 0 with --loss threshold, in class-wise maps and for large frames)", numberTo(1))
    .option("--decay <share>", "weight decay at each visit of a row (default: 0)", numberTo(1))
    .addOption(new Option("--readout-from <layer>", "first layer the readout sees, from 1 (default: 2, or the only one; classwise: 1, where there are maps the last)").argParser(wholeFrom(1)))
    .addOption(new Option("--no-readout", "train no readout (pair: needs --negatives random)").conflicts("readoutFrom"))
    .option("--goodness-from <layer>", "first layer whose goodness counts in prediction, from 1 (default: 1)", wholeFrom(1))
    .optionsGroup("Learning, pair only:")
    .addOption(new Option("--loss <name>", "on the difference of the two goodnesses (learns faster), or the paper's on each against a threshold").choices(["difference", "threshold"]).default("difference"))
    .addOption(new Option("--negatives <name>", "wrong labels drawn by the readout's probabilities (hard), or at random").choices(["hard", "random"]).default("hard"))
    .addOption(new Option("--label <placement>", "replace: the label takes the place of the first input values; append: it has inputs of its own; images of dense networks replace by default").choices(["replace", "append"]))
    .optionsGroup("Recurrence, pair only:")
    .option("--iterations <n>", "top-down connections: layers see the one above as well, over so many iterations on a still frame, the label clamped on top", wholeFrom(1))
    .option("--count <first-last>", "iterations whose goodness counts and that learn (default: 3-5); later ones are left out", parseInterval)
    .option("--damping <share>", "share of its old state that a unit keeps in an iteration (default: 0.3)", numberTo(0.99));
}

/** Refuses options that the chosen objective would ignore. */
export function checkNetworkFlags(command: Command, flags: NetworkFlags): void {
  if (flags.objective === "classwise") {
    for (const name of ["loss", "negatives", "label"]) {
      if (command.getOptionValueSource(name) === "cli") throw new MayflyError(`--${name} belongs to --objective pair: classwise has no negatives and no label in its input`, 2);
    }
  }
  checkRecurrence(flags);
  checkWith(command, flags);
  if (flags.bands !== undefined && !flags.layers.some(isMap)) throw new MayflyError(`--bands ${flags.bands} belongs to maps, and these layers are dense: give e.g. --layers conv20x5p2,conv40x3`, 2);
  if (!flags.readout && flags.objective === "pair" && flags.negatives === "hard") {
    throw new MayflyError("--no-readout needs --negatives random: hard negatives are drawn from the readout", 2);
  }
  for (const [name, layer] of [["--readout-from", flags.readoutFrom], ["--goodness-from", flags.goodnessFrom]] as const) {
    if (layer !== undefined && layer > flags.layers.length) throw new MayflyError(`${name} ${layer}: the last layer is ${flags.layers.length}`, 2);
  }
}

function checkRecurrence({ iterations, count, damping, objective, label }: NetworkFlags): void {
  if (iterations === undefined) {
    for (const [name, value] of [["--count", count], ["--damping", damping]] as const) {
      if (value !== undefined) throw new MayflyError(`${name} belongs to a recurrent network: give --iterations too, e.g. --iterations 8`, 2);
    }
    return;
  }
  if (objective === "classwise") throw new MayflyError("--iterations belongs to --objective pair: classwise has no label to clamp on top", 2);
  if (label !== undefined) throw new MayflyError(`--label ${label}: a recurrent network (--iterations) has its label clamped on top, not in its input`, 2);
  if (count && count.last > iterations) throw new MayflyError(`--count ${count.first}-${count.last}: there are only ${iterations} iterations (--iterations)`, 2);
}

/** Shape of a sample where there is no data set to ask: --input, or with a stream in --with what its front end makes. */
export function inputShape({ input, with: more }: { input?: Shape; with?: MoreOfSpec }): Shape {
  const stream = more?.["stream"];
  if (input) return input;
  if (stream === undefined || stream === null) throw new MayflyError("--input is missing: the shape of a sample, e.g. --input 28x28 (a stream in --with says it itself)", 2);
  return frameShape(resolveFrontEnd(stream as FrontEndInput));
}

/** The spec the flags describe, for data of a shape. */
export function specFrom(flags: NetworkFlags, input: Shape, classes: number, schedule?: { holdSamples: number; totalSamples: number }): NetworkSpecInput {
  const spec: NetworkSpecInput = {
    input: { width: input.width, height: input.height, channels: input.channels },
    classes,
    objective: flags.objective,
    loss: flags.loss,
    negatives: flags.negatives,
    layers: flags.layers.map((layer) => ({ ...layer, ...(flags.bands !== undefined && isMap(layer) && { bandRows: flags.bands }), weights: flags.weights, rate: flags.rate, temperature: flags.temperature, decay: flags.decay })),
    label: { placement: flags.label },
    readout: { from: flags.readout === false ? null : flags.readoutFrom === undefined ? undefined : flags.readoutFrom - 1 },
    goodnessFrom: flags.goodnessFrom === undefined ? 0 : flags.goodnessFrom - 1,
    inputDropout: flags.dropout,
    recurrence: { iterations: flags.iterations ?? 0, first: flags.count?.first, last: flags.count?.last, damping: flags.damping },
    schedule,
    seed: flags.seed,
    memoryLimitBytes: flags.memoryLimit ?? 0,
  };
  const { layer, ...rest } = flags.with ?? {};
  const all = { ...spec, ...merged(spec, rest), layers: spec.layers.map((own) => ({ ...own, ...layer })) };
  checkRanges(all);
  return all;
}

/** Fields of a spec that an option gives: [field, or field and field inside it, the option, its name in commander]. */
const GIVEN_BY: readonly (readonly [path: readonly string[], flag: string, name: string])[] = [
  [["layers"], "--layers", "layers"], [["layer", "weights"], "--weights", "weights"], [["layer", "rate"], "--rate", "rate"], [["layer", "temperature"], "--temperature", "temperature"], [["layer", "decay"], "--decay", "decay"],
  [["objective"], "--objective", "objective"], [["loss"], "--loss", "loss"], [["negatives"], "--negatives", "negatives"], [["label", "placement"], "--label", "label"], [["readout", "from"], "--readout-from", "readoutFrom"], [["readout"], "--no-readout", "readout"],
  [["goodnessFrom"], "--goodness-from", "goodnessFrom"], [["inputDropout"], "--dropout", "dropout"], [["recurrence", "iterations"], "--iterations", "iterations"], [["recurrence", "first"], "--count", "count"], [["recurrence", "last"], "--count", "count"],
  [["recurrence", "damping"], "--damping", "damping"], [["seed"], "--seed", "seed"], [["memoryLimitBytes"], "--memory-limit", "memoryLimit"],
];

/** Two answers to one question are refused: neither silently wins. */
function checkWith(command: Command, flags: NetworkFlags): void {
  for (const [path, flag, name] of GIVEN_BY) {
    const [top = "", inside] = path;
    const given = flags.with?.[top];
    const there = inside === undefined ? given !== undefined : typeof given === "object" && given !== null && inside in given;
    if (there && command.getOptionValueSource(name) === "cli") throw new MayflyError(`${flag} and --with both give ${path.join(".")}: leave one of them out`, 2);
  }
}

/** Fields of --with over those of the options; of an object like "recurrence" only the fields it names. */
function merged(spec: NetworkSpecInput, more: Record<string, unknown>): Record<string, unknown> {
  const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
  return Object.fromEntries(Object.entries(more).map(([name, value]) => {
    const own = (spec as Record<string, unknown>)[name];
    return [name, isObject(own) && isObject(value) ? { ...own, ...value } : value];
  }));
}

/** Where a field of the spec comes from on the command line. */
const FLAG_OF: Readonly<Record<string, string>> = {
  layers: "--layers", units: "--layers", channels: "--layers: channels", field: "--layers: field", stride: "--layers: stride", padding: "--layers: padding", pool: "--layers: pool", bandRows: "--bands", rate: "--rate", temperature: "--temperature", decay: "--decay", classes: "--classes",
  inputDropout: "--dropout", seed: "--seed", memoryLimitBytes: "--memory-limit", schedule: "--epochs", recurrence: "--iterations", input: "the shape",
};

/** Ranges stand in the schema alone; here they get the names that the user typed. */
function checkRanges(spec: NetworkSpecInput): void {
  const issue = networkSchema.safeParse(spec).error?.issues[0];
  if (!issue) return;
  const [top, , field] = issue.path.map(String);
  const flag = (top === "layers" && FLAG_OF[field ?? ""]) || FLAG_OF[top ?? ""];
  // What is no matter of a range was written in --with: resolveSpec names its place there.
  if (flag === undefined || (issue.code !== "too_big" && issue.code !== "too_small")) return;
  if (issue.code === "too_big" && top === "layers" && field === undefined) throw new MayflyError(`--layers: ${spec.layers.length} layers are too many, ${issue.maximum} is the most`, 2);
  const bound = issue.code === "too_big" ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  throw new MayflyError(`${flag} must be ${bound}`, 2);
}
