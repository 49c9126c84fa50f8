import colours from "picocolors";

/** Everything human goes to stderr; stdout carries the one JSON object of --json and nothing else. */
export function say(line = ""): void {
  process.stderr.write(`${line}\n`);
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Colours where stderr is a terminal that wants them. */
export const style = colours.createColors(process.stderr.isTTY === true && !process.env["NO_COLOR"]);

export function bytesText(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}

export function count(value: number): string {
  return value.toLocaleString("en");
}

export function percent(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(2)} %`;
}

/** Columns of text, right-aligned but for the first; as lines. */
export function table(rows: readonly (readonly string[])[], leftColumns = 1): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column < leftColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ").trimEnd());
}
