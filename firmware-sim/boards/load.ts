import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MayflyError } from "../../host/errors.js";
import { parseBoard } from "./parse.js";
import type { Board } from "./schema.js";

export { parseBoard } from "./parse.js";

/** Beside the bundle in `dist/`, or beside this source. */
const FOLDERS = ["./boards/", "./"];

function boardsFolder(): string {
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    if (existsSync(`${path}rp2040.json`)) return path;
  }
  throw new MayflyError("the board files are missing (dist/boards): run `npm run build`", 1);
}

let known: readonly Board[] | null = null;

/** All boards that come with Mayfly, by name. */
export function allBoards(): readonly Board[] {
  if (known) return known;
  const folder = boardsFolder();
  const files = readdirSync(folder).filter((file) => file.endsWith(".json")).sort();
  known = files.map((file) => parseBoard(readFileSync(`${folder}${file}`, "utf8"), file));
  return known;
}

/**
 * A board by its name or an alias ("rp2040", "pico"), or from a file of the user's: whatever holds a slash or ends in .json.
 */
export function findBoard(nameOrFile: string): Board {
  if (/[\\/]|\.json$/i.test(nameOrFile)) return readBoardFile(nameOrFile);
  const name = nameOrFile.trim().toLowerCase();
  const bare = (text: string): string => text.replaceAll(/[^a-z0-9]/g, "");
  const boards = allBoards();
  const found = boards.find((board) => [board.name, ...board.aliases].some((known) => bare(known) === bare(name)));
  if (found && bare(name) !== "") return found;
  throw new MayflyError(`there is no board "${nameOrFile}"${suggestion(bare(name), boards)}: \`mayfly boards\` lists all; a file of your own is given by its path`, 2);
}

/** The boards `--board` means: "all", a name, a file, or several of them with commas between. */
export function selectBoards(selection: string): readonly Board[] {
  if (selection.trim().toLowerCase() === "all") return allBoards();
  // A file's path may hold commas.
  if (existsSync(selection)) return [findBoard(selection)];
  return selection.split(",").map((part) => findBoard(part.trim()));
}

function readBoardFile(path: string): Board {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code ?? error);
    throw new MayflyError(`cannot read the board file ${path}: ${why}`, 2, error);
  }
  return parseBoard(text, path);
}

/** Most names that a mistyped one is answered with. */
const SUGGESTIONS = 3;

/** The nearest names, or nothing where none is near. */
function suggestion(name: string, boards: readonly Board[]): string {
  const ranked = boards
    .map((board) => ({ name: board.name, distance: Math.min(...[board.name, ...board.aliases].map((known) => distanceTo(name, known.replaceAll("-", "")))) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0]?.distance ?? Infinity;
  if (best > Math.max(2, name.length / 2)) return "";
  const near = ranked.filter(({ distance }) => distance <= best + 0.5).slice(0, SUGGESTIONS).map((entry) => entry.name);
  return ` (near: ${near.join(", ")})`;
}

/** Edits from one text to the other (Levenshtein); a part of the other counts as near. */
function distanceTo(text: string, other: string): number {
  if (text.length >= 3 && other.includes(text)) return 0.5;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= text.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const replaced = (row[to - 1] ?? 0) + (text[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
