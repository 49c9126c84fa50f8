/** The front end of a stream in a spec (docs/streams.md): what a user writes, what every field comes to, its words. */
import { z } from "zod";
import * as abi from "../../assembly/abi/front.js";
import { MayflyError } from "../errors.js";

const Q4 = 16;
const Q16 = 65536;

const FEATURES = ["raw", "statistics", "spectrum", "bank"] as const;
const SCALINGS = ["deviation", "range"] as const;
const CODINGS = ["offset", "split"] as const;

const natural = z.int().min(1);

export const frontEndSchema = z.strictObject({
  /** What a window becomes: "raw" means of its parts; "statistics": mean and log energy of its parts; "spectrum": magnitudes in bands; "bank": log energies in triangles. */
  features: z.enum(FEATURES).default("bank"),
  /** Samples of each channel in a window; of spectrum and bank a power of two from 16. */
  window: natural.max(abi.MAX_WINDOW).default(256),
  /** Samples from one window to the next; default half a window. */
  hop: natural.max(65536).optional(),
  channels: natural.max(abi.MAX_FRONT_CHANNELS).default(1),
  /** Parts of the window, or bands; default: raw the window, statistics 8 or fewer, spectrum 32 or fewer, bank 24 or fewer. */
  bands: natural.max(abi.MAX_WINDOW).optional(),
  /** Of a bank, in bins (cycles a window): lower edge of the first triangle, and its width up to its top; `growth`: by which share each is wider than the one before. Default: the whole spectrum, all alike. `bankOf` computes them from Hz. */
  low: z.number().min(0).optional(),
  width: z.number().positive().optional(),
  growth: z.number().min(0).max(0.9999).optional(),
  /** Windows in a frame, the oldest on top. */
  frames: natural.max(256).default(1),
  /** How features become u8: by their mean and mean absolute deviation, or by their least and most; learned on the device. */
  scaling: z.enum(SCALINGS).default("deviation"),
  /** Scaling by deviation: so many mean absolute deviations (0.8 σ of normal noise) fill half of the range. */
  spread: z.number().min(1 / Q4).max(64).optional(),
  /** Windows that only teach the scaling. */
  warmup: natural.max(65535).default(64),
  /** The scaling follows by a 2^-adapt of each difference after the warm-up; 0: it is frozen. */
  adapt: z.int().min(0).max(14).default(0),
  /** "offset": 128 is the middle; "split": two values a feature, above and below the middle. */
  coding: z.enum(CODINGS).default("split"),
  /** Share of alarms wanted while all is normal; 0: no threshold is kept. */
  falseAlarms: z.number().min(0).max(0.5).default(0.01),
});

export type FrontEndInput = z.input<typeof frontEndSchema>;
type Parsed = z.output<typeof frontEndSchema>;
/** A front end with every default filled in. */
export type FrontEnd = { [K in keyof Parsed]-?: NonNullable<Parsed[K]> };

const DEFAULT_SPREAD = 4;
const MOST_BANDS = { raw: abi.MAX_WINDOW, statistics: 8, spectrum: 32, bank: 24 } as const;

/** Triangles between two frequencies, equally wide or as on the mel scale: `low`, `width` and `growth` of a bank, in bins. */
export function bankOf(options: { rate: number; window: number; bands: number; lowHertz?: number; highHertz?: number; mel?: boolean }): { low: number; width: number; growth: number } {
  const { rate, window, bands, lowHertz = 0, highHertz = rate / 2, mel = false } = options;
  if (!(lowHertz >= 0 && lowHertz < highHertz && highHertz <= rate / 2)) throw new MayflyError(`a bank from ${lowHertz} to ${highHertz} Hz is not within 0 to ${rate / 2} Hz, half the rate of ${rate}`, 2);
  const bin = window / rate;
  const low = Math.round(lowHertz * bin * Q16) / Q16;
  const high = highHertz * bin;
  // Mel: edges + 700 Hz grow by the same factor.
  const knee = 700 * bin;
  const growth = mel ? Math.floor((((high + knee) / (low + knee)) ** (1 / (bands + 1)) - 1) * Q16) / Q16 : 0;
  return { low, growth, width: widthFor(low, high, bands, growth) };
}

/** The width of the first of `bands` + 1 steps from low to at most high. */
function widthFor(low: number, high: number, bands: number, growth: number): number {
  let total = 0;
  for (let k = 0; k <= bands; k++) total += (1 + growth) ** k;
  return Math.floor(((high - low) / total) * Q16) / Q16;
}

const isPower = (n: number): boolean => (n & (n - 1)) === 0;

/** The largest divisor of n that is at most `most`. */
function divisor(n: number, most: number): number {
  let d = Math.min(n, most);
  while (n % d !== 0) d--;
  return d;
}

