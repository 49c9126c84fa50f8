import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../../host/cli/program.js";

/** Every document that shows commands. */
const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/experiments.md", "docs/recurrence.md", "docs/reference.md", "docs/representations.md", "docs/results.md", "docs/runtimes.md", "docs/variants.md"];

const pathOf = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** The command lines that start mayfly, in the code blocks of a Markdown text. */
function commandLines(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```[a-z]*\n(.*?)^```/gms)].map((match) => match[1] ?? "");
  return blocks.join("\n").replace(/\\\n\s*/g, " ").split("\n")
    .map((line) => /(?:^|\s)(?:npx mayfly|mayfly|node dist\/cli\.js) ([a-z].*)$/.exec(line)?.[1])
    .filter((line) => typeof line === "string")
    .map((line) => line.replace(/\s+(#|<|>|2>|\||&&).*$/, ""));
}

/** Words of a line of shell; quotes hold words together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** Parses a line as the program would, but runs nothing. */
function parse(line: string): void {
  const program = createProgram();
  const silence = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {} }).showHelpAfterError(false);
    if (command.commands.length === 0) command.action(() => {});
    else command.commands.forEach(silence);
  };
  for (const command of program.commands) silence(command);
  program.configureOutput({ writeErr: () => {} }).parse(words(line), { from: "user" });
}

const linesOf = (name: string): string[] => commandLines(readFileSync(pathOf(name), "utf8"));

test("every document listed is there", () => {
  for (const name of DOCUMENTS) expect(existsSync(pathOf(name)), name).toBe(true);
});

describe.each(DOCUMENTS.filter((name) => existsSync(pathOf(name)) && linesOf(name).length > 0))("%s", (name) => {
  test.each(linesOf(name))("`mayfly %s` is a call the program understands", (line) => {
    expect(() => parse(line)).not.toThrow();
  });

});

test("the README shows how to train, plan, test and go on", () => {
  for (const command of ["train", "plan", "eval", "resume"]) expect(linesOf("README.md").filter((line) => line.startsWith(`${command} `))).not.toEqual([]);
});

test("a call that is wrong is noticed", () => {
  expect(() => parse("train mnist --layers 8 --epoch 3")).toThrow();
  expect(() => parse("trian mnist --layers 8")).toThrow();
  expect(() => parse("train --layers 8")).toThrow();
});

test("the examples in the help are calls the program understands", () => {
  for (const command of createProgram().commands) {
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    for (const [, line = ""] of help.matchAll(/^ {2}mayfly (.*)$/gm)) expect(() => parse(line.replace(/\s+(#|<|>|2>|\||&&).*$/, "")), line).not.toThrow();
  }
});
