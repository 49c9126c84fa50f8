import { MayflyError } from "../../host/errors.js";
import { describeIssue } from "../../host/schema_issue.js";
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
  const issue = result.error.issues[0]!;
  const path = issue.path.map(String).join(".");
  throw new MayflyError(`the board file ${name} is wrong${path ? ` at ${path}` : ""}: ${describeIssue(issue, data)}`, 2);
}
