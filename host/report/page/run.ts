import type { ReportImage, ReportLayer, ReportRun, ReportWork } from "../report_data.js";
import { type Bar, groupedBars, histogram, lines, matrix, memoryBar } from "./charts.js";
import { element, figure, table } from "./dom.js";

const percent = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : `${value.toFixed(2)} %`);

/** One run from top to bottom. What the run has no data for is left out. */
export function runSection(run: ReportRun): HTMLElement {
  const last = run.epochs.findLast((epoch) => epoch.goodness !== null || epoch.readout !== null);
  return element("section", { "aria-label": run.name },
    element("h2", {}, run.title), element("p", { class: "quiet" }, `${run.name} · ${run.dataset}`),
    element("p", { class: "headline" }, last ? `Test error after epoch ${last.epoch}: ${[last.goodness === null ? "" : `${percent(last.goodness)} by goodness`, last.readout === null ? "" : `${percent(last.readout)} by the readout`].filter(Boolean).join(", ")}` : "Not tested yet"),
    element("dl", {}, ...run.facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    ...curves(run), ...work(run), ...goodness(run), ...confusion(run), ...pictures(run), ...representation(run), ...iterations(run), ...beside(run), memory(run), ...boards(run), ...parity(run), ...missing(run));
}

function curves({ epochs, facts }: ReportRun): HTMLElement[] {
  const errors = epochs.flatMap(({ epoch, goodness, readout }) => [...(goodness === null ? [] : [{ epoch, value: goodness, name: "by goodness" }]), ...(readout === null ? [] : [{ epoch, value: readout, name: "by the readout" }])]);
  /** A curve a layer; none for a run that counted nothing, as those in tfjs. */
  const perLayer = (field: "discrimination" | "rowsUsed" | "rowsUpdated", title: string, says: string, unit: string, label: string): HTMLElement[] => {
    const points = epochs.flatMap((at) => at[field].map((value, layer) => ({ epoch: at.epoch, value, name: `layer ${layer + 1}` })));
    return points.length > 0 ? [figure(title, says, lines(points, unit, label))] : [];
  };
  if (epochs.length === 0) return [];
  const byDifference = facts.some(([name, value]) => name === "objective" && value.includes("loss difference"));
  return [
    ...(errors.length > 0 ? [figure("Test error", "Percent of the test set, after each epoch.", lines(errors, "% wrong", "Test error over epochs"))] : []),
    ...perLayer("discrimination", "Discrimination accuracy by layer", `How often a layer's own goodness was on the right side in training (pair: of the threshold; class-wise: the true group won).${byDifference ? " The loss of this run is on the difference of positive and negative goodness and does not know the threshold, so near 50 % is no failure." : ""}`, "% right", "Discrimination accuracy of each layer over epochs"),
    ...perLayer("rowsUsed", "Work that sparsity left: forward", "Rows of weights multiplied, of all rows. Inputs of 0 cost nothing.", "% of rows", "Rows multiplied by layer over epochs"),
    ...perLayer("rowsUpdated", "Work that sparsity left: update", "Rows of weights updated, of all rows. Samples a layer separates well teach it nothing and cost nothing.", "% of rows", "Rows updated by layer over epochs"),
  ];
}

function goodness({ goodness: histograms, facts }: ReportRun): HTMLElement[] {
  if (histograms.length === 0) return [];
  const pair = facts.some(([name, value]) => name === "objective" && value.startsWith("pair"));
  const names = pair ? (["right label", "wrong labels"] as const) : (["true class's group", "other groups"] as const);
  return [figure("Goodness of positive and negative data", "Mean square of the activities, over test samples. The further apart, the better the layer tells right from wrong.", ...histograms.map((each) => element("div", {}, element("h4", {}, `layer ${each.layer}`), histogram(each, names))))];
}

function confusion({ confusion: counts, classNames, samples }: ReportRun): HTMLElement[] {
  if (classNames.length > 32) return [];
  const shares = counts.map((row) => {
    const sum = row.reduce((total, value) => total + value, 0) || 1;
    return row.map((value) => (100 * value) / sum);
  });
  return [figure("Confusion matrix", `Percent of each true class (row) that was taken for a class (column), over ${samples.toLocaleString("en")} test samples.`,
    matrix(shares, classNames, 1, ["true class", "predicted"], "Confusion matrix of true and predicted classes, in percent"))];
}

function gallery(images: readonly ReportImage[]): HTMLElement {
  return element("div", { class: "gallery" }, ...images.map((image) => element("div", {}, element("img", { src: image.url, alt: image.alt, width: String(image.width), height: String(image.height), loading: "lazy" }), element("small", {}, image.caption))));
}

function pictures({ fields, maps }: ReportRun): HTMLElement[] {
  return [
    ...(fields.length > 0 ? [figure("What the first layer looks for", "Weights of units of the first layer over their inputs: orange excites, violet inhibits; each with its own scale.", gallery(fields))] : []),
    ...(maps.length > 0 ? [figure("Class activation maps", "Where in the image the linear classifier finds the predicted class: orange places speak for it, violet ones against it.", gallery(maps))] : []),
  ];
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** Multiply-adds, which the shares of rows above come down to. */
function work({ epochs }: ReportRun): HTMLElement[] {
  const last = epochs.findLast((epoch) => epoch.work.length > 0);
  if (!last) return [];
  const cell = ({ all, done }: ReportWork["forward"]): string => (all > 0 ? `${done.toLocaleString("en")} of ${all.toLocaleString("en")} (${share(done / all)})` : "–");
  const sums = last.work.flatMap(({ forward, update }) => [forward, update]).reduce((sum, each) => ({ all: sum.all + each.all, done: sum.done + each.done }), { all: 0, done: 0 });
  return [figure("What sparsity saves on a chip", `By the engine's own counters. In epoch ${last.epoch}, ${share(1 - sums.done / Math.max(sums.all, 1))} of all multiply-adds of these layers were skipped: inputs of 0 cost nothing, and a layer that has nothing to learn from a sample leaves its weights alone.`,
    table(["layer", "forward", "update"], last.work.map((layer, index) => [`layer ${index + 1}`, cell(layer.forward), cell(layer.update)]), `Multiply-adds a training sample, done of all, in epoch ${last.epoch}`))];
}

function sparsityTable(layers: readonly ReportLayer[], caption: string): HTMLElement {
  return table(["layer", "units", "active", "Hoyer", "never active", "in one ensemble", "in several", "selectivity"], layers.map((layer) => [layer.name, layer.units.toLocaleString("en"), share(layer.active), layer.hoyer.toFixed(3), String(layer.silent), share(layer.inOne), share(layer.inSeveral), layer.meanSelectivity.toFixed(3)]), caption);
}

function representation({ layers, classNames, samples, leftOut }: ReportRun): HTMLElement[] {
  if (layers.length === 0) return [];
  return [figure("Emergent representations", "Active: mean share of units with activity above 0. Hoyer sparsity: 0 when all units are alike, 1 for one unit alone. An ensemble holds the units that are active in at least half of a class's samples and above chance by four standard deviations. Overlap is the share of units that two ensembles have in common.",
    sparsityTable(layers, `Sparsity over ${samples.toLocaleString("en")} test samples`),
    table(["layer", ...classNames], layers.map((layer) => [layer.name, ...layer.ensembleSizes.map(String)]), "Units in each class's ensemble"),
    ...(leftOut === null ? [] : [leftOutTable(layers, leftOut)]),
    ...(classNames.length <= 32 ? layers.map((layer) => element("div", {}, element("h4", {}, `${layer.name}: overlap of ensembles, %`), matrix(layer.overlap.map((row) => row.map((value) => 100 * value)), classNames, 0, ["class", "class"], `Overlap of class ensembles of ${layer.name}, in percent`))) : []))];
}

function leftOutTable(layers: readonly ReportLayer[], name: string): HTMLElement {
  return table(["layer", "its ensemble", "others' mean", "shared with others", "active at a time", "others", "nearest"], layers.map(({ name: layer, leftOut }) => [layer, ...(leftOut ? [String(leftOut.size), leftOut.meanSizeOfOthers.toFixed(1), leftOut.shared === null ? "–" : share(leftOut.shared), share(leftOut.active), share(leftOut.activeOfOthers), leftOut.nearest.join(", ") || "–"] : ["–", "–", "–", "–", "–", "–"])]), `Class ${name} was left out of training: units that speak for it all the same`);
}

/** A recurrent network settles: what becomes of its sparsity on the way. */
function iterations({ layers }: ReportRun): HTMLElement[] {
  const points = (field: "active" | "hoyer", scale: number) => layers.flatMap(({ name, iterations: all }) => all.map((each) => ({ epoch: each.iteration, value: scale * each[field], name })));
  if (points("active", 1).length === 0) return [];
  return [
    figure("Units active, by iteration", "Of a recurrent network, with each sample's own label clamped on top: 0 is the bottom-up start, then every layer sees the ones below and above. The other figures of its representations are those of the last iteration.", lines(points("active", 100), "% of units", "Share of active units of each layer over iterations", "iteration")),
    figure("Hoyer sparsity, by iteration", "0: all units alike; 1: one unit alone.", lines(points("hoyer", 1), "Hoyer sparsity", "Hoyer sparsity of each layer over iterations", "iteration")),
  ];
}

/** Forward-Forward and its twins, as the paper holds them side by side. */
function beside({ beside: found, classNames, leftOut }: ReportRun): HTMLElement[] {
  if (!found) return [];
  const { networks, samples, label } = found;
  const bars = (of: (layer: ReportLayer) => number): Bar[] => networks.flatMap(({ name, layers }) => layers.map((layer) => ({ group: layer.name, name, value: of(layer) })));
  return [figure("Beside backpropagation", `Networks of the same shapes, data and seed, trained by backpropagation of the cross-entropy and of the goodness of all layers; the same measures for all, over ${samples.toLocaleString("en")} test samples, ${label === "true" ? "each with its own label in the input" : "with the neutral label"} (Tosato et al. 2023).`,
    element("h4", {}, "Hoyer sparsity"), groupedBars(bars((layer) => layer.hoyer), 1, (value) => value.toFixed(2), "0: all units alike; 1: one alone", "Hoyer sparsity by layer"),
    element("h4", {}, "Active at a time"), groupedBars(bars((layer) => 100 * layer.active), 100, (value) => `${value.toFixed(0)} %`, "% of units", "Units active at a time by layer"),
    table(["network", "test error", "epochs", "layer", "active", "Hoyer", "mean ensemble", "in one", "in several", "selectivity", ...(leftOut === null ? [] : [`ensemble of ${leftOut}`])],
      networks.flatMap(({ name, error, epochs, layers }) => layers.map((layer) => [name, percent(error), String(epochs), layer.name, share(layer.active), layer.hoyer.toFixed(3), (layer.ensembleSizes.reduce((sum, size) => sum + size, 0) / Math.max(layer.ensembleSizes.length, 1)).toFixed(1), share(layer.inOne), share(layer.inSeveral), layer.meanSelectivity.toFixed(3), ...(leftOut === null ? [] : [layer.leftOut ? String(layer.leftOut.size) : "–"])])), "The networks' layers"),
    ...(classNames.length <= 32 ? [element("details", {}, element("summary", {}, "overlap of the ensembles in the last layer"), ...networks.flatMap(({ name, layers }) => layers.slice(-1).map((layer) => element("div", {}, element("h4", {}, `${name}, ${layer.name}: overlap, %`), matrix(layer.overlap.map((row) => row.map((value) => 100 * value)), classNames, 0, ["class", "class"], `Overlap of class ensembles of ${name}, ${layer.name}, in percent`)))))] : []))];
}

function memory(run: ReportRun): HTMLElement {
  return figure("Memory map", `${run.memoryTotal.toLocaleString("en")} bytes of linear memory in all, as the engine plans them.`, memoryBar(run),
    element("details", {}, element("summary", {}, "every region"), table(["region", "bytes", "in a checkpoint", "what for"], run.memory.map((region) => [region.name, region.bytes.toLocaleString("en"), region.persistent ? "yes" : "no", region.purpose]), "Regions in memory order")));
}

function boards({ boards: plans }: ReportRun): HTMLElement[] {
  if (plans.length === 0) return [];
  return [figure("On boards", "Whether it fits, and a range for what training costs; estimates by metering and a cycle table, see mayfly plan --board all.",
    table(["board", "fits", "spare bytes", "step, ms", "all samples, s", "step, mJ"], plans.map((board) => [board.board, element("span", { class: board.fits ? "yes" : "no" }, board.fits ? "fits" : "no"), board.spareBytes.toLocaleString("en"), board.stepMs, board.epoch, board.stepMilliJ]), "The network on boards"))];
}

function parity({ parity: found }: ReportRun): HTMLElement[] {
  return found ? [figure("Parity with the reference", "The engine against the same integers in tfjs.", element("p", {}, `verdict: ${found.verdict}`), element("ul", {}, ...found.lines.map((line) => element("li", {}, line))))] : [];
}

/** What could stand here, and the command that brings it. */
function missing({ missing: all }: ReportRun): HTMLElement[] {
  return all.length === 0 ? [] : [figure("Not in this report", "Run the command, then the report again.", element("ul", {}, ...all.map(({ what, command }) => element("li", {}, `${what}: `, element("code", {}, command)))))];
}
