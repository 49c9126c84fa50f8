import type { Command } from "commander";
import { allBoards, findBoard } from "../../firmware-sim/boards/load.js";
import { type Board, figuresOf, isEstimate } from "../../firmware-sim/boards/schema.js";
import { jsonOption } from "./flags.js";
import { bytesText, count, say, sayJson, table } from "./output.js";

export function addBoardsCommand(program: Command): void {
  const command = program.command("boards")
    .summary("list the boards that networks can be planned and simulated for")
    .description("Lists the boards that come with Mayfly, or every figure of one with its source.")
    .argument("[board]", "name of a board, or a board file of your own: shows its figures")
    .addOption(jsonOption())
    .addHelpText("after", `
Examples:
  mayfly boards
  mayfly boards rp2040
  mayfly boards ./myboard.json`);
  command.action((name: string | undefined, flags: { json?: boolean }) => {
    const boards = name === undefined ? allBoards() : [findBoard(name)];
    for (const line of name === undefined ? boardList(boards) : boards.flatMap(boardFigures)) say(line);
    if (flags.json) sayJson({ boards });
  });
}

function boardList(boards: readonly Board[]): string[] {
  const mark = (figure: Board["clockMHz"], text: string): string => `${isEstimate(figure) ? "~" : ""}${text}`;
  return [
    ...table([
      ["board", "core", "MHz", "RAM", "in one piece", "flash", "erases", "times", "active", "", ""],
      ...boards.map((board) => [
        board.name, board.core, mark(board.clockMHz, count(board.clockMHz.value)), mark(board.ramBytes, bytesText(board.ramBytes.value)), mark(board.ramContiguousBytes, bytesText(board.ramContiguousBytes.value)),
        mark(board.flash.bytes, bytesText(board.flash.bytes.value)), mark(board.flash.eraseBytes, bytesText(board.flash.eraseBytes.value)), mark(board.flash.enduranceCycles, count(board.flash.enduranceCycles.value)),
        mark(board.activeMilliAmps, `${board.activeMilliAmps.value} mA`), extras(board), board.title,
      ]),
    ], "llrrrrrrrll"),
    "",
    "~ is an estimate; `mayfly boards NAME` shows the source or the reason of every figure",
  ];
}

function extras({ dsp, fpu, simd }: Board): string {
  return [dsp && "DSP", fpu !== "none" && "FPU", simd !== "none" && simd.toUpperCase()].filter(Boolean).join(" ") || "–";
}

function boardFigures(board: Board): string[] {
  return [
    `${board.title}: ${board.core}, ${extras(board)}${board.aliases.length ? `; also ${board.aliases.join(", ")}` : ""}`,
    `  ${board.coreSource}`,
    "",
    ...table([["figure", "value", ""], ...figuresOf(board).map(({ path, figure }) => [path, count(figure.value), "source" in figure ? figure.source : `estimate: ${figure.reason}`])], "lrl"),
  ];
}
