/** Learning curves. */
import * as Plot from "@observablehq/plot";
import type { Point } from "../protocol.js";
import { drawChart, legend, onLook } from "./chart.js";
import { cssColour } from "./dom.js";
import { count, percent } from "./format.js";

/** A point of the running error is of this share of all digits so far at least: as many points for the first thousand as for the last. */
const POINT_SHARE = 0.03;
/** More points of the test error than these are thinned out, but for the first half of them. */
const MOST_POINTS = 800;
/** Below it a logarithmic scale would show noise. */
const LEAST_PERCENT = 0.5;
/** The last marks are named, in rows of their own so that names do not lie on each other. */
const MARK_ROWS = 3;
const MARK_ROW = 13;
const TICKS = [0.5, 1, 2, 5, 10, 20, 50, 100];

/** Ticks of digits seen: 1, 2 and 5 of each power; those that would lie on 0 are left out. */
const STEPS = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7].flatMap((power) => [power, 2 * power, 5 * power]);
const LEFTMOST = 0.025;

interface Mark {
  readonly samples: number;
  readonly text: string;
}

export class LearningChart {
  private running: Point[] = [];
  /** Of the next point. */
  private gathered: Point[] = [];
  private tested: (Point & { readonly name: string })[] = [];
  private marks: Mark[] = [];
  private readonly chart = document.createElement("div");

  constructor(host: HTMLElement) {
    this.legend = legend([]);
    host.append(this.legend, this.chart);
    onLook(host, () => this.draw());
  }

  private legend: HTMLUListElement;

  clear(): void {
    this.running = [];
    this.gathered = [];
    this.tested = [];
    this.marks = [];
    this.draw();
  }

  addRunning(points: readonly Point[]): void {
    for (const point of points) {
      this.gathered.push(point);
      if (point.samples - (this.running.at(-1)?.samples ?? 0) < POINT_SHARE * point.samples) continue;
      this.running.push({ samples: point.samples, value: this.gathered.reduce((sum, { value }) => sum + value, 0) / this.gathered.length });
      this.gathered = [];
    }
  }

  addTested(samples: number, goodness: number | null, readout: number | null): void {
    if (goodness !== null) this.tested.push({ samples, value: goodness, name: "test, by goodness" });
    if (readout !== null) this.tested.push({ samples, value: readout, name: "test, by the readout" });
    if (this.tested.length > MOST_POINTS) this.tested = this.tested.filter((_, index) => index < MOST_POINTS / 2 || index % 4 < 2);
  }

  mark(samples: number, text: string): void {
    this.marks.push({ samples, text });
  }

  /** The chip is back at an earlier sample: what came after is going to come again. */
  rewind(samples: number): void {
    this.running = this.running.filter((point) => point.samples <= samples);
    this.gathered = [];
    this.tested = this.tested.filter((point) => point.samples <= samples);
  }

  draw(): void {
    const [blue, orange, grey] = [cssColour("right"), cssColour("wrong"), cssColour("quiet")];
    const colours = { "test, by goodness": blue, "test, by the readout": orange } as const;
    const entries = legend([["test, by goodness", blue], ["test, by the readout", orange], ["each new digit", grey]]);
    this.legend.replaceWith(entries);
    this.legend = entries;
    const floor = (point: Point): number => Math.max(point.value, LEAST_PERCENT);
    const all = [...this.running, ...this.tested];
    const last = this.tested.at(-1);
    const low = Math.max(LEAST_PERCENT, Math.min(5, ...all.map(floor)));
    const bottom = TICKS.findLast((tick) => tick <= low) ?? LEAST_PERCENT;
    const ticks = TICKS.filter((tick) => tick >= bottom);
    const most = all.reduce((max, { samples }) => Math.max(max, samples), 1000);
    drawChart(this.chart, {
      height: 330, marginTop: 28 + MARK_ROW * Math.min(this.marks.length, MARK_ROWS),
      // The start, when most happens, gets the room.
      x: { type: "sqrt", label: "digits seen", domain: [0, most], ticks: [0, ...STEPS.filter((step) => step <= most && step >= LEFTMOST * most)], tickFormat: (tick: number) => (tick < 1000 ? String(tick) : `${tick / 1000}k`) },
      y: { type: "log", label: "% wrong", domain: [bottom, 100], axis: null },
      marks: [
        Plot.gridY(ticks),
        Plot.axisY(ticks, { label: "% wrong", text: (tick: number) => String(tick) }),
        Plot.ruleX(this.marks, { x: "samples", stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "3 3" }),
        ...this.marks.slice(-MARK_ROWS).map((mark, index, shown) => Plot.text([mark], {
          x: "samples", y: 100, text: "text", dy: -MARK_ROW * (1 + ((this.marks.length - shown.length + index) % MARK_ROWS)) - 8, textAnchor: mark.samples < most / 3 ? "start" : "end", fill: "currentColor",
        })),
        Plot.lineY(this.running, { x: "samples", y: floor, stroke: grey, strokeWidth: 1, strokeOpacity: 0.7 }),
        Plot.lineY(this.tested, { x: "samples", y: floor, z: "name", stroke: ({ name }: { name: keyof typeof colours }) => colours[name], strokeWidth: 2.5 }),
      ],
    }, last ? `Learning curves: ${percent(last.value)} of test digits wrong after ${count(last.samples)} digits seen` : "Learning curves, empty so far");
  }
}
