import {
  BAD_ARGUMENT, BAD_CHECKSUM, BAD_LABEL, BAD_MAGIC, BAD_SIZE, BAD_SPEC, BAD_VERSION, ABI_VERSION, JOB_PENDING, NO_MEMORY, NOT_READY,
} from "../../assembly/abi/status.js";
import { MAX_CLASSES, MAX_INPUTS, MAX_LAYERS, MAX_ROWS, MAX_UNITS } from "../../assembly/abi/limits.js";
import { SPEC_HEADER_WORDS, SPEC_LAYER_WORDS } from "../../assembly/abi/spec.js";
import * as words from "../../assembly/abi/spec.js";
import { MayflyError } from "../errors.js";

/** Name of a word of the spec block, e.g. "layer 2 units". */
export function specWordName(word: number): string {
  const name = (prefix: string, index: number): string => {
    const found = Object.entries(words).find(([key, value]) => key.startsWith(prefix) && value === index && !/_(WORDS|RESERVED)$/.test(key));
    return found ? found[0].slice(prefix.length).toLowerCase().replaceAll("_", " ") : `word ${index}`;
  };
  if (word < SPEC_HEADER_WORDS) return name("SPEC_", word);
  const layer = Math.floor((word - SPEC_HEADER_WORDS) / SPEC_LAYER_WORDS);
  return `layer ${layer + 1} ${name("LAYER_", (word - SPEC_HEADER_WORDS) % SPEC_LAYER_WORDS)}`;
}

/** What would be in range, for the faults a user is likely to make; the spec's schema says the rest. */
function hint(word: number): string {
  switch (word < SPEC_HEADER_WORDS ? word : -1 - ((word - SPEC_HEADER_WORDS) % SPEC_LAYER_WORDS)) {
    case words.SPEC_INPUT_WIDTH: case words.SPEC_INPUT_HEIGHT: case words.SPEC_INPUT_CHANNELS: return ` (a sample and its label may have 1 to ${MAX_INPUTS} values; with maps, or i8 weights in the first layer, ${MAX_ROWS})`;
    case words.SPEC_INPUT_DROPOUT: return ` (with so many inputs, at most ${MAX_INPUTS} are exact without it and fewer with it: lower it)`;
    case words.SPEC_LAYER_COUNT: return ` (1 to ${MAX_LAYERS})`;
    case words.SPEC_CLASSES: return ` (2 to ${MAX_CLASSES})`;
    case -1 - words.LAYER_UNITS: return ` (1 to ${MAX_UNITS})`;
    case -1 - words.LAYER_SCALE: return " (4 to 10 for i8, 4 to 14 for i16)";
    default: return "";
  }
}

/** A status of the engine as a sentence. */
export function describeStatus(status: number, detail: number): string {
  switch (status) {
    case BAD_MAGIC: return `not a Mayfly spec or model: its first word is 0x${(detail >>> 0).toString(16)}`;
    case BAD_VERSION: return `made for version ${detail} of the engine's ABI, this engine has version ${ABI_VERSION}`;
    case BAD_SPEC: return `the spec is impossible: ${specWordName(detail)} is out of range${hint(detail)}`;
    case NO_MEMORY: return detail === 0x7fffffff ? "the network needs more than the 2 GiB an engine can address" : `the network needs ${detail.toLocaleString("en")} bytes more than the memory limit`;
    case BAD_LABEL: return `label ${detail} is outside the network's classes`;
    case NOT_READY: return "the engine holds no network yet";
    case BAD_CHECKSUM: return `damaged: its checksum does not match (computed 0x${(detail >>> 0).toString(16)})`;
    case JOB_PENDING: return "a sample is still under way";
    case BAD_SIZE: return `of the wrong size: its spec needs ${detail.toLocaleString("en")} bytes`;
    case BAD_ARGUMENT: return `argument ${detail} is out of range`;
    default: return `unknown status ${status} (detail ${detail})`;
  }
}

/** An error the engine reported, with its numbers. */
export class EngineError extends MayflyError {
  constructor(readonly status: number, readonly detail: number, context?: string) {
    super(context === undefined ? describeStatus(status, detail) : `${context}: ${describeStatus(status, detail)}`, status === BAD_SPEC || status === NO_MEMORY ? 2 : 1);
  }
}