/** Fills in every default; throws a MayflyError that names the field at fault. */
export function resolveFrontEnd(input: FrontEndInput): FrontEnd {
  const parsed = frontEndSchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new MayflyError(`the network spec is wrong at ${["stream", ...(issue?.path ?? [])].map(String).join(".")}: ${issue?.message ?? "unknown"}; the fields are ${Object.keys(frontEndSchema.shape).join(", ")}`, 2);
  }
  const refuse = (reason: string): never => {
    throw new MayflyError(`stream: ${reason}`, 2);
  };
  const stream = parsed.data;
  const { features, window } = stream;
  const spectral = features === "spectrum" || features === "bank";
  if (spectral && (!isPower(window) || window < abi.MIN_SPECTRUM)) refuse(`a spectrum needs a window of a power of two from ${abi.MIN_SPECTRUM}, not ${window}: try ${2 ** Math.max(4, Math.round(Math.log2(window)))}`);
  const places = spectral ? window / 2 : window;
  const most = Math.min(MOST_BANDS[features], places);
  const bands = stream.bands ?? (features === "bank" ? Math.min(most, Math.max(1, places >> 1)) : divisor(places, most));
  if (bands > places) refuse(`bands is ${bands}, but a window of ${window} has ${places} ${spectral ? "bins" : "samples"}`);
  if (features !== "bank" && places % bands !== 0) refuse(`${places} ${spectral ? "bins" : "samples"} do not divide into ${bands} bands of equal width: try ${divisor(places, bands)}`);
  if (features !== "bank" && (stream.low ?? stream.width ?? stream.growth) && (stream.low || stream.width || stream.growth)) refuse(`low, width and growth belong to features "bank", not "${features}"`);
  const low = snapped(features === "bank" ? stream.low ?? 0 : 0);
  const growth = snapped(features === "bank" ? stream.growth ?? 0 : 0);
  const width = features === "bank" ? snapped(stream.width ?? widthFor(low, places, bands, growth)) : 0;
  if (features === "bank") checkBank(low, width, growth, bands, places, refuse);
  if (stream.scaling === "range" && stream.spread) refuse('spread belongs to scaling "deviation"');
  return {
    ...stream,
    bands, low, width, growth,
    hop: stream.hop ?? Math.max(1, window >> 1),
    spread: stream.scaling === "deviation" ? Math.round((stream.spread || DEFAULT_SPREAD) * Q4) / Q4 : 0,
    falseAlarms: Math.round(stream.falseAlarms * Q16) / Q16,
  };
}

const snapped = (value: number): number => Math.round(value * Q16) / Q16;

function checkBank(low: number, width: number, growth: number, bands: number, bins: number, refuse: (reason: string) => never): void {
  if (width <= 0) refuse(`the bank's bands have no width: from ${low} of ${bins} bins on there is no room for ${bands}`);
  let edge = Math.round(low * Q16);
  let step = Math.round(width * Q16);
  for (let k = 0; k <= bands; k++) {
    edge += step;
    step += Math.floor((step * Math.round(growth * Q16)) / Q16);
  }
  if (edge > bins * Q16) refuse(`${bands} bands from bin ${low}, ${width.toFixed(2)} wide and growing by ${growth.toFixed(3)}, end at bin ${(edge / Q16).toFixed(2)}, and the window has ${bins}: make width smaller`);
}

/** The shape of the frames a front end makes: features, times two when split; windows; channels. */
export function frameShape({ features, bands, coding, frames, channels }: FrontEnd): { width: number; height: number; channels: number } {
  return { width: bands * (features === "statistics" ? 2 : 1) * (coding === "split" ? 2 : 1), height: frames, channels };
}

export function encodeFrontEnd(stream: FrontEnd): Int32Array {
  const words = new Int32Array(abi.FRONT_WORDS);
  words[abi.FRONT_KIND] = FEATURES.indexOf(stream.features);
  words[abi.FRONT_WINDOW] = stream.window;
  words[abi.FRONT_HOP] = stream.hop;
  words[abi.FRONT_CHANNELS] = stream.channels;
  words[abi.FRONT_BANDS] = stream.bands;
  words[abi.FRONT_LOW] = Math.round(stream.low * Q16);
  words[abi.FRONT_WIDTH] = Math.round(stream.width * Q16);
  words[abi.FRONT_GROWTH] = Math.round(stream.growth * Q16);
  words[abi.FRONT_FRAMES] = stream.frames;
  words[abi.FRONT_SCALING] = SCALINGS.indexOf(stream.scaling);
  words[abi.FRONT_SPREAD] = Math.round(stream.spread * Q4);
  words[abi.FRONT_WARMUP] = stream.warmup;
  words[abi.FRONT_ADAPT] = stream.adapt;
  words[abi.FRONT_CODING] = CODINGS.indexOf(stream.coding);
  words[abi.FRONT_ALARM] = Math.round(stream.falseAlarms * Q16);
  return words;
}

export function decodeFrontEnd(words: Int32Array): FrontEnd {
  const word = (index: number): number => words[index] ?? 0;
  const choice = <T>(choices: readonly T[], index: number, what: string): T => {
    const found = choices[word(index)];
    if (found === undefined) throw new MayflyError(`the model's front end has an unknown ${what}: ${word(index)}`, 1);
    return found;
  };
  return {
    features: choice(FEATURES, abi.FRONT_KIND, "kind of features"),
    window: word(abi.FRONT_WINDOW),
    hop: word(abi.FRONT_HOP),
    channels: word(abi.FRONT_CHANNELS),
    bands: word(abi.FRONT_BANDS),
    low: word(abi.FRONT_LOW) / Q16,
    width: word(abi.FRONT_WIDTH) / Q16,
    growth: word(abi.FRONT_GROWTH) / Q16,
    frames: word(abi.FRONT_FRAMES),
    scaling: choice(SCALINGS, abi.FRONT_SCALING, "scaling"),
    spread: word(abi.FRONT_SPREAD) / Q4,
    warmup: word(abi.FRONT_WARMUP),
    adapt: word(abi.FRONT_ADAPT),
    coding: choice(CODINGS, abi.FRONT_CODING, "coding"),
    falseAlarms: word(abi.FRONT_ALARM) / Q16,
  };
}

/** A resolved front end as a user would write it. */
export function frontEndInput({ low, width, growth, spread, ...stream }: FrontEnd): FrontEndInput {
  return { ...stream, ...(stream.features === "bank" && { low, width, growth }), ...(stream.scaling === "deviation" && { spread }) };
}
