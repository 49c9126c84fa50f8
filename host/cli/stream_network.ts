/** The options of `mayfly stream` that describe a network and its front end, and the spec they come to. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { MayflyError } from "../errors.js";
import { WAY_NAMES } from "../spec/corruption.js";
import { bankOf, type StreamSpecInput } from "../spec/network_spec.js";
import type { Source } from "../stream/source.js";
import { type LayerFlag, type MoreOfSpec, numberTo, parseBytes, parseLayers, parseMore, positive, whole, wholeFrom } from "./flags.js";

export interface StreamNetworkFlags {
  sampleRate?: number;
  resume?: string;
  features: "raw" | "statistics" | "spectrum" | "bank";
  window: number;
  hop?: number;
  bands?: number;
  low?: number;
  high?: number;
  mel?: boolean;
  framesDeep: number;
  scaling: "deviation" | "range";
  spread?: number;
  warmup: number;
  adapt: number;
  coding: "offset" | "split";
  falseAlarms: number;
  learn: "normal" | "labels";
  layers: LayerFlag[];
  weights: "i8" | "i16";
  objective: "pair" | "classwise";
  negatives?: "hard" | "random";
  classes?: number;
  ways: (typeof WAY_NAMES)[number][];
  share: number;
  rate?: number;
  memoryLimit?: number;
  seed: number;
  with?: MoreOfSpec;
}

const DEFAULT_LAYERS = "64,32";
/** Of the synthetic bearings these two tell the faults best: docs/streams.md. */
const DEFAULT_WAYS: (typeof WAY_NAMES)[number][] = ["splice", "raise"];

export function addStreamNetworkOptions(command: Command): Command {
  return command
    .optionsGroup("Front end (on the device; docs/streams.md):")
    .addOption(new Option("--features <kind>", "what a window becomes: means of its parts; mean and log energy of them; magnitudes of its spectrum; log energies of a bank of triangles").choices(["raw", "statistics", "spectrum", "bank"]).default("bank"))
    .option("--window <samples>", "samples in a window; of spectrum and bank a power of two", wholeFrom(1), 512)
    .option("--hop <samples>", "samples from one window to the next (default: half a window)", wholeFrom(1))
    .option("--bands <n>", "bands of the spectrum, or parts of the window (default: bank 24, spectrum 32, statistics 8, raw the window)", wholeFrom(1))
    .option("--low <hertz>", "bank: lower end", numberTo(1e9))
    .option("--high <hertz>", "bank: upper end (default: half the rate)", positive)
    .option("--mel", "bank: bands that widen as the ear's do")
    .option("--frames-deep <n>", "windows in a frame", wholeFrom(1), 1)
    .addOption(new Option("--scaling <way>", "how features become u8: by mean and deviation, or by least and most; learned on the device").choices(["deviation", "range"]).default("deviation"))
    .option("--spread <n>", "so many mean absolute deviations fill half of the range (default: 4)", positive)
    .option("--warmup <windows>", "windows that only teach the scaling", wholeFrom(1), 300)
    .option("--adapt <shift>", "afterwards it follows by a 2^-shift of each difference; 0: it is frozen", whole, 0)
    .addOption(new Option("--coding <name>", "offset: 128 is the middle; split: two values, above and below it").choices(["offset", "split"]).default("split"))
    .option("--false-alarms <share>", "share of alarms wanted while all is normal; 0: no threshold", numberTo(0.5), 0.01)
    .optionsGroup("Network:")
    .addOption(new Option("--learn <what>", "normal: what is usual, without labels, against corrupted windows; labels: the source's").choices(["normal", "labels"]).default("normal"))
    .addOption(new Option("--layers <units>", "units of each hidden layer, as in `mayfly train`").argParser(parseLayers).default(parseLayers(DEFAULT_LAYERS), DEFAULT_LAYERS))
    .addOption(new Option("--weights <type>", "storage of the weights").choices(["i8", "i16"]).default("i16"))
    .addOption(new Option("--objective <name>", "with --learn labels: pair or classwise").choices(["pair", "classwise"]).default("pair"))
    .addOption(new Option("--negatives <name>", "with --learn labels, pair: wrong labels by the readout, or at random (default: hard)").choices(["hard", "random"]))
    .option("--classes <n>", "with --learn labels (default: as many as the source names)", wholeFrom(2))
    .addOption(new Option("--ways <names>", `with --learn normal: how windows are corrupted, of ${WAY_NAMES.join(",")}`).argParser(parseWays).default(DEFAULT_WAYS, DEFAULT_WAYS.join(",")))
    .option("--share <share>", "with --learn normal: most of a frame that is corrupted", numberTo(1), 0.5)
    .option("--rate <number>", "learning rate of the layers (default: by objective)", positive)
    .option("--memory-limit <bytes>", "refuse a network that needs more linear memory, e.g. 32KiB", parseBytes)
    .option("--seed <number>", "seed of weights, negatives and rounding", whole, 1)
    .option("--with <json>", "any other fields of a spec, as in `mayfly train`", parseMore);
}

