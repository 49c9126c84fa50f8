/** Histograms of goodness, one for each layer. */
import * as Plot from "@observablehq/plot";
import type { GoodnessHistogram } from "../../../host/report/report_data.js";
import { drawChart, legend, onLook } from "./chart.js";
import { cssColour, element } from "./dom.js";

export class GoodnessCharts {
  private histograms: readonly GoodnessHistogram[] = [];
  private names: readonly [string, string] = ["right label", "wrong labels"];

  constructor(private readonly host: HTMLElement) {
    onLook(host, () => this.draw());
  }

  show(histograms: readonly GoodnessHistogram[], pair: boolean): void {
    this.histograms = histograms;
    this.names = pair ? ["right label", "wrong labels"] : ["the true class’s units", "the other classes’"];
    this.draw();
  }

  private draw(): void {
    const [right, wrong] = [cssColour("right"), cssColour("wrong")];
    const charts = this.histograms.map((histogram) => {
      const chart = element("div");
      const { layer, edges, width, positive, negative } = histogram;
      const bars = [{ shares: positive, fill: right }, { shares: negative, fill: wrong }].flatMap(({ shares, fill }) => edges.map((edge, bin) => ({ from: edge, to: edge + width, share: 100 * (shares[bin] ?? 0), fill })));
      return { chart, draw: () => drawChart(chart, {
        height: this.histograms.length > 2 ? 112 : 146, marginTop: 6, marginBottom: layer === this.histograms.length ? 34 : 20,
        x: { label: layer === this.histograms.length ? "goodness a unit" : null, ticks: 5 }, y: { label: null, ticks: 3, grid: true, tickFormat: (tick: number) => `${tick}%` },
        marks: [Plot.rectY(bars, { x1: "from", x2: "to", y1: 0, y2: "share", fill: "fill", fillOpacity: 0.6, insetLeft: 0.5, insetRight: 0.5 }), Plot.ruleY([0])],
      }, `Goodness of layer ${layer}: ${this.names[0]} ${meanOf(edges, positive)} on average, ${this.names[1]} ${meanOf(edges, negative)}`) };
    });
    this.host.replaceChildren(legend([[this.names[0], right], [this.names[1], wrong]]), ...charts.flatMap(({ chart }, index) => [element("h3", {}, `layer ${index + 1}`), chart]));
    for (const { draw } of charts) draw();
  }
}

function meanOf(edges: readonly number[], shares: readonly number[]): string {
  return edges.reduce((sum, edge, bin) => sum + edge * (shares[bin] ?? 0), 0).toPrecision(2);
}
