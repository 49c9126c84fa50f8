import type { ReportRun } from "../report_data.js";
import { lines } from "./charts.js";
import { element, figure, table } from "./dom.js";

/** Runs side by side: their curves in one chart, their figures in one table. */
export function compareSection(runs: readonly ReportRun[]): HTMLElement {
  const best = (epoch: ReportRun["epochs"][number]): number | null => (epoch.goodness === null ? epoch.readout : epoch.readout === null ? epoch.goodness : Math.min(epoch.goodness, epoch.readout));
  const points = runs.flatMap((run) => run.epochs.flatMap((epoch) => {
    const value = best(epoch);
    return value === null ? [] : [{ epoch: epoch.epoch, value, name: run.name }];
  }));
  return element("section", { "aria-label": "comparison" }, element("h2", {}, "Side by side"),
    ...(points.length > 0 ? [figure("Test error", "The lower of the two predictions' errors, after each epoch.", lines(points, "% wrong", "Test error of all runs over epochs"))] : []),
    table(["run", "network", "by goodness", "by the readout", "linear memory", "active at a time"], runs.map((run) => {
      const last = run.epochs.at(-1);
      const text = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : `${value.toFixed(2)} %`);
      return [run.name, run.title, text(last?.goodness), text(last?.readout), run.memoryTotal.toLocaleString("en"), run.layers.map((layer) => `${(100 * layer.active).toFixed(0)} %`).join(", ")];
    }), "The runs' figures"));
}
