/** Lines of a table: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]))).join("  ").trimEnd());
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Rows with equal `keys` become one, with the mean of each of their numbers (also one level down). */
export function averaged(rows, keys) {
  const groups = group(rows, keys);
  return [...groups.values()].map((of) => meanOf(of, keys));
}

function group(rows, keys) {
  const groups = new Map();
  for (const row of rows) {
    const name = keys.map((key) => row[key]).join("\u0000");
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return groups;
}

function meanOf(rows, keys) {
  return Object.fromEntries(Object.entries(rows[0]).map(([key, value]) => {
    if (keys.includes(key)) return [key, value];
    const values = rows.map((row) => row[key]);
    if (typeof value === "number") return [key, mean(values)];
    return [key, value && typeof value === "object" ? meanOf(values, []) : value];
  }));
}
