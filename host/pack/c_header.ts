/** The C header of a packed module: everything that an embedder would otherwise ask the module at run time. */
import * as spec from "../../assembly/abi/spec.js";
import * as statuses from "../../assembly/abi/status.js";
import type { Network } from "../engine/network.js";
import type { ElementType, Region } from "../engine/regions.js";
import { REGION_PURPOSES } from "../engine/regions.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import type { PackedFacts } from "./packed_module.js";
import { FREE_WORDS } from "./specialise.js";

const C_TYPES: Readonly<Record<ElementType, string>> = { u8: "uint8_t", i8: "int8_t", u16: "uint16_t", i16: "int16_t", i32: "int32_t", u32: "uint32_t" };

/** A C identifier from a file's name without its extension: "my-net.2" -> "my_net_2". */
export function identifierOf(stem: string): string {
  const identifier = stem.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase();
  return /^[a-z]/.test(identifier) ? identifier : `net_${identifier}`.replace(/_$/, "");
}

/** `identifier` names the module (wasm2c --module-name) and prefixes every name. */
export function cHeader(identifier: string, facts: PackedFacts, network: Network): string {
  const prefix = identifier.toUpperCase();
  const base = network.regions[0]?.offset ?? 0;
  const { spec: net, plan } = network;
  const define = (name: string, value: string | number, comment?: string): string => `#define ${prefix}_${name} ${value}${comment ? ` /* ${comment} */` : ""}`;
  const specAt = network.engine.spec_address();
  const lines = [
    `/* Made by mayfly pack; do not edit.`,
    ` *`,
    ...describe(net).map((line) => ` * ${line}`),
    ` *`,
    ` * All numbers below are addresses and sizes in the module's linear memory, little endian.`,
    ...(facts.state
      ? [` * The trained state is inside: call open, then train and predict.`]
      : [` * The spec is inside: call init, or copy a checkpoint to ${prefix}_CHECKPOINT_OFFSET and call open.`]),
    ` */`,
    `#ifndef ${prefix}_MAYFLY_H`,
    `#define ${prefix}_MAYFLY_H`,
    ``,
    `#include <stdint.h>`,
    ``,
    define("ABI_VERSION", statuses.ABI_VERSION),
    define("HAS_STATE", facts.state ? 1 : 0),
    define("MEMORY_BYTES", facts.heapBase, "all of linear memory that is used, from address 0: __heap_base"),
    define("PAGE_BYTES", facts.pageBytes),
    define("PAGES", facts.pages),
    define("CHECKPOINT_OFFSET", base, "what to keep of a network: seal, then copy"),
    define("CHECKPOINT_BYTES", plan.bytes.checkpoint, "up to __data_end; the rest is scratch"),
    define("LAYERS", net.layers.length),
    define("CLASSES", net.classes),
    define("INPUT_WIDTH", net.input.width),
    define("INPUT_HEIGHT", net.input.height),
    define("INPUT_CHANNELS", net.input.channels),
    ``,
    `/* Statuses: what every call returns that can fail, and status() keeps. */`,
    ...Object.entries(statuses).filter(([name]) => name !== "ABI_VERSION" && name !== "MAGIC").map(([name, value]) => define(name, value < 0 ? `(${value})` : value)),
    ``,
    `/* Words of the spec that may be written before init; the module refuses a change of any other. */`,
    ...FREE_WORDS.map((word) => define(`${wordName(word)}_OFFSET`, specAt + 4 * word)),
    ``,
    `/* Regions: elements [ROWS][COLUMNS] of TYPE, STRIDE elements from row to row. */`,
    ...network.regions.flatMap((region) => regionLines(region, define)),
    `/* Exports: X(name, number of parameters). All parameters and results are 32-bit integers. */`,
    `#define ${prefix}_EXPORTS(X) \\`,
    facts.functions.map(({ name, parameters }) => `  X(${name}, ${parameters})`).join(" \\\n"),
    ``,
    `/* The functions as wasm2c (1.0.33 or later, --module-name ${identifier}) names them. */`,
    `#ifdef ${prefix}_WASM2C`,
    `#ifdef __cplusplus`,
    `extern "C" {`,
    `#endif`,
    `struct ${wasm2cName(identifier)};`,
    ...facts.functions.map(({ name, parameters }) => `uint32_t ${wasm2cName(identifier)}_${name}(${[`struct ${wasm2cName(identifier)} *`, ...Array<string>(parameters).fill("uint32_t")].join(", ")});`),
    `#ifdef __cplusplus`,
    `}`,
    `#endif`,
    `#endif`,
    ``,
    `#endif`,
  ];
  return `${lines.join("\n")}\n`;
}

function describe(net: NetworkSpec): string[] {
  const { input, readout, label } = net;
  return [
    `${input.width}x${input.height}x${input.channels} inputs, ${net.classes} classes, layers ${net.layers.map((layer) => `${layer.units} ${layer.weights}`).join(", ")}`,
    net.objective === "pair" ? `objective pair: loss ${net.loss}, ${net.negatives} negatives, label ${label.placement} at level ${label.level}` : "objective classwise",
    readout.from === null ? "no readout" : `readout from layer ${readout.from + 1}`,
  ];
}

function regionLines(region: Region, define: (name: string, value: string | number, comment?: string) => string): string[] {
  const name = region.name.toUpperCase().replaceAll(" ", "_");
  return [
    define(`${name}_OFFSET`, region.offset, REGION_PURPOSES[region.kind]),
    define(`${name}_BYTES`, region.bytes),
    define(`${name}_TYPE`, C_TYPES[region.type]),
    define(`${name}_ROWS`, region.rows),
    define(`${name}_COLUMNS`, region.columns),
    define(`${name}_STRIDE`, region.stride),
    ``,
  ];
}

/** SPEC_SEED, … */
function wordName(word: number): string {
  return Object.entries(spec).find(([name, value]) => name.startsWith("SPEC_") && !name.endsWith("_WORDS") && value === word)?.[0] ?? `SPEC_WORD_${word}`;
}

function wasm2cName(identifier: string): string {
  return `w2c_${identifier.replaceAll("_", "__")}`;
}
