import { MayflyError } from "../../host/errors.js";
import { type Board, boardSchema } from "./schema.js";

/** Checks the text of a board file; `name` is what errors call it. */
export function parseBoard(text: string, name: string): Board {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new MayflyError(`the board file ${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`, 2, error);
  }
  const result = boardSchema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? `there is no field ${issue.keys.map((key) => `"${key}"`).join(", ")}` : null;
  const path = issue?.path.map(String).join(".") ?? "";
  // A figure's own message says what belongs there; zod's says what type was expected.
  const missing = issue !== undefined && path !== "" && valueAt(data, issue.path) === undefined;
  const says = missing && !issue.message.startsWith("must") ? "it is missing" : `${missing ? "it is missing; it " : ""}${lowerFirst(issue?.message ?? "not a board")}`;
  throw new MayflyError(`the board file ${name} is wrong${path ? ` at ${path}` : ""}: ${unknown ?? says}`, 2);
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined), data);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
