import * as Plot from "@observablehq/plot";
import type { GoodnessHistogram, ReportRun } from "../report_data.js";
import { chartWidth } from "./dom.js";

type Chart = SVGSVGElement | HTMLElement;

/** What all charts share. Colours are Okabe and Ito's, told apart with any colour vision. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];

function plot(options: Plot.PlotOptions, label: string): Chart {
  const chart = Plot.plot({ width: chartWidth(), height: 270, marginLeft: 48, marginBottom: 44, style: { background: "transparent", color: "inherit", fontSize: "12px" }, ...options, x: { labelOffset: 38, ...options.x } });
  // With a legend the chart stands in a figure beside it, and the legend's samples of colour are drawings of their own.
  const svg = chart.tagName.toLowerCase() === "svg" ? chart : chart.querySelector(":scope > svg");
  for (const swatch of chart.querySelectorAll("[class*=swatch] svg")) swatch.setAttribute("aria-hidden", "true");
  svg?.setAttribute("role", "img");
  svg?.setAttribute("aria-label", label);
  return chart;
}

/** Lines over epochs (or what `along` says), one for each name. */
export function lines(points: readonly { readonly epoch: number; readonly value: number; readonly name: string }[], unit: string, label: string, along = "epoch"): Chart {
  return plot({
    x: { label: along, ticks: wholeTicks(points.map(({ epoch }) => epoch)), tickFormat: "d" }, y: { label: unit, grid: true, nice: true },
    color: { legend: true, domain: [...new Set(points.map(({ name }) => name))], range: COLOURS },
    marks: [
      Plot.lineY(points, { x: "epoch", y: "value", z: "name", stroke: "name", strokeWidth: 2 }),
      Plot.dot(points, { x: "epoch", y: "value", fill: "name", r: 2.5 }),
      Plot.tip(points, Plot.pointer({ x: "epoch", y: "value", title: (point: { epoch: number; value: number; name: string }) => `${point.name}\n${along} ${point.epoch}: ${point.value.toFixed(2)}`, fill: "var(--card)" })),
    ],
  }, label);
}

/** At most eight epochs, evenly apart: there is nothing between two. */
function wholeTicks(epochs: readonly number[]): number[] {
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const step = Math.max(1, Math.ceil((last - first) / 8));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

export function histogram({ layer, edges, width, positive, negative }: GoodnessHistogram, names: readonly [string, string]): Chart {
  const bars = edges.flatMap((edge, bin) => [
    { from: edge, to: edge + width, share: 100 * (positive[bin] ?? 0), name: names[0] },
    { from: edge, to: edge + width, share: 100 * (negative[bin] ?? 0), name: names[1] },
  ]);
  return plot({
    height: 200, x: { label: "goodness a unit" }, y: { label: "% of samples", grid: true }, color: { legend: true, domain: [...names], range: COLOURS },
    marks: [Plot.rectY(bars, { x1: "from", x2: "to", y1: 0, y2: "share", fill: "name", fillOpacity: 0.55 }), Plot.ruleY([0])],
  }, `Histogram of the goodness of layer ${layer}: ${names[0]} and ${names[1]}`);
}

/** Share from which a square is so dark that white is read better than the page's own colour, in light and in dark. */
const DARK = 0.8;

/** A matrix of shares as squares with their values. */
export function matrix(values: readonly (readonly number[])[], names: readonly string[], digits: number, axes: readonly [row: string, column: string], label: string): Chart {
  const most = Math.max(...values.flat(), 1e-9);
  const cells = values.flatMap((row, index) => row.map((value, column) => ({ row: names[index] ?? "", column: names[column] ?? "", value, share: value / most })));
  const marginLeft = Math.min(120, 40 + 7 * Math.max(...names.map((name) => name.length)));
  const size = Math.min(chartWidth(), marginLeft + 26 + names.length * 42);
  const room = (size - marginLeft - 20) / names.length;
  const shown = room < 30 ? 0 : digits;
  const text = (value: number): string => (value === 0 ? "" : value.toFixed(value >= 99.95 ? 0 : shown));
  return plot({
    width: size, height: size, marginLeft, padding: 0.06, x: { label: axes[1], domain: [...names], type: "band" }, y: { label: axes[0], domain: [...names], type: "band" }, color: { type: "linear", domain: [0, 1], range: ["#88888818", "#0072b2"] },
    marks: [
      Plot.cell(cells, { x: "column", y: "row", fill: "share", rx: 3 }),
      ...(room >= 18 ? [Plot.text(cells, { x: "column", y: "row", text: (cell: { value: number }) => text(cell.value), fill: (cell: { share: number }) => (cell.share > DARK ? "white" : "currentColor"), fontSize: room < 30 ? 9 : 11 })] : []),
    ],
  }, label);
}

export interface Bar {
  /** Bars of a group stand together. */
  readonly group: string;
  readonly name: string;
  readonly value: number;
}

/** Bars of several names in groups, each with its value at its end. `most` is the value of a full bar. */
export function groupedBars(bars: readonly Bar[], most: number, text: (value: number) => string, unit: string, label: string): Chart {
  const names = [...new Set(bars.map(({ name }) => name))];
  const groups = [...new Set(bars.map(({ group }) => group))];
  return plot({
    height: 54 + groups.length * (names.length * 18 + 10), marginLeft: 12, marginRight: 56, marginTop: 8, insetRight: 0,
    x: { label: unit, domain: [0, most], grid: true, ticks: 5 }, y: { axis: null, domain: names, padding: 0.15 }, fy: { domain: groups, axis: null, padding: 0.12 }, color: { legend: true, domain: names, range: COLOURS },
    marks: [
      Plot.barX(bars, { x: "value", y: "name", fy: "group", fill: "name" }),
      Plot.text(bars, { x: "value", y: "name", fy: "group", text: (bar: Bar) => `${text(bar.value)}${groups.length > 1 && bar.name === names[0] ? `  ${bar.group}` : ""}`, textAnchor: "start", dx: 5 }),
    ],
  }, `${label}: ${bars.map(({ group, name, value }) => `${group}, ${name} ${text(value)}`).join("; ")}`);
}

/** Regions of memory in one bar, to scale. */
export function memoryBar({ memory, memoryTotal }: ReportRun): Chart {
  const parts = [...memory].sort((a, b) => b.bytes - a.bytes);
  const shown = parts.slice(0, 5).map(({ name, bytes }) => ({ name, bytes }));
  const rest = memoryTotal - shown.reduce((sum, part) => sum + part.bytes, 0);
  const all = rest > 0 ? [...shown, { name: "all else", bytes: rest }] : shown;
  return plot({
    height: 104, marginLeft: 12, x: { label: "bytes", tickFormat: "~s" }, y: { axis: null }, color: { legend: true, domain: all.map((part) => part.name), range: COLOURS },
    marks: [Plot.barX(all, Plot.stackX({ order: null, x: "bytes", fill: "name", insetLeft: 1, title: (part: { name: string; bytes: number }) => `${part.name}: ${part.bytes.toLocaleString("en")} bytes` }))],
  }, `Memory: ${all.map((part) => `${part.name} ${part.bytes.toLocaleString("en")} bytes`).join(", ")}`);
}
