import colours from "picocolors";
import type { TestError } from "../train/evaluate.js";

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

/** "1.93 % by goodness, 1.89 % by the readout", or the one of the two that there is. */
export function errorText({ goodness, readout }: TestError): string {
  return [goodness === null ? "" : `${percent(goodness)} by goodness`, readout === null ? "" : `${percent(readout)} by the readout`].filter(Boolean).join(", ");
}

/**
 * Columns of text as lines. `align` has a letter a column, "l" or "r" (what it lacks is "r"), or is a number: so many columns
 * are left-aligned, the rest right-aligned.
 */
export function table(rows: readonly (readonly string[])[], align: number | string = 1): string[] {
  const sides = typeof align === "number" ? "l".repeat(align) : align;
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string => (sides[column] === "l" ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0));
  return rows.map((row) => row.map(cell).join("  ").trimEnd());
}
