/**
 * Makes the engine fit one network: whatever its spec and its plan decide becomes a constant, what can then never run is cut, and the
 * rest is optimised like a release build. The result computes the same bits. It refuses every other spec, for its code is only true
 * for this one; only the words in FREE_WORDS may differ.
 */
import { REGION_WIDE_SUMS } from "../../assembly/abi/region.js";
import * as abi from "../../assembly/abi/spec.js";
import { ABI_VERSION, BAD_MAGIC, BAD_SPEC, BAD_VERSION, MAGIC } from "../../assembly/abi/status.js";
import type { Network } from "../engine/network.js";
import { hasTwoFrames } from "../spec/network_spec.js";
import { type Binaryen, featuresOf, loadBinaryen } from "./binaryen.js";
import { Library } from "./library.js";
import { specWords } from "./packed_module.js";

/** Exports that serve hosts which watch a network or share it between threads, not devices. */
const HOST_ONLY = ["completed", "begin_stage", "divide_units", "job_address"];
/** Exports of the front end, for networks that have one. */
const FRONT_EXPORTS = ["push", "push_block", "samples_wanted", "gap", "alarm", "alarm_threshold"];

/** Words of the spec that the packed module reads from memory: a device may have its own seed and schedule. */
export const FREE_WORDS: readonly number[] = [abi.SPEC_SEED, abi.SPEC_HOLD_STEPS, abi.SPEC_TOTAL_STEPS];

/** Words of the RUNTIME block (assembly/memory.ts) that `init` and `open` fill from the plan alone. */
const PLANNED_WORDS = [
  "RT_PERSISTENT_BYTES", "RT_STATE", "RT_LAYERS", "RT_FRAME", "RT_IMAGE_ROWS", "RT_ROWS_A", "RT_ROWS_B", "RT_IMAGE_SUMS", "RT_SUMS", "RT_ACTIVITY",
  "RT_COEFFICIENTS", "RT_CLASS_TERMS", "RT_SCORES", "RT_LOGITS", "RT_TOTAL_BYTES",
];
/** And those that only the full build has. */
const PLANNED_VARIANTS = ["RT_VARIANT_STATE", "RT_NEGATIVE", "RT_MASK", "RT_TARGETS", "RT_FRAME_ROWS", "RT_MAP_A", "RT_MAP_B", "RT_POOLED_PLACE", "RT_PLACE_ROWS", "RT_PLACE_COEFFICIENTS", "RT_MAP_C", "RT_GAINS",
  "RT_ROW_SUMS", "RT_WIDE_SUMS", "RT_KEPT", "RT_FRONT_STATE", "RT_FRONT_SCALES", "RT_FRONT_RING", "RT_FRONT_FRAMES", "RT_FRONT_BLOCK", "RT_SINE", "RT_SPECTRUM"];

/** Functions that read the layer table (assembly/layers/layer.ts), and the field each reads. */
const LAYER_FIELDS = {
  inputs: "INPUTS", units: "UNITS", stride: "STRIDE", weightBytes: "WEIGHT_BYTES", weights: "WEIGHTS", layerState: "STATE", scale: "SCALE",
  exponent: "EXPONENT", rate: "RATE", temperature: "TEMPERATURE",
};
/** And of the full build. */
const FULL_FIELDS = { rowLength: "ROW_LENGTH", ownFrom: "OWN_FROM", ownTo: "OWN_TO" };
const READOUT_FIELDS = { readoutWeights: "READOUT_WEIGHTS", readoutState: "READOUT_STATE" };

/** Phases of a job (assembly/ff/) that only one objective enters; the phase is kept in memory, so the optimiser cannot tell. */
const PAIR_PHASES = ["choosePair", "startPair", "sumPair", "endPair", "updateLabels", "updatePairPass"].map((name) => `pair_pass/${name}`);
/** And those of labels that go together in prediction. */
const LABEL_PHASES = ["sumLabels", "endLabels"].map((name) => `labels_pass/${name}`);
/** All that takes the place of the pair's own phases, but for the choice of labels, in a recurrent network. */
const ITERATIONS = "recurrent_pass/iterationPiece";
const CLASSWISE_PHASES = ["single_pass/updateSinglePass"];
const SINGLE_PHASES = ["startSingle", "sumSingle", "endSingle"].map((name) => `single_pass/${name}`);
const READOUT_PHASES = ["sumReadout", "updateReadout"].map((name) => `single_pass/${name}`);

/**
 * The engine's code for one network. `network` is a started one of the same build and spec: its memory holds what becomes constant.
 * Functions of the engine by their names in the sources, that the embedder brings, are `imports`.
 */
