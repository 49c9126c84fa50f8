import plot from "simple-ascii-chart";

/** Lines over an x from 1, as lines of text; a legend says which is which. Empty where there is nothing to draw. */
export function linePlot(title: string, series: readonly { readonly name: string; readonly values: readonly number[] }[]): string[] {
  const drawn = series.filter(({ values }) => values.length > 1);
  if (drawn.length === 0) return [];
  const colours = ["ansiCyan", "ansiMagenta", "ansiYellow", "ansiGreen", "ansiBlue", "ansiRed"] as const;
  const width = Math.max(...drawn.map(({ values }) => values.length));
  return plot(drawn.map(({ values }) => values.map((value, index): [number, number] => [index + 1, value])), {
    title, width: Math.min(Math.max(4 * width, 40), 72), height: 12, legend: { position: "bottom", series: drawn.map(({ name }) => name) },
    ...(process.stderr.isTTY && !process.env["NO_COLOR"] ? { color: drawn.map((_, index) => colours[index % colours.length]!) } : {}),
  }).split("\n").map((line) => line.trimEnd()).filter((line) => line !== "");
}
