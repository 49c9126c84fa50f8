/** `mayfly pack --target c`: a packed network as a C library without malloc, floating point or files: src/mayfly.c, its header, its runtime. */
import { readFileSync } from "node:fs";
import { HEADER_BYTES, REGION_FRAME, REGION_LOGITS, REGION_SCORES } from "../../assembly/abi/region.js";
import * as statuses from "../../assembly/abi/status.js";
import { readArtefact } from "../engine/artefacts.js";
import type { Network } from "../engine/network.js";
import { packNetwork } from "../pack/pack.js";
import { type PackedFacts, freshNetwork, specWords } from "../pack/packed_module.js";
import { DATA, readSections, readSegments, segmentsOf, type Segment } from "../pack/sections.js";
import { specialise } from "../pack/specialise.js";
import { libraryFile } from "./files.js";
import { KERNELS, translate } from "./translate.js";
import { wasm2c } from "./wasm2c.js";

/** What mayfly.h declares; everything else of the module is left out. */
const EXPORTS = [
  "init", "open", "seal", "train", "predict_goodness", "predict_readout", "begin_train", "begin_goodness", "begin_readout", "step", "cancel",
  "samples", "status", "status_detail", "checksum",
];

/** Of a network with a front end (docs/streams.md), besides. */
const FRONT_EXPORTS = ["push", "samples_wanted", "gap", "alarm", "alarm_threshold"];

const FRONT_DECLARATIONS = `

/* The front end: the next value of the signal (i16, channels in turn); 1 when the frame is ready for a prediction and for training, 2 when a window
 * went into the warm-up or a frame that is not full, else 0; or a status, and nothing is taken. Not while a job is under way. */
int32_t mayfly_push(int32_t value);
int32_t mayfly_samples_wanted(void);
/* The signal was interrupted: the window under way is dropped. */
int32_t mayfly_gap(void);
/* After a prediction by goodness: 1 when its score is below the threshold, which follows the score when \`learn\` is not 0. */
int32_t mayfly_alarm(int32_t learn);
int32_t mayfly_alarm_threshold(void);`;

const FRONT_DEFINITIONS = `
int32_t mayfly_push(int32_t value) { return (int32_t)engine_push((u32)value); }
int32_t mayfly_samples_wanted(void) { return (int32_t)engine_samples_wanted(); }
int32_t mayfly_gap(void) { return (int32_t)engine_gap(); }
int32_t mayfly_alarm(int32_t learn) { return (int32_t)engine_alarm((u32)learn); }
int32_t mayfly_alarm_threshold(void) { return (int32_t)engine_alarm_threshold(); }`;

/** What makes a library folder of it for each build system, with an example each. */
const AROUND = ["README.md", "CMakeLists.txt", "zephyr/module.yml", "zephyr/Kconfig", "library.properties", "library.json", "examples/Train/Train.ino", "examples/plain/main.c"];

export interface CLibraryOptions {
  /** Of Mayfly, for the library managers. */
  version?: string;
  /** Puts the trained state inside, not only the spec; default true. */
  state?: boolean;
  /**
   * "wasm" (default): all code is the engine's own. "c": the inner loops of the first layer are C written for Cortex-M (mayfly_kernels.h), with the DSP
   * instructions where there are any; the same bits. "plain": the release engine as wasm2c translates it, not made for the network and with a check at
   * each access: what the other two are measured against.
   */
  kernels?: Kernels;
}

export type Kernels = "wasm" | "c" | "plain";

const NATIVE_KERNELS = {
  "assembly/kernels/forward_single/forwardSingle<i8>": [KERNELS, "forward_single_i8"],
  "assembly/kernels/forward_single/forwardSingle<i16>": [KERNELS, "forward_single_i16"],
  "assembly/kernels/update/updateSingle<i8>": [KERNELS, "update_single_i8"],
  "assembly/kernels/update/updateSingle<i16>": [KERNELS, "update_single_i16"],
} as const;

/** A translation line by line has locals that nothing uses. */
const AS_IT_COMES = '#pragma GCC diagnostic ignored "-Wunused-variable"\n#pragma GCC diagnostic ignored "-Wunused-but-set-variable"';

