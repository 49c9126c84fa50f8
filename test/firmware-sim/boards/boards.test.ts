/** Boards as data: every figure has a source or says that it is an estimate, and what is wrong with a file is said in one line. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { allBoards, findBoard, parseBoard, selectBoards } from "../../../firmware-sim/boards/load.js";
import { figuresOf, isEstimate } from "../../../firmware-sim/boards/schema.js";
import { MayflyError } from "../../../host/errors.js";

const PROMISED = [
  "rp2040", "rp2350", "stm32f103", "stm32f446", "stm32l476", "stm32h743", "stm32u575", "nrf52840", "nrf5340", "esp32", "esp32-s3", "esp32-c3",
  "samd21", "samd51", "imxrt1062", "apollo4", "alif-e3",
];
const folder = mkdtempSync(join(tmpdir(), "mayfly-boards-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A sound board as plain data, to spoil. */
const sound = (): Record<string, any> => JSON.parse(JSON.stringify(findBoard("rp2040")));
const errorOf = (text: string): string => {
  try {
    parseBoard(text, "my.json");
  } catch (error) {
    expect(error).toBeInstanceOf(MayflyError);
    expect((error as MayflyError).exitCode).toBe(2);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  throw new Error("this board was accepted");
};

test("all promised boards are there, each in a file of its name, and no name means two", () => {
  const boards = allBoards();
  expect(boards.map((board) => board.name)).toEqual(expect.arrayContaining(PROMISED));
  expect(boards.map((board) => `${board.name}.json`)).toEqual(readdirSync("firmware-sim/boards").filter((file) => file.endsWith(".json")).sort());
  const names = boards.flatMap((board) => [board.name, ...board.aliases]).map((name) => name.replaceAll("-", ""));
  expect(new Set(names).size).toBe(names.length);
});

test.each(allBoards().map((board) => [board.name, board] as const))("%s: every figure has a source or is an estimate with its reason", (_, board) => {
  const figures = figuresOf(board);
  expect(figures.map(({ path }) => path)).toEqual(expect.arrayContaining([
    "clockMHz", "ramBytes", "ramContiguousBytes", "stallLow", "stallHigh", "activeMilliAmps", "supplyVolts", "flash.bytes", "flash.programUnitBytes", "flash.programPageBytes",
    "flash.programMs", "flash.eraseBytes", "flash.eraseMs", "flash.enduranceCycles",
  ]));
  for (const { path, figure } of figures) {
    const text = isEstimate(figure) ? (figure as { reason: string }).reason : (figure as { source: string }).source;
    expect(text.length, path).toBeGreaterThan(12);
    expect("source" in figure && "estimate" in figure, path).toBe(false);
  }
});

describe("finding a board", () => {
  test("by name, by alias, however it is spelled", () => {
    expect(findBoard("rp2040").name).toBe("rp2040");
    expect(findBoard("Pico").name).toBe("rp2040");
    expect(findBoard("ESP32S3").name).toBe("esp32-s3");
    expect(selectBoards("all")).toBe(allBoards());
    expect(selectBoards("rp2040, pico2").map((board) => board.name)).toEqual(["rp2040", "rp2350"]);
  });

  test("an unknown one is answered with the nearest names, and nonsense with none", () => {
    expect(() => findBoard("rp2400")).toThrow(/no board "rp2400" \(near: rp2040/);
    expect(() => findBoard("stm32h7")).toThrow(/near: stm32h743/);
    expect(() => findBoard("qqqqqqqqqq")).toThrow(/no board "qqqqqqqqqq": `mayfly boards`/);
    expect(() => findBoard("")).toThrow(MayflyError);
    expect(() => selectBoards("rp2040,")).toThrow(MayflyError);
  });

  test("a file of the user's", () => {
    const file = join(folder, "mine.json");
    writeFileSync(file, JSON.stringify({ ...sound(), name: "mine", ramBytes: { value: 300_000, source: "my datasheet" } }));
    expect(findBoard(file)).toMatchObject({ name: "mine", ramBytes: { value: 300_000 } });
    expect(selectBoards(file)).toHaveLength(1);
    expect(() => findBoard(join(folder, "other.json"))).toThrow(/there is no such file/);
    expect(() => findBoard(`${folder}/`)).toThrow(/it is a folder/);
  });
});

describe("a malformed board file", () => {
  const spoil = (change: (board: Record<string, any>) => void): string => {
    const board = sound();
    change(board);
    return errorOf(JSON.stringify(board));
  };

  test("is said in one line with the place", () => {
    expect(errorOf("{")).toMatch(/my\.json is not JSON/);
    expect(errorOf("[]")).toMatch(/my\.json is wrong/);
    expect(errorOf("null")).toMatch(/my\.json is wrong/);
    expect(spoil((board) => { delete board.title; })).toBe("the board file my.json is wrong at title: it is missing");
    expect(spoil((board) => { delete board.ramBytes; })).toMatch(/at ramBytes: it is missing; it must be a whole number of bytes from 1, as \{ "value"/);
    expect(spoil((board) => { board.ram = 1; })).toMatch(/there is no field "ram"/);
    expect(spoil((board) => { board.core = "z80"; })).toMatch(/at core: must be one of cortex-m0/);
  });

  test("a figure needs a source, or says that it is an estimate", () => {
    expect(spoil((board) => { board.clockMHz = 125; })).toMatch(/at clockMHz: must be a number above 0, as/);
    expect(spoil((board) => { board.clockMHz = { value: 125 }; })).toMatch(/at clockMHz: must be a number above 0, as/);
    expect(spoil((board) => { board.clockMHz = { value: 125, estimate: true }; })).toMatch(/at clockMHz/);
    expect(spoil((board) => { board.clockMHz = { value: 0, source: "a datasheet" }; })).toMatch(/at clockMHz: must be a number above 0/);
    expect(spoil((board) => { board.ramBytes = { value: 1.5, source: "a datasheet" }; })).toMatch(/at ramBytes: must be a whole number of bytes/);
    expect(spoil((board) => { board.flash.enduranceCycles = { value: -1, source: "a datasheet" }; })).toMatch(/at flash\.enduranceCycles/);
  });

  test("sizes must agree with each other", () => {
    expect(spoil((board) => { board.ramContiguousBytes.value = board.ramBytes.value + 1; })).toMatch(/ramContiguousBytes: must not be more than ramBytes/);
    expect(spoil((board) => { board.flash.eraseBytes.value = 4000; })).toMatch(/flash\.eraseBytes: must be a multiple of programPageBytes/);
    expect(spoil((board) => { board.flash.bytes.value += 256; })).toMatch(/flash\.bytes: must be a multiple of eraseBytes/);
    expect(spoil((board) => { board.flash.eraseMs = { value: 0, source: "a datasheet" }; })).toMatch(/flash\.eraseMs: must be above 0/);
    expect(spoil((board) => { board.stallLow.value = 3; })).toMatch(/stallLow: must not be more than stallHigh/);
  });
});
