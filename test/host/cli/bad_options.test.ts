import { describe, expect, test } from "vitest";
import { specFrom } from "../../../host/cli/network_options.js";
import { temporaryFiles } from "../data/temporary-files.js";
import { expectRefusal, mayfly, mayflyJson } from "./mayfly.js";
import { writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
writeIdxFolder(files, "idx");

function refuses(what: string, args: string, line: RegExp, status: 1 | 2 = 2): void {
  test(`${what} is refused`, () => expectRefusal(files.folder, args.split(" ").map((arg) => (arg === "''" ? "" : arg)), line, status));
}

describe.concurrent("calls that cannot be understood", () => {
  refuses("an unknown command", "trian", /unknown command 'trian'/);
  refuses("an unknown option", "train idx --layers 8 --layer 9", /unknown option '--layer'/);
  refuses("a missing data set", "train --layers 8", /missing required argument 'dataset'/);
  refuses("a missing model", "eval", /missing required argument 'model'/);
  refuses("missing layers", "train idx", /required option '--layers <units>' not specified/);
  refuses("one argument too many", "train idx idx --layers 8", /too many arguments for 'train'/);
  refuses("an option without its value", "train idx --layers", /option '--layers <units>' argument missing/);
  refuses("a choice that is none", "train idx --layers 8 --weights i4", /argument 'i4' is invalid\. Allowed choices are i8, i16/);
  refuses("no epoch at all", "train idx --layers 8 --epochs 0", /'--epochs <n>' argument '0' is invalid\. Give a whole number from 1/);
  refuses("half an epoch", "train idx --layers 8 --epochs 1.5", /argument '1\.5' is invalid/);
  refuses("a share above 1", "train idx --layers 8 --hold 2", /Give a number from 0 to 1/);
  refuses("an error that is no number", "train idx --layers 8 --stop-at low", /Give a number from 0 to 100/);
  refuses("a shape that is none", "plan --layers 8 --input 0x28", /argument '0x28' is invalid\. Give width x height x channels/);
  refuses("a memory limit that is none", "plan --layers 8 --input 4 --memory-limit 3apples", /Give bytes, e\.g\. 131072 or 128KiB/);
});

describe.concurrent("impossible networks", () => {
  refuses("no layer", "train idx --layers ''", /argument '' is invalid\. Give the units of each layer/);
  refuses("a layer that is left out", "train idx --layers 256,,2", /argument '256,,2' is invalid/);
  refuses("a layer of 0 units", "train idx --layers 8,0", /Layer 2 has 0 units/);
  refuses("a map that is none", "train idx --layers conv20x5q2", /Layer 1, conv20x5q2: give units \(256\), or a map: conv20x5p2/);
  refuses("a map without a field", "train idx --layers conv20x5p2,conv20", /Layer 2, conv20: give units/);
  refuses("a map whose pool is given twice", "train idx --layers conv20x5p2p3", /Layer 1, conv20x5p2p3: its pool is given twice/);
  refuses("a map without channels", "train idx --layers local0x5", /Layer 1, local0x5: give at least 1 channel/);
  refuses("a map too large", "plan --input 200x200 --layers conv64x5", /layer 1: 196 x 196 places of 64 channels are 2458624 units, and 65535 is the most/);
  refuses("a field too large", "plan --input 28x28 --layers conv2000x5p8,conv10x7z6", /layer 2: a field of 7 x 7 on 2000 channels has 98000 inputs, and 65535 is the most/);
  refuses("bands without maps", "plan --input 28x28 --layers 20 --bands 3", /--bands 3 belongs to maps, and these layers are dense/);
  refuses("bands of no rows", "plan --input 28x28 --layers conv20x5 --bands 0", /--bands.*Give a whole number from 1/);
  refuses("a dense layer on a map too large", "plan --input 28x28 --layers conv20x5,30", /layer 2 \(dense\) has the 11520 units of the map below as its inputs, and 3840 is the most of i16 weights/);
  refuses("a map on a dense layer", "plan --input 28x28 --layers 32,conv8x3", /layer 2 is a conv map on dense units, which lie nowhere: maps come first/);
  refuses("a local layer with pooling", "plan --input 28x28 --layers local8x3p2", /layer 1 is local and has no pooling: that belongs to kind conv/);
  refuses("a field that no spec has", `plan --input 28x28 --layers 8 --with {"shake":2}`, /wrong at its top: there is no field "shake"; the fields are input, .*jitter/);
  refuses("a field that no layer has", `plan --input 28x28 --layers 8 --with {"layer":{"roof":2}}`, /wrong at layers\.0: there is no field "roof"; the fields are kind, .*ceiling/);
  refuses("a field whose value is none", `plan --input 28x28 --layers 8 --with {"jitter":99}`, /wrong at jitter: must be at most 15, but is 99/);
  refuses("a word that is none", `plan --input 28x28 --layers 8 --with {"sense":"up"}`, /wrong at sense: must be one of "maximise", "minimise", but is "up"/);
  refuses("an option and --with that both say it", `plan --input 28x28 --layers 8 --seed 2 --with {"seed":3}`, /--seed and --with both give seed: leave one of them out/);
  refuses("an option and --with that both say it of the layers", `plan --input 28x28 --layers 8 --rate 0.001 --with {"layer":{"rate":0.002}}`, /--rate and --with both give layer\.rate/);
  refuses("an option and --with that both say it of the recurrence", `plan --input 28x28 --layers 8 --iterations 4 --with {"recurrence":{"iterations":6}}`, /--iterations and --with both give recurrence\.iterations/);
  refuses("an input that is no shape", `plan --input 28x28 --layers 8 --with {"input":5}`, /wrong at input: must be an object of fields, but is 5/);
  refuses("a convolution over the memory limit", "plan --input 28x28 --layers conv20x5p2,conv40x3p2,conv80x3 --weights i8 --objective classwise --memory-limit 64KiB", /needs [0-9,]+ bytes more than the memory limit/);
  refuses("a layer too wide", "train idx --layers 8,99999", /the spec is impossible: layer 2 units is out of range/);
  refuses("a network too deep", `train idx --layers ${Array(256).fill(4).join(",")}`, /--layers: 256 layers are too many, 255 is the most/);
  refuses("a network beyond 2 GiB", `plan --input 28x28 --layers ${Array(90).fill(3800).join(",")}`, /needs more than the 2 GiB/);
  refuses("an input too large", "plan --layers 8 --input 999x999", /the spec is impossible: input height is out of range/);
  refuses("too many classes", "plan --layers 8 --input 28x28 --classes 129", /--classes must be at most 128/);
  refuses("a rate beyond its format", "train idx --layers 8 --rate 1", /--rate must be at most 0\.0038/);
  refuses("a temperature beyond its format", "train idx --layers 8 --temperature 0.01", /--temperature must be at least 0\.0625/);
  refuses("a seed beyond 32 bits", "train idx --layers 8 --seed 4294967296", /--seed must be at most 4294967295/);
  refuses("more samples than the engine counts", "train idx --layers 8 --epochs 99999999", /--epochs 99999999 is too many: with 200 samples an epoch, 10737418 is the most/);
  refuses("a readout behind the last layer", "train idx --layers 8,8 --readout-from 3", /--readout-from 3: the last layer is 2/);
  refuses("goodness behind the last layer", "train idx --layers 8,8 --goodness-from 3", /--goodness-from 3: the last layer is 2/);
  refuses("layer 0", "train idx --layers 8,8 --goodness-from 0", /Give a whole number from 1/);

  test("a network over the memory limit is refused with the bytes it lacks", async () => {
    const network = ["--layers", "64,32", "--input", "28x28", "--classes", "10"];
    const { bytes } = await mayflyJson(files.folder, "plan", ...network);
    await expectRefusal(files.folder, ["plan", ...network, "--memory-limit", String(bytes.total - 1234)], /needs 1,234 bytes more than the memory limit/, 2);
    await expectRefusal(files.folder, ["train", "idx", "--layers", "64", "--memory-limit", "4KiB"], /needs [0-9,]+ bytes more than the memory limit/, 2);
    expect((await mayfly(files.folder, "plan", ...network, "--memory-limit", String(bytes.total))).status).toBe(0);
  });
});

test("--with adds to what the options say of an object, and does not drop it", () => {
  const flags = { layers: [{ kind: "dense", units: 8 }], weights: "i16", objective: "pair", loss: "difference", negatives: "hard", readout: true, seed: 1, iterations: 4 } as const;
  const { recurrence } = specFrom({ ...flags, layers: [...flags.layers], with: { recurrence: { stream: true, last: 2 } } }, { width: 8, height: 8, channels: 1 }, 4);
  expect(recurrence).toMatchObject({ iterations: 4, stream: true, last: 2 });
});

describe.concurrent("recurrent networks that cannot be", () => {
  refuses("iterations that count, of none", "train idx --layers 8 --count 3-5", /--count belongs to a recurrent network: give --iterations too/);
  refuses("damping without iterations", "plan --input 28x28 --layers 8 --damping 0.5", /--damping belongs to a recurrent network/);
  refuses("no iteration", "train idx --layers 8 --iterations 0", /Give a whole number from 1/);
  refuses("too many iterations", "train idx --layers 8 --iterations 65", /--iterations must be at most 64/);
  refuses("a count backwards", "train idx --layers 8 --iterations 8 --count 5-3", /argument '5-3' is invalid\. Give the first and the last, from 1, e\.g\. 3-5/);
  refuses("a count behind the last iteration", "train idx --layers 8 --iterations 4 --count 3-5", /--count 3-5: there are only 4 iterations/);
  refuses("all of the old state kept", "train idx --layers 8 --iterations 8 --damping 1", /Give a number from 0 to 0\.99/);
  refuses("iterations class-wise", "train idx --layers 8 --iterations 8 --objective classwise", /--iterations belongs to --objective pair/);
  refuses("a label in the input as well", "train idx --layers 8 --iterations 8 --label append", /--label append: a recurrent network \(--iterations\) has its label clamped on top/);
  refuses("layers too wide for their neighbours", "plan --input 28x28 --layers 2000,2000,2000 --iterations 8", /layer 2 of the recurrent network sees 2000 values below and 2000 units above, 4000 rows in all: 3840 is the most/);
});

describe.concurrent("options that contradict each other", () => {
  const classwise = "train idx --layers 8 --objective classwise";
  refuses("negatives without a pair", `${classwise} --negatives random`, /--negatives belongs to --objective pair/);
  refuses("the default negatives without a pair, when asked for", `plan --layers 10 --input 28x28 --objective classwise --negatives hard`, /--negatives belongs to --objective pair/);
  refuses("a loss of the pair without a pair", `${classwise} --loss threshold`, /--loss belongs to --objective pair/);
  refuses("a label placement without a pair", `${classwise} --label append`, /--label belongs to --objective pair/);
  refuses("classwise layers that do not divide", "train idx --layers 9 --objective classwise", /layer 1 has 9 units, which do not divide into 4 classes of equal size: try 8/);
  refuses("hard negatives without a readout", "train idx --layers 8 --no-readout", /--no-readout needs --negatives random/);
  refuses("a readout that there is and is not", "train idx --layers 8 --no-readout --readout-from 1", /'--no-readout' cannot be used with option '--readout-from <layer>'/);
});
