/** Draws a report in the browser from the data in the page. No network; everything is in the file. */
import type { ReportData } from "../report_data.js";
import { compareSection } from "./compare.js";
import { element } from "./dom.js";
import { runSection } from "./run.js";

const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}") as ReportData;
const root = document.getElementById("report");

function draw(): void {
  if (!root) return;
  root.replaceChildren(
    element("header", {}, element("h1", {}, "Mayfly training report"), element("p", { class: "quiet" }, `${data.runs.length === 1 ? "One run" : `${data.runs.length} runs`}, made ${data.made} by Mayfly ${data.version}`)),
    ...(data.runs.length > 1 ? [compareSection(data.runs)] : []),
    ...data.runs.map((run) => runSection(run)),
  );
}

draw();
// Charts are as wide as their column, so they are drawn anew for another width.
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  draw();
});
