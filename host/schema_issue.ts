/** What a schema found wrong, in our words: a user never sees zod's. */

/** The part of zod's issues that is read here. */
export interface SchemaIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
  readonly origin?: string;
}

const KINDS: Readonly<Record<string, string>> = {
  int: "a whole number", number: "a number", string: "text", boolean: "true or false", array: "a list", object: "an object of fields", record: "an object of fields",
};

/** "must be at most 15, but is 99": goes behind the name of the field. `data` is what was checked. */
export function describeIssue(issue: SchemaIssue, data: unknown): string {
  if (issue.code === "unrecognized_keys") return `there is no field ${(issue.keys ?? []).map((key) => `"${key}"`).join(", ")}`;
  const value = valueAt(data, issue.path);
  const must = demand(issue);
  if (value === undefined) return issue.path.length === 0 ? must : issue.message.startsWith("must") ? `it is missing; it ${must}` : "it is missing";
  return `${must}${shown(value)}`;
}

function demand({ code, message, expected, values = [], minimum, maximum, inclusive, origin }: SchemaIssue): string {
  // A message of a schema's own says what belongs there.
  if (message.startsWith("must")) return message;
  const has = origin === "array" || origin === "string";
  const many = (count: unknown): string => `${String(count)} ${origin === "array" ? (Number(count) === 1 ? "entry" : "entries") : Number(count) === 1 ? "character" : "characters"}`;
  switch (code) {
    case "invalid_type": return `must be ${KINDS[expected ?? ""] ?? expected ?? "of another kind"}`;
    case "invalid_value": return values.length === 1 ? `must be ${JSON.stringify(values[0])}` : `must be one of ${values.map((each) => JSON.stringify(each)).join(", ")}`;
    case "too_small": return has ? `must have at least ${many(minimum)}` : inclusive ? `must be at least ${String(minimum)}` : `must be above ${String(minimum)}`;
    case "too_big": return has ? `must have at most ${many(maximum)}` : inclusive ? `must be at most ${String(maximum)}` : `must be below ${String(maximum)}`;
    default: return "must have another form";
  }
}

/** The value, where it is short enough to show. */
function shown(value: unknown): string {
  const text = typeof value === "object" && value !== null ? (Array.isArray(value) ? `a list of ${value.length}` : "an object of fields") : typeof value === "number" ? String(value) : JSON.stringify(value);
  return text !== undefined && text.length <= 40 ? `, but is ${text}` : "";
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined), data);
}
