import type { ReportImage, ReportRun } from "../report_data.js";
import { histogram, lines, matrix, memoryBar } from "./charts.js";
import { element, figure, table } from "./dom.js";

const percent = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : `${value.toFixed(2)} %`);

/** One run from top to bottom. What the run has no data for is left out. */
export function runSection(run: ReportRun): HTMLElement {
  const last = run.epochs.findLast((epoch) => epoch.goodness !== null || epoch.readout !== null);
  return element("section", { "aria-label": run.name },
    element("h2", {}, run.title), element("p", { class: "quiet" }, `${run.name} · ${run.dataset}`),
    element("p", { class: "headline" }, last ? `Test error after epoch ${last.epoch}: ${[last.goodness === null ? "" : `${percent(last.goodness)} by goodness`, last.readout === null ? "" : `${percent(last.readout)} by the readout`].filter(Boolean).join(", ")}` : "Not tested yet"),
    element("dl", {}, ...run.facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    ...curves(run), ...goodness(run), ...confusion(run), ...pictures(run), ...representation(run), memory(run), ...boards(run), ...parity(run));
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

function representation({ layers, classNames, samples }: ReportRun): HTMLElement[] {
  if (layers.length === 0) return [];
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return [figure("Emergent representations", "An ensemble holds the units that are active in at least half of a class's samples and above chance by four standard deviations. Overlap is the share of units that two ensembles have in common.",
    table(["layer", "units", "active at a time", "Hoyer sparsity", "never active", "mean selectivity"], layers.map((layer) => [layer.name, layer.units.toLocaleString("en"), share(layer.active), layer.hoyer.toFixed(3), String(layer.silent), layer.meanSelectivity.toFixed(3)]), `Sparsity over ${samples.toLocaleString("en")} test samples`),
    table(["layer", ...classNames], layers.map((layer) => [layer.name, ...layer.ensembleSizes.map(String)]), "Units in each class's ensemble"),
    ...(classNames.length <= 32 ? layers.map((layer) => element("div", {}, element("h4", {}, `${layer.name}: overlap of ensembles, %`), matrix(layer.overlap.map((row) => row.map((value) => 100 * value)), classNames, 0, ["class", "class"], `Overlap of class ensembles of ${layer.name}, in percent`))) : []))];
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
