import { gzipSync } from "node:zlib";
import { beforeAll, describe, test } from "vitest";
import { temporaryFiles } from "../data/temporary-files.js";
import { expectRefusal, mayflyJson } from "./mayfly.js";
import { flowers, idx, images, labels, stripes, writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
const train = ["--layers", "8", "--epochs", "1"];

/** The call is refused with this line, and leaves no run directory. */
function refuses(what: string, dataset: string, line: RegExp, options: readonly string[] = [], status: 1 | 2 = 1): void {
  test(`${what}: one line, status ${status}, nothing left behind`, () => expectRefusal(files.folder, ["train", dataset, ...train, ...options], line, status));
}

describe.concurrent("IDX", () => {
  const good = stripes(20);
  files.write("labels", labels(good));
  files.write("images", images(good));
  files.write("truncated", images(good).subarray(0, 500));
  files.write("header-only", images(good).subarray(0, 10));
  files.write("wrong-magic", [9, 9, 9, 9, ...images(good).subarray(4)]);
  files.write("floats", [0, 0, 0x0d, 3, ...images(good).subarray(4)]);
  files.write("empty", "");
  files.write("none", idx([0, 12, 12], new Uint8Array(0)));
  files.write("fewer-labels", labels(stripes(19)));
  files.write("truncated.gz", gzipSync(images(good)).subarray(0, 100));
  files.write("partial/train-images-idx3-ubyte", images(good));

  refuses("a truncated image file", "truncated:labels", /truncated: truncated, 500 bytes, expected 2896/);
  refuses("a truncated header", "header-only:labels", /header-only: truncated in the IDX header/);
  refuses("a truncated gzip file", "truncated.gz:labels", /truncated\.gz: gzip data ends early/);
  refuses("a wrong magic", "wrong-magic:labels", /wrong-magic: not an IDX file, magic 0x09090909/);
  refuses("values that are not u8", "floats:labels", /floats: IDX type code 0x0d \(f32\), expected 0x08/);
  refuses("an empty image file", "empty:labels", /empty: truncated, 0 bytes/);
  refuses("an empty label file", "images:empty", /empty: truncated, 0 bytes/);
  refuses("a file of no images", "none:labels", /none: holds zero items/);
  refuses("another number of labels", "images:fewer-labels", /fewer-labels: 19 labels, expected 20/);
  refuses("labels in place of images", "labels:labels", /this looks like a label file/);
  refuses("labels outside the classes", "images:labels", /sample 3 has label 3, expected 0\.\.2 \(3 classes\)/, ["--classes", "3"]);
  refuses("a folder that lacks files", "partial", /partial: no train-labels, no t10k-images, no t10k-labels/);
});

describe.concurrent("raw files", () => {
  files.write("raw.u8", stripes(20).frames);
  files.write("raw.labels", stripes(20).labels);
  files.write("raw.empty", "");

  refuses("frames that do not fit the shape", "raw.u8:raw.labels", /2880 bytes are not a multiple of 169 \(13×13×1\)/, ["--shape", "13x13"]);
  refuses("an empty frame file", "raw.empty:raw.labels", /raw\.empty: empty/, ["--shape", "12x12"]);
  refuses("an empty label file", "raw.u8:raw.empty", /raw\.empty: 0 labels, expected 20/, ["--shape", "12x12"]);
  refuses("a label file that does not exist", "raw.u8", /no-labels: no such file/, ["--shape", "12x12", "--labels", "no-labels"]);
  refuses("frames without labels", "raw.u8", /a frame file needs labels/, ["--shape", "12x12"], 2);
});

describe.concurrent("CSV", () => {
  files.write("missing.csv", "0,1,2\n1,,4\n");
  files.write("text.csv", "0,1,2\n1,three,4\n");
  files.write("ragged.csv", "0,1,2\n1,3\n");
  files.write("large.csv", "0,1,2\n1,300,4\n");
  files.write("label.csv", "0,1,2\n5,3,4\n");
  files.write("one-class.csv", "0,1,2\n0,3,4\n");
  files.write("empty.csv", "");
  files.write("header.csv", "label,a,b\n");
  files.write("flowers.csv", flowers());

  refuses("a missing cell", "missing.csv", /missing\.csv:2: column 2: the value is missing/);
  refuses("a cell that is no number", "text.csv", /text\.csv:2: column 2: "three" is not a number/);
  refuses("a short row", "ragged.csv", /ragged\.csv:2: 2 columns, expected 3 as in line 1/);
  refuses("values that are no bytes", "large.csv", /large\.csv:2: column 2: 300 is not a whole number in 0\.\.255; --scale minmax takes any numbers/);
  refuses("a label outside the classes", "label.csv", /label\.csv:2: column 1: label 5, expected a whole number in 0\.\.2/, ["--classes", "3"]);
  refuses("a single class", "one-class.csv", /1 classes, expected 2\.\.256/);
  refuses("an empty file", "empty.csv", /empty\.csv: empty/);
  refuses("a header alone", "header.csv", /header\.csv: no samples, only the header/);
  refuses("a label column that is not said", "flowers.csv", /flowers\.csv:2: column 3 \(species\): "lily" is not a number; if this is the label, say so by --label-column/);
  refuses("a label column that does not exist", "flowers.csv", /no column "kind" in the header: length, width, species/, ["--label-column", "kind"], 2);
});

describe.concurrent("data sets", () => {
  refuses("an unknown name", "nmist", /dataset "nmist": no such name or file; accepted: mnist; /, [], 2);
  refuses("an option of another format", "mnist", /the option --label-column does not apply to mnist; it takes --classes, --limit, --limit-test/, ["--label-column", "0"], 2);
});

describe("a trained network", () => {
  beforeAll(async () => {
    writeIdxFolder(files, "idx");
    writeIdxFolder(files, "larger", { side: 14 });
    await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--out", "run");
    files.write("more.csv", Array.from({ length: 12 }, (_, index) => `${index % 6}${",7".repeat(144)}`).join("\n"));
  });

  test.concurrent("images of another shape are refused by eval and predict", async () => {
    await expectRefusal(files.folder, ["eval", "run", "larger"], /larger test has frames of 14×14×1, the network takes 12×12×1/, 1);
    await expectRefusal(files.folder, ["predict", "run", "larger"], /larger test has frames of 14×14×1, the network takes 12×12×1/, 1);
  });

  test.concurrent("data of more classes are refused", () => expectRefusal(files.folder, ["eval", "run", "more.csv", "--shape", "12x12"], /has 6 classes, the network has 4/, 1));

  test.concurrent("samples beyond the end are refused", () => expectRefusal(files.folder, ["predict", "run", "--index", "49", "--count", "2"], /idx test has samples 0 to 49: --index 49 --count 2 goes beyond/, 2));
});