function parseWays(text: string): (typeof WAY_NAMES)[number][] {
  return text.split(",").map((part) => {
    const way = WAY_NAMES.find((name) => name === part.trim());
    if (!way) throw new InvalidArgumentError(`Give ways to corrupt a window, of ${WAY_NAMES.join(",")}.`);
    return way;
  });
}

/** Options that a resumed model has decided already. */
const OF_MODEL = [
  "features", "window", "hop", "bands", "low", "high", "mel", "framesDeep", "scaling", "spread", "warmup", "adapt", "coding", "falseAlarms", "learn", "layers", "weights", "objective", "negatives",
  "classes", "ways", "share", "rate", "memoryLimit", "seed", "with",
];

/** Refuses an option by its name in commander, if it was given, with the reason. */
export function refusal(command: Command): (name: string, reason: string) => void {
  return (name, reason) => {
    const flag = command.options.find((option) => option.attributeName() === name)?.long ?? name;
    if (command.getOptionValueSource(name) === "cli") throw new MayflyError(`${flag} ${reason}`, 2);
  };
}

/** Refuses options that would be ignored. */
export function checkStreamFlags(command: Command, flags: StreamNetworkFlags): void {
  const refuse = refusal(command);
  if (flags.resume !== undefined) for (const name of OF_MODEL) refuse(name, `is decided by the model of --resume: leave it out`);
  if (flags.features !== "bank") for (const name of ["low", "high", "mel"]) refuse(name, "belongs to --features bank");
  if (flags.scaling === "range") refuse("spread", "belongs to --scaling deviation");
  if (flags.learn === "normal") for (const name of ["objective", "negatives", "classes"]) refuse(name, "belongs to --learn labels");
  else for (const name of ["ways", "share"]) refuse(name, "belongs to --learn normal");
  if (flags.objective === "classwise") refuse("negatives", "belongs to --objective pair");
}

/** The spec the flags describe, for a source. */
export function streamSpec(flags: StreamNetworkFlags, source: Pick<Source, "name" | "channels" | "labels">, rate: number | null): StreamSpecInput {
  const normal = flags.learn === "normal";
  const classes = normal ? 2 : flags.classes ?? source.labels?.length ?? 0;
  if (classes < 2) throw new MayflyError(`--learn labels: ${source.name} does not name its labels beforehand: say how many there are with --classes`, 2);
  const bands = flags.features === "bank" ? flags.bands ?? Math.min(24, flags.window >> 2) : flags.bands;
  const inHertz = flags.low !== undefined || flags.high !== undefined || flags.mel === true;
  if (inHertz && rate === null) throw new MayflyError("--low, --high and --mel are in Hz, and the source does not say its rate: use --sample-rate", 2);
  const bank = inHertz ? bankOf({ rate: rate!, window: flags.window, bands: bands!, lowHertz: flags.low, highHertz: flags.high, mel: flags.mel }) : {};
  const { layer, ...rest } = flags.with ?? {};
  const spec: StreamSpecInput = {
    stream: {
      features: flags.features, window: flags.window, hop: flags.hop, channels: source.channels, bands, ...bank, frames: flags.framesDeep, scaling: flags.scaling, spread: flags.spread,
      warmup: flags.warmup, adapt: flags.adapt, coding: flags.coding, falseAlarms: flags.falseAlarms,
    },
    classes,
    layers: flags.layers.map((own) => ({ ...own, weights: flags.weights, rate: flags.rate, ...layer })),
    seed: flags.seed,
    memoryLimitBytes: flags.memoryLimit ?? 0,
    // What is unusual gets the goodness: a corrupted window is as a fault, and of those there is more to say than of the usual.
    ...(normal
      ? { negatives: "corrupted" as const, corruption: { ways: flags.ways, share: Math.max(flags.share, 1 / 256) }, sense: "minimise" as const, readout: { from: null }, inputDropout: 0 }
      : { objective: flags.objective, ...(flags.objective === "pair" && { negatives: flags.negatives ?? "hard", label: { placement: "append" as const } }), inputDropout: 0 }),
    ...rest,
  };
  return spec;
}
