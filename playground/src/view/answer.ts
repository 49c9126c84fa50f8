/** What the chip makes of the digit on the pad: goodness of every label, and the readout. */
import type { Reply } from "../protocol.js";
import { element } from "./dom.js";

type Prediction = Extract<Reply, { type: "prediction" }>;

/** Logits are in 256ths. */
const LOGIT = 256;

export class Answer {
  private readonly line = element("p", { class: "big", role: "status" });
  private readonly rows: HTMLTableRowElement[] = [];
  private readonly body = element("tbody");
  private spoken = "";

  constructor(private readonly host: HTMLElement) {
    const head = element("tr", {}, element("th", { scope: "col" }, element("span", { class: "hidden" }, "digit")), element("th", { scope: "col" }, "goodness"), element("th", { scope: "col" }, "readout"));
    const columns = element("colgroup", {}, element("col", { class: "class" }), element("col"), element("col"));
    for (let digit = 0; digit < 10; digit++) {
      const row = element("tr", {}, element("th", { scope: "row" }, String(digit)), barCell(), barCell()) as HTMLTableRowElement;
      this.rows.push(row);
      this.body.append(row);
    }
    host.append(this.line, element("table", { class: "bars" }, element("caption", { class: "hidden" }, "Goodness and readout of every digit"), columns, element("thead", {}, head), this.body));
    this.empty();
  }

  empty(): void {
    this.say("Draw with finger, mouse or keys.");
    for (const row of this.rows) row.className = "";
    for (const bar of this.host.querySelectorAll<HTMLElement>(".bar")) fill(bar, 0, false, "");
  }

  /** `truth`: of a test digit. */
  show({ goodness, readout, byGoodness, byReadout, samples }: Prediction, truth: number | null): void {
    const [low, high] = [Math.min(...goodness), Math.max(...goodness)];
    const shares = goodness.map((value) => (high > low ? (value - low) / (high - low) : 0));
    const likely = readout && softmax(readout);
    this.rows.forEach((row, digit) => {
      const [first, second] = row.querySelectorAll<HTMLElement>(".bar");
      row.className = digit === byGoodness ? "best" : "";
      fill(first!, shares[digit]!, digit === byGoodness, `${Math.round(100 * shares[digit]!)} of 100`);
      fill(second!, likely?.[digit] ?? 0, digit === byReadout, likely ? `${Math.round(100 * likely[digit]!)} %` : "none");
    });
    const both = byReadout === null || byReadout === byGoodness ? `It reads a ${byGoodness}` : `A ${byGoodness} by goodness, a ${byReadout} by the readout`;
    const verdict = truth === null ? "" : byGoodness === truth ? ": right." : `: wrong, it is a ${truth}.`;
    this.say(samples === 0 ? "It has learned nothing yet: train it first." : `${both}${verdict || "."}`);
  }

  private say(text: string): void {
    if (text === this.spoken) return;
    this.spoken = text;
    this.line.textContent = text;
  }
}

function barCell(): HTMLElement {
  return element("td", {}, element("span", { class: "bar" }, element("span")), element("span", { class: "hidden" }));
}

function fill(bar: HTMLElement, share: number, best: boolean, text: string): void {
  bar.classList.toggle("best", best);
  (bar.firstElementChild as HTMLElement).style.width = `${Math.round(100 * share)}%`;
  bar.nextElementSibling!.textContent = text;
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const parts = logits.map((value) => Math.exp((value - most) / LOGIT));
  const sum = parts.reduce((total, value) => total + value, 0);
  return parts.map((value) => value / sum);
}
