import * as Plot from "@observablehq/plot";

/** Puts a chart of the element's width into it, as an image with a label. */
export function drawChart(into: HTMLElement, options: Plot.PlotOptions, label: string): void {
  const chart = Plot.plot({ width: Math.max(240, into.clientWidth), marginLeft: 40, marginRight: 12, marginBottom: 36, style: { background: "transparent", color: "inherit", fontSize: "12px", fontFamily: "inherit" }, ...options });
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", label);
  into.replaceChildren(chart);
}

/** Calls back when the element's width has changed, or the colours of the page. */
export function onLook(target: HTMLElement, draw: () => void): void {
  let width = target.clientWidth;
  new ResizeObserver(() => {
    if (target.clientWidth === width) return;
    width = target.clientWidth;
    draw();
  }).observe(target);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

/** A list that says which colour is what. */
export function legend(entries: readonly (readonly [name: string, colour: string])[]): HTMLUListElement {
  const list = document.createElement("ul");
  list.className = "legend";
  list.append(...entries.map(([name, colour]) => {
    const item = document.createElement("li");
    item.style.setProperty("--c", colour);
    item.textContent = name;
    return item;
  }));
  return list;
}
