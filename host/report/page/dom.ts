/** An element with attributes and children; text is text, never HTML. */
export function element(tag: string, attributes: Readonly<Record<string, string>> = {}, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A chart or picture with a heading and a sentence that says what it shows. */
export function figure(title: string, says: string, ...children: (Node | string)[]): HTMLElement {
  return element("figure", {}, element("h3", {}, title), ...children, element("figcaption", {}, says));
}

/** Columns of words stand left, columns of figures right. */
function isWords(rows: readonly (readonly (string | Node)[])[], column: number): boolean {
  return rows.every((row) => !/^[-–0-9.]/.test(typeof row[column] === "string" ? row[column] : ((row[column] as Node | undefined)?.textContent ?? "")));
}

export function table(head: readonly string[], rows: readonly (readonly (string | Node)[])[], caption: string): HTMLElement {
  const side = (column: number): string => (column === 0 || isWords(rows, column) ? "words" : "figures");
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head.map((name, column) => element("th", { scope: "col", class: side(column) }, name)))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((cell, column) => (column === 0 ? element("th", { scope: "row", class: side(column) }, cell) : element("td", { class: side(column) }, cell))))))));
}

/** Of the page and of a figure, both sides, with the figure's border: see style.css. */
const MARGINS = 2 * (16 + 16 + 1);

/** Width of a chart: the column's, as far as it helps. */
export function chartWidth(most = 680): number {
  return Math.max(240, Math.min(most, document.documentElement.clientWidth - MARGINS));
}