export async function specialise(network: Network, exports: Readonly<Record<string, number>>, imports: Readonly<Record<string, readonly [module: string, field: string]>> = {}): Promise<Uint8Array> {
  const binaryen = await loadBinaryen();
  const library = Library.read(binaryen, network.build, network.size);
  const words = specWords(network.engine);
  const specAt = network.engine.spec_address();
  library.withConstants(knownWords(library, network, words, specAt));
  fixLayerTable(library, network, words);
  cutUnused(library, network, words);
  refuseOthers(library, words, specAt);
  for (const [name, [from, field]] of Object.entries(imports)) library.importInstead(name, from, field);
  const unwanted = [...HOST_ONLY, ...(network.size === "full" && !network.spec.stream ? FRONT_EXPORTS : [])];
  return optimise(binaryen, library, exports, unwanted);
}

/** Address -> value of the words that are the same in every run of this network. */
function knownWords(library: Library, network: Network, words: Int32Array, specAt: number): Map<number, number> {
  const known = new Map<number, number>();
  for (const [index, word] of words.entries()) if (!FREE_WORDS.includes(index)) known.set(specAt + 4 * index, word);
  const memory = new DataView(network.engine.memory.buffer);
  for (const name of [...PLANNED_WORDS, ...(network.size === "full" ? PLANNED_VARIANTS : [])]) {
    const address = library.constant("assembly/memory/RUNTIME") + library.constant(`assembly/memory/${name}`);
    known.set(address, memory.getInt32(address, true));
  }
  return known;
}

/** A field of the layer table that is the same for all layers that have it needs no table. */
function fixLayerTable(library: Library, network: Network, words: Int32Array): void {
  const memory = new DataView(network.engine.memory.buffer);
  const constant = (name: string): number => library.constant(`assembly/layers/layer/${name}`);
  const table = memory.getUint32(library.constant("assembly/memory/RUNTIME") + library.constant("assembly/memory/RT_LAYERS"), true);
  const layers = network.spec.layers.map((_, layer) => layer);
  const readoutFrom = words[abi.SPEC_READOUT_FROM] ?? 0;
  const fix = (fields: Readonly<Record<string, string>>, of: readonly number[]): void => {
    for (const [name, field] of Object.entries(fields)) {
      const values = new Set(of.map((layer) => memory.getInt32(table + layer * constant("LAYER_RECORD_BYTES") + constant(field), true)));
      const [value] = values;
      if (values.size === 1) library.replaceBody(`assembly/layers/layer/${name}`, `  (i32.const ${value})`);
    }
  };
  fix(LAYER_FIELDS, layers);
  if (network.size === "full") fix(FULL_FIELDS, layers);
  fix(READOUT_FIELDS, layers.slice(readoutFrom));
  // A box has no readout, wherever it stands.
  if (readoutFrom === 0 && !network.spec.layers.some(({ kind }) => kind === "box")) library.replaceBody("assembly/layers/layer/hasReadout", "  (i32.const 1)");
  if (readoutFrom === layers.length) library.replaceBody("assembly/layers/layer/hasReadout", "  (i32.const 0)");
}

function cutUnused(library: Library, network: Network, words: Int32Array): void {
  const layers = words[abi.SPEC_LAYER_COUNT] ?? 0;
  const classwise = words[abi.SPEC_OBJECTIVE] === abi.OBJECTIVE_CLASSWISE;
  const readsOut = (words[abi.SPEC_READOUT_FROM] ?? 0) < layers;
  const twoFrames = (words[abi.SPEC_NEGATIVES] ?? 0) >= abi.NEGATIVES_HYBRID;
  // Without labels a prediction by goodness is a single pass.
  const singlePass = classwise || readsOut || twoFrames;
  const unused = [
    ...(classwise ? PAIR_PHASES : CLASSWISE_PHASES),
    ...(labelsTogether(network) ? [] : LABEL_PHASES),
    ...(singlePass ? [] : SINGLE_PHASES),
    ...(readsOut ? [] : READOUT_PHASES),
    ...(twoFrames && !classwise ? ["pair_pass/updateLabels"] : []),
    ...(network.size === "full" ? unusedVariants(network) : []),
    ...(words[abi.SPEC_RECURRENCE] ? PAIR_PHASES.filter((phase) => phase !== "pair_pass/choosePair") : []),
  ];
  for (const phase of new Set(unused)) library.replaceBody(`assembly/ff/${phase}`, "  (unreachable)");
  if (network.size === "full") {
    for (const name of absentVariants(network)) library.replaceBody(`assembly/${name}`, "  (i32.const 0)");
    library.replaceBody("assembly/ff/labels_pass/onlyDense", `  (i32.const ${Number(labelsTogether(network))})`);
    if (labelsTogether(network)) library.replaceBody("assembly/ff/pair_pass/pairPredicts", "  (i32.const 0)");
    cutByMaps(library, network);
  }
  const decays = Array.from({ length: layers }, (_, layer) => words[layerWord(layer, abi.LAYER_DECAY)]);
  if (decays.every((decay) => decay === 0)) library.replaceBody("assembly/ff/job_state/decay", "  (i64.const 0)");
}

