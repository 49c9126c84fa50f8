import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { MayflyError } from "../../../host/errors.js";
import { Network } from "../../../host/engine/network.js";
import { temporaryFiles } from "../data/temporary-files.js";
import { expectRefusal, mayflyJson } from "./mayfly.js";
import { writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
let model: Uint8Array;

beforeAll(async () => {
  writeIdxFolder(files, "idx");
  await mayflyJson(files.folder, "train", "idx", "--layers", "8,8", "--epochs", "1", "--out", "run");
  model = new Uint8Array(readFileSync(join(files.folder, "run/model.mayfly")));
  files.write("version.mayfly", model.with(4, 9));
  files.write("flipped.mayfly", flipped(model.length * 4));
  files.write("short.mayfly", model.slice(0, -1));
  files.write("long.mayfly", [...model, 0]);
  files.write("empty.mayfly", "");
  files.write("text.txt", "x".repeat(1000));
});

/** The model with one bit flipped. */
function flipped(bit: number): Uint8Array {
  return model.with(bit >> 3, (model[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
}

function refuses(what: string, args: string, line: RegExp, status: 1 | 2 = 1): void {
  test.concurrent(`${what} is refused: ${args}`, () => expectRefusal(files.folder, args.split(" "), line, status));
}

describe("what is no model", () => {
  for (const args of ["inspect version.mayfly", "eval version.mayfly idx", "predict version.mayfly idx"]) {
    refuses("a model of another version", args, /version\.mayfly: made for version 9 of the engine's ABI, this engine has version 1/);
  }
  for (const args of ["inspect flipped.mayfly", "eval flipped.mayfly idx", "predict flipped.mayfly idx"]) {
    refuses("a model with a flipped bit", args, /flipped\.mayfly: damaged: its checksum does not match/);
  }
  refuses("a truncated model", "inspect short.mayfly", /short\.mayfly is damaged or truncated: [0-9]+ bytes, its spec needs [0-9]+/);
  refuses("a model with a tail", "inspect long.mayfly", /long\.mayfly is damaged or too long/);
  refuses("an empty file", "inspect empty.mayfly", /empty\.mayfly is not a Mayfly model: 0 bytes/);
  refuses("another kind of file", "inspect text.txt", /text\.txt: not a Mayfly spec or model/);
  refuses("a folder without a model", "inspect idx", /idx holds no model\.mayfly: it is not a run directory/);
  refuses("a path that leads nowhere", "eval nothing idx", /there is no model at nothing: give a run directory or a \.mayfly file/);
  refuses("a file that does not say what it was trained on", "eval run/model.mayfly", /name a data set/, 2);
});

test("any single flipped bit is noticed", () => {
  for (let bit = 0; bit < model.length * 8; bit += 7) expect(() => Network.open(flipped(bit)), `bit ${bit}`).toThrow(MayflyError);
});