export interface CLibrary {
  readonly facts: PackedFacts;
  /** Path in the library's folder -> text. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * The same network always gives the same text.
 *
 * ```ts
 * const { files } = await packCLibrary(network);   // "src/mayfly.h", "src/mayfly.c", "src/mayfly_rt.h"
 * ```
 */
export async function packCLibrary(network: Network, options: CLibraryOptions = {}): Promise<CLibrary> {
  const { module, facts } = await packNetwork(network, { build: "scalar", state: options.state });
  const native = options.kernels === "c";
  const plain = options.kernels === "plain";
  // The module was tested against the engine; without its code only its data are taken.
  const translated = native ? await specialise(freshNetwork(specWords(network.engine), "scalar"), {}, NATIVE_KERNELS) : plain ? readArtefact("scalar", network.size) : module;
  const code = translate(await wasm2c(translated), [...EXPORTS, ...(network.spec.stream ? FRONT_EXPORTS : [])], plain);
  const files = new Map([
    ["src/mayfly.h", header(network, facts)],
    ["src/mayfly.c", source(native ? `#include "mayfly_kernels.h"\n\n${code}` : plain ? `${AS_IT_COMES}\n\n${code}` : code, network, module)],
    ["src/mayfly_rt.h", libraryText("mayfly_rt.h")],
    ["src/mayfly_slots.h", libraryText("mayfly_slots.h")],
    ["src/mayfly_slots.c", libraryText("mayfly_slots.c")],
  ]);
  if (native) files.set("src/mayfly_kernels.h", libraryText("mayfly_kernels.h"));
  const values = {
    DESCRIPTION: facts.state ? `It has been trained on ${network.samples} samples.` : "It starts untrained.",
    MEMORY: `${network.plan.bytes.total}`, CHECKPOINT: `${network.plan.bytes.checkpoint}`, VERSION: options.version ?? "0.0.0",
  };
  for (const name of AROUND) files.set(name, fill(libraryText(name), values));
  return { facts, files };
}

function libraryText(name: string): string {
  return readFileSync(libraryFile(name), "utf8");
}

function header(network: Network, facts: PackedFacts): string {
  const { spec, plan } = network;
  const { input } = spec;
  const define = (name: string, value: number | string, comment: string): string => `#define MAYFLY_${name} ${value} /* ${comment} */`;
  const constants = [
    define("ABI_VERSION", statuses.ABI_VERSION, "of the engine"),
    define("INPUT_WIDTH", input.width, "of a frame"),
    define("INPUT_HEIGHT", input.height, "of a frame"),
    define("INPUT_CHANNELS", input.channels, "of a frame"),
    define("FRAME_BYTES", input.width * input.height * input.channels, "values 0..255"),
    define("CLASSES", spec.classes, "labels are 0..CLASSES-1"),
    define("LAYERS", spec.layers.length, spec.layers.map((layer) => `${layer.units} ${layer.weights}`).join(", ")),
    define("HAS_READOUT", spec.readout.from === null ? 0 : 1, "mayfly_predict_readout works"),
    define("HAS_STATE", facts.state ? 1 : 0, facts.state ? `trained on ${network.samples} samples` : "mayfly_start makes a fresh network"),
    define("MEMORY_BYTES", `${plan.bytes.total}u`, "RAM of the library, all static"),
    define("CHECKPOINT_BYTES", `${plan.bytes.checkpoint}u`, "to keep of a network"),
  ];
  const errors = Object.entries(statuses).filter(([name]) => name !== "ABI_VERSION" && name !== "MAGIC");
  return fill(libraryText("mayfly.h"), {
    CONSTANTS: constants.join("\n"),
    STREAM: spec.stream ? FRONT_DECLARATIONS : "",
    STATUSES: errors.map(([name, value]) => `#define MAYFLY_${name} ${value < 0 ? `(${value})` : value}`).join("\n"),
  });
}

function source(code: string, network: Network, module: Uint8Array): string {
  const base = network.engine.spec_address() - HEADER_BYTES;
  const data = readSections(module, "the packed module").find((section) => section.id === DATA);
  const image = new Uint8Array(base + network.plan.bytes.checkpoint);
  for (const segment of data ? readSegments(data, "the packed module") : []) image.set(segment.bytes, segment.offset);
  return fill(libraryText("mayfly.c"), {
    BASE: `${base}u`,
    FRAME: `${network.region(REGION_FRAME).offset}u`,
    SCORES: `${network.region(REGION_SCORES).offset}u`,
    LOGITS: `${network.region(REGION_LOGITS).offset}u`,
    TABLES: segmentArrays("tables", segmentsOf(image.subarray(0, base))),
    CONTENT: segmentArrays("content", segmentsOf(image.subarray(base)).map(({ offset, bytes }) => ({ offset: offset + base, bytes }))),
    STREAM: network.spec.stream ? FRONT_DEFINITIONS : "",
    ENGINE: code,
  });
}

/** Constant data, and where in memory each piece of it goes. */
function segmentArrays(name: string, segments: readonly Segment[]): string {
  const pieces = segments.map(({ bytes }, index) => `static const u8 ${name}_${index}[] = {\n${byteRows(bytes)}\n};`);
  const list = segments.map(({ offset, bytes }, index) => `  {${offset}u, ${bytes.length}u, ${name}_${index}},`);
  return [...pieces, `static const struct piece ${name}[] = {`, ...list, "  {0, 0, 0},", "};"].join("\n");
}

function byteRows(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 24) rows.push(`  ${[...bytes.subarray(at, at + 24)].join(",")},`);
  return rows.join("\n");
}

/** Puts values in the place of `@NAME@`. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/@([A-Z]+)@/g, (place, name: string) => values[name] ?? place);
}