/** A network is made of maps, or has none, or both: each kind of layer has phases of its own. */
function cutByMaps(library: Library, { spec, plan, regions }: Network): void {
  const cut = (names: readonly string[]): void => {
    for (const name of names) library.replaceBody(`assembly/${name}`, "  (unreachable)");
  };
  const has = (...kinds: readonly string[]): boolean => spec.layers.some(({ kind }) => kinds.includes(kind));
  if (plan.bands.length === 0) {
    library.replaceBody("assembly/maps/geometry/inBands", "  (i32.const 0)");
    cut(["maps/band_pieces/bandPiece"]);
  }
  if (!regions.some(({ kind }) => kind === REGION_WIDE_SUMS)) library.replaceBody("assembly/maps/geometry/isWide", "  (i32.const 0)");
  if (!has("local", "conv")) {
    library.replaceBody("assembly/spec_words/isMap", "  (i32.const 0)");
    return cut(["maps/band_pieces/bandPiece", "maps/places/sumPlaces", "maps/pass/startMap", "maps/pass/endMap", "maps/update/updateMap", "maps/input_map/readImageMap"]);
  }
  if (!has("conv")) cut(["maps/update/updateConv"]);
  if (!has("local")) cut(["maps/update/updateLocal"]);
  if (spec.objective === "classwise") cut(["maps/pass/decidePair"]);
  if (has("dense", "box")) return;
  library.replaceBody("assembly/spec_words/isMap", "  (i32.const 1)");
  cut(["ff/image/sumImage", ...["sumSingle", "endSingle", "updateSinglePass"].map((name) => `ff/single_pass/${name}`), ...["sumPair", "endPair", "updateLabels", "updatePairPass"].map((name) => `ff/pair_pass/${name}`)]);
}

/** Phases of variants that this spec does not ask for. */
function unusedVariants({ spec }: Network): string[] {
  const unused: string[] = [];
  if (spec.recurrence.iterations === 0) unused.push(ITERATIONS);
  else unused.push(...PAIR_PHASES.filter((phase) => phase !== "pair_pass/choosePair"));
  if (spec.jitter === 0) unused.push("jitter/shiftFrames");
  if (spec.negatives !== "hybrid") unused.push("mask/drawMask", "mask/blurMask");
  if (spec.negatives !== "corrupted") unused.push("corrupt/corruptFrame");
  if (!spec.layers.some(({ kind }) => kind === "box")) unused.push("single_pass/takeSingle", "pair_pass/takePair", "box/showSingle", "box/showPair");
  else if (spec.objective === "classwise") unused.push("pair_pass/takePair");
  return unused;
}

/** Whether a prediction by goodness takes labels together, layer by layer (assembly/ff/labels_pass.ts). */
function labelsTogether({ spec }: Network): boolean {
  const labelled = spec.objective === "pair" && !hasTwoFrames(spec.negatives) && !spec.waves && spec.recurrence.iterations === 0;
  return labelled && spec.layers.every(({ kind }) => kind === "dense");
}

/** Questions whose answer is no for every layer. */
function absentVariants({ spec }: Network): string[] {
  const absent: string[] = ["ff/stage/inStage", "ff/job_state/byUnits"];
  if (!spec.layers.some(({ kind }) => kind === "box")) absent.push("spec_variants/isBox", "ff/variants/waitsForBox");
  if (spec.device === 0 && spec.layers.every(({ ceiling }) => ceiling === 0)) absent.push("ff/activity/isVariant");
  const plain = spec.sense === "maximise" && spec.phases.awake === 0 && spec.layers.every(({ blocks, ceiling, peer }) => blocks === 1 && ceiling === 0 && peer === 0);
  if (plain) absent.push("ff/pair_variants/decidesOtherwise");
  return absent;
}

function layerWord(layer: number, word: number): number {
  return abi.SPEC_HEADER_WORDS + layer * abi.SPEC_LAYER_WORDS + word;
}

