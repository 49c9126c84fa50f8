import { type LayerAnalysis, summaryOf } from "../analysis/analyze.js";
import type { LayerWork } from "../train/work.js";
import type { Representations } from "../twins/representations.js";
import { count, percent, style, table } from "./output.js";

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
/** More classes than a terminal is wide for. */
const SHOWN_CLASSES = 32;
/** Rows of the table of epochs. */
const SHOWN_EPOCHS = 8;

/** One layer: sparsity, ensembles, the class left out, iterations. */
export function layerLines(analysis: LayerAnalysis, names: readonly string[]): string[] {
  const { layer, units, sparsity, silent, ensembles, leftOut, iterations } = analysis;
  const { overlap, selectivity } = summaryOf(analysis);
  const shown = names.slice(0, SHOWN_CLASSES);
  return [
    style.bold(`layer ${layer}: ${count(units)} units`),
    `  active at a time ${share(sparsity.active)}, Hoyer sparsity ${sparsity.hoyer.toFixed(3)}, never active ${silent}, mean selectivity ${selectivity.toFixed(3)}`,
    `  units in no ensemble ${ensembles.sharedBy[0]}, in one ${ensembles.sharedBy[1]}, in several ${ensembles.sharedBy.slice(2).reduce((sum, value) => sum + value, 0)}; mean overlap of two ensembles ${share(overlap)}`,
    ...(leftOut ? [leftOutLine(leftOut, names)] : []),
    ...table([["  class", ...shown], ["  ensemble", ...shown.map((_, label) => String(ensembles.members[label]?.length ?? 0))], ["  active %", ...shown.map((_, label) => (100 * (analysis.sparsityByClass[label]?.active ?? 0)).toFixed(0))]], 1),
    ...(iterations.length > 0 ? table([["  iteration", ...iterations.map(({ iteration }) => (iteration === 0 ? "start" : String(iteration)))], ["  active %", ...iterations.map(({ active }) => (100 * active).toFixed(1))], ["  Hoyer", ...iterations.map(({ hoyer }) => hoyer.toFixed(3))]], 1) : []),
    "",
  ];
}

function leftOutLine({ label, size, meanSizeOfOthers, shared, nearest, active, activeOfOthers }: NonNullable<LayerAnalysis["leftOut"]>, names: readonly string[]): string {
  const near = nearest.filter(({ overlap }) => overlap > 0).map((each) => `${names[each.label] ?? each.label} (${share(each.overlap)})`);
  return `  class ${names[label] ?? label} was left out of training: ensemble of ${size} units (others ${meanSizeOfOthers.toFixed(1)})${shared === null ? "" : `, ${share(shared)} of them in another class's too`}${near.length > 0 ? `; nearest ${near.join(", ")}` : ""}; active at a time ${share(active)} (others ${share(activeOfOthers)})`;
}

/** Multiply-adds a sample by epoch and layer, and what sparsity saved of them. */
export function workLines(work: readonly { readonly epoch: number; readonly layers: readonly LayerWork[] }[]): string[] {
  const first = work[0];
  if (!first) return [];
  const step = Math.ceil(work.length / SHOWN_EPOCHS);
  const marks = work.filter((_, index) => index === 0 || index === work.length - 1 || (index + 1) % step === 0);
  const cell = ({ all, done }: LayerWork["forward"]): string => `${count(done)}${all > 0 ? ` (${((100 * done) / all).toFixed(1)} %)` : ""}`;
  const names = first.layers.flatMap((_, layer) => [`layer ${layer + 1} forward`, `layer ${layer + 1} update`]);
  return [
    style.bold("multiply-adds a training sample, by the engine's counters, and their share of all: the rest was skipped for inputs of 0, or nothing to learn"),
    ...table([["epoch", ...names], ...marks.map(({ epoch, layers }) => [String(epoch), ...layers.flatMap(({ forward, update }) => [cell(forward), cell(update)])]), ["of", ...first.layers.flatMap(({ forward, update }) => [count(forward.all), count(update.all)])]], "r"),
    ...savedLine(work),
    "",
  ];
}

/** Of all layers together, over all epochs. */
function savedLine(work: readonly { readonly layers: readonly LayerWork[] }[]): string[] {
  const sums = { all: 0, done: 0 };
  for (const { layers } of work) {
    for (const { forward, update } of layers) {
      sums.all += forward.all + update.all;
      sums.done += forward.done + update.done;
    }
  }
  return sums.all > 0 ? [`in all layers and epochs ${share(1 - sums.done / sums.all)} of the multiply-adds were skipped`] : [];
}

/** The network and its twins: a row for each layer of each, and bars of their sparsity. */
export function sideBySideLines({ networks, samples, label, leftOut }: Representations, names: readonly string[]): string[] {
  const rows = networks.flatMap(({ name, testError, layers }) => layers.map((each, index) => {
    const summary = summaryOf(each);
    return [index === 0 ? name : "", index === 0 ? percent(lower(testError.goodness, testError.readout)) : "", String(summary.layer), share(summary.active), summary.hoyer.toFixed(3), String(summary.silent), summary.ensembleSize.toFixed(1), share(summary.overlap), share(summary.inOne), share(summary.inSeveral), summary.selectivity.toFixed(3), ...(each.leftOut ? [String(each.leftOut.size), each.leftOut.shared === null ? "–" : share(each.leftOut.shared)] : [])];
  }));
  const bars = (networks[0]?.layers ?? []).flatMap((_, layer) => networks.map(({ name, layers }, index) => {
    const { hoyer, active } = summaryOf(layers[layer]!);
    return [index === 0 ? `layer ${layer + 1}` : "", name, bar(hoyer), hoyer.toFixed(2), bar(active), share(active)];
  }));
  const unseen = leftOut === null ? [] : [`ensemble of ${names[leftOut] ?? leftOut}`, "shared"];
  return [
    style.bold(`side by side, over ${count(samples)} test samples, ${label === "true" ? "each with its own label" : "the label neutral"}`),
    ...table([["", "error", "layer", "active", "Hoyer", "silent", "ensemble", "overlap", "in one", "in several", "selectivity", ...unseen], ...rows], "lr"),
    "",
    ...table([["", "", "Hoyer sparsity", "", "active at a time", ""], ...bars], "lllrlr"),
    "",
  ];
}

function lower(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

const BAR = 24;

function bar(value: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, value)) * BAR);
  return "█".repeat(filled) + "·".repeat(BAR - filled);
}
