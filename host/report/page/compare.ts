import type { ReportRun } from "../report_data.js";
import { type Bar, groupedBars, lines } from "./charts.js";
import { element, figure, table } from "./dom.js";

type Epoch = ReportRun["epochs"][number];

/** Runs side by side: their curves in one chart, their sparsity in another, their figures in tables. */
export function compareSection(runs: readonly ReportRun[]): HTMLElement {
  const best = (epoch: Epoch): number | null => (epoch.goodness === null ? epoch.readout : epoch.readout === null ? epoch.goodness : Math.min(epoch.goodness, epoch.readout));
  const points = runs.flatMap((run) => run.epochs.flatMap((epoch) => {
    const value = best(epoch);
    return value === null ? [] : [{ epoch: epoch.epoch, value, name: run.name }];
  }));
  const layers = Math.max(0, ...runs.map((run) => run.layers.length));
  const bars = Array.from({ length: layers }, (_, layer) => runs.flatMap((run): Bar[] => (run.layers[layer] ? [{ group: `layer ${layer + 1}`, name: run.name, value: 100 * run.layers[layer].active }] : []))).flat();
  const text = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : `${value.toFixed(2)} %`);
  return element("section", { "aria-label": "comparison" }, element("h2", {}, "Side by side"),
    ...(points.length > 0 ? [figure("Test error", "The lower of the two predictions' errors, after each epoch.", lines(points, "% wrong", "Test error of all runs over epochs"))] : []),
    figure("The runs' figures", "Errors are those of the last epoch tested; multiply-adds those of a training sample in the last epoch, done and of all, by the engine's counters; boards those of mayfly boards that a training step fits.",
      table(["run", "network", "by goodness", "by the readout", "linear memory", "multiply-adds", "of all", "fits boards", "parity"], runs.map((run) => {
        const last = run.epochs.findLast((epoch) => epoch.goodness !== null || epoch.readout !== null);
        const { done, all } = workOf(run);
        return [run.name, run.title, text(last?.goodness), text(last?.readout), run.memoryTotal.toLocaleString("en"), all > 0 ? done.toLocaleString("en") : "–", all > 0 ? `${((100 * done) / all).toFixed(1)} %` : "–", `${run.boards.filter(({ fits }) => fits).length} of ${run.boards.length}`, run.parity?.verdict ?? "–"];
      }), "Errors, memory and work"),
      table(["run", ...runs[0]!.facts.filter(([name]) => SETTINGS.includes(name)).map(([name]) => name)], runs.map((run) => [run.name, ...run.facts.filter(([name]) => SETTINGS.includes(name)).map(([, value]) => value)]), "How they were trained")),
    ...(bars.length > 0 ? [figure("Units active at a time", "Over test samples; the sparser a layer, the less the next one costs.", groupedBars(bars, 100, (value) => `${value.toFixed(0)} %`, "% of units", "Units active at a time by layer and run"))] : []));
}

/** Facts that tell runs apart. */
const SETTINGS = ["objective", "weights", "seed", "samples trained"];

function workOf({ epochs }: ReportRun): { done: number; all: number } {
  const work = epochs.findLast((epoch) => epoch.work.length > 0)?.work ?? [];
  return work.flatMap(({ forward, update }) => [forward, update]).reduce((sum, each) => ({ done: sum.done + each.done, all: sum.all + each.all }), { done: 0, all: 0 });
}