/** `validate` compares the spec in memory with the module's own, word by word, where the engine checks ranges. */
function refuseOthers(library: Library, words: Int32Array, specAt: number): void {
  const load = (word: number): string => `(i32.load (i32.const ${specAt + 4 * word}))`;
  const report = (status: number, detail: string): string => `(return (call $assembly/memory/report (i32.const ${status}) ${detail}))`;
  const refuse = (condition: string, status: number, detail: string): string => `  (if ${condition} (then ${report(status, detail)}))`;
  const lines = [
    refuse(`(i32.ne ${load(abi.SPEC_MAGIC)} (i32.const ${MAGIC}))`, BAD_MAGIC, load(abi.SPEC_MAGIC)),
    refuse(`(i32.ne ${load(abi.SPEC_VERSION)} (i32.const ${ABI_VERSION}))`, BAD_VERSION, load(abi.SPEC_VERSION)),
    ...runs(words).map(({ first, value, step, count }) => `  (if (local.tee $fault (call $pack/differs (i32.const ${first}) (i32.const ${value}) (i32.const ${step}) (i32.const ${count}))) (then (return (local.get $fault))))`),
    refuse(`(i32.lt_s ${load(abi.SPEC_TOTAL_STEPS)} (i32.const 0))`, BAD_SPEC, `(i32.const ${abi.SPEC_TOTAL_STEPS})`),
    refuse(`(i32.gt_u ${load(abi.SPEC_HOLD_STEPS)} ${load(abi.SPEC_TOTAL_STEPS)})`, BAD_SPEC, `(i32.const ${abi.SPEC_HOLD_STEPS})`),
    "  (i32.const 0)",
  ];
  library.replaceBody("assembly/spec/validate", ["  (local $fault i32)", ...lines].join("\n"));
  library.append(` (func $pack/differs (param $word i32) (param $value i32) (param $step i32) (param $count i32) (result i32)
  (loop $next
   (if (i32.ne (i32.load offset=${specAt} (i32.shl (local.get $word) (i32.const 2))) (local.get $value))
    (then ${report(BAD_SPEC, "(local.get $word)")}))
   (local.set $word (i32.add (local.get $word) (local.get $step)))
   (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
  (i32.const 0))`);
}

interface Run {
  readonly first: number;
  readonly value: number;
  readonly step: number;
  readonly count: number;
}

/** The fixed words behind magic and version, as runs of equal ones: few, so that comparing takes little code. */
function runs(words: Int32Array): Run[] {
  const left = new Set([...words.keys()].filter((word) => word > abi.SPEC_VERSION && !FREE_WORDS.includes(word)));
  const found: Run[] = [];
  for (const first of left) {
    const value = words[first] ?? 0;
    const along = (step: number): Run => {
      let count = 1;
      while (left.has(first + count * step) && words[first + count * step] === value) count++;
      return { first, value, step, count };
    };
    const across = first < abi.SPEC_HEADER_WORDS ? null : along(abi.SPEC_LAYER_WORDS);
    const next = along(1);
    const run = across && across.count > next.count ? across : next;
    for (let index = 0; index < run.count; index++) left.delete(first + index * run.step);
    found.push(run);
  }
  return found;
}

/** The settings of the release build (asconfig.json). */
const OPTIMIZE_LEVEL = 3;
const SHRINK_LEVEL = 1;

/** From text to the smallest module that rounds of optimisation find. `exports`: immutable i32 globals by name; `unwanted`: functions that are not exported. */
function optimise(binaryen: typeof Binaryen, library: Library, exports: Readonly<Record<string, number>>, unwanted: readonly string[]): Uint8Array {
  const module = binaryen.parseText(library.toString());
  try {
    module.setFeatures(featuresOf(binaryen, library.build));
    for (const name of unwanted) module.removeExport(name);
    for (const [name, value] of Object.entries(exports)) {
      module.addGlobal(name, binaryen.i32, false, module.i32.const(value));
      module.addGlobalExport(name, name);
    }
    binaryen.setOptimizeLevel(OPTIMIZE_LEVEL);
    binaryen.setShrinkLevel(SHRINK_LEVEL);
    binaryen.setDebugInfo(false);
    module.runPasses(["strip-debug", "strip-producers", "strip-target-features"]);
    let best = module.emitBinary();
    for (let round = 0; round < 8; round++) {
      module.optimize();
      const bytes = module.emitBinary();
      if (bytes.length >= best.length) break;
      best = bytes;
    }
    if (!module.validate()) throw new Error("the packed module is not valid");
    return best;
  } finally {
    module.dispose();
  }
}
