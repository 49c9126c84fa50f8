import { expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { loadCsv } from "../../../host/data/csv.js";
import { expectMayflyError } from "./expect-error.js";
import { temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();

test("rows of a label and values become a dataset", async () => {
  const { dataset, scaler, featureNames } = await loadCsv(files.write("plain.csv", "1,0,128,255\n0,7,8,9\n2,1,1,1\n"));
  expect(dataset).toEqual({
    name: "plain.csv",
    shape: { width: 3, height: 1, channels: 1 },
    classes: 3,
    count: 3,
    frames: Uint8Array.of(0, 128, 255, 7, 8, 9, 1, 1, 1),
    labels: Uint8Array.of(1, 0, 2),
  });
  expect(scaler).toBeUndefined();
  expect(featureNames).toBeUndefined();
});

test("gzip, a byte order mark, CRLF, spaces, quotes, empty lines and a missing last newline are no trouble", async () => {
  const path = files.write("odd.csv.gz", gzipSync('\ufeff1, 2 ,"3"\r\n\r\n0,4.0,5e0'));
  const { dataset } = await loadCsv(path);
  expect([...dataset.frames]).toEqual([2, 3, 4, 5]);
  expect([...dataset.labels]).toEqual([1, 0]);
});

test("a shape tells how to see a row", async () => {
  const path = files.write("square.csv", "1,1,2,3,4\n0,5,6,7,8\n");
  const shape = { width: 2, height: 2, channels: 1 };
  expect((await loadCsv(path, { shape, name: "square" })).dataset).toMatchObject({ shape, name: "square" });
  await expectMayflyError(
    () => loadCsv(path, { shape: { width: 3, height: 1, channels: 1 } }),
    `${path}: 4 value columns, expected 3 for the shape 3×1×1`,
  );
});

test("a header is found out when a value column is text", async () => {
  const { dataset, featureNames } = await loadCsv(files.write("header.csv", "digit,p0,p1\n1,2,3\n"));
  expect(dataset.count).toBe(1);
  expect(featureNames).toEqual(["p0", "p1"]);
});

test("a header of numbers is found out by its label column", async () => {
  const { dataset, featureNames } = await loadCsv(files.write("pandas.csv", "label,0,1\n1,2,3\n"));
  expect(dataset.count).toBe(1);
  expect(featureNames).toEqual(["0", "1"]);
});

test("class names without a header do not cost the first sample", async () => {
  const { dataset } = await loadCsv(files.write("names.csv", "dog,1,2\ncat,3,4\ndog,5,6\n"));
  expect(dataset.classNames).toEqual(["cat", "dog"]);
  expect([...dataset.labels]).toEqual([1, 0, 1]);
  expect(dataset.classes).toBe(2);
});

test("header can be set where it cannot be found out", async () => {
  const path = files.write("numbers.csv", "9,8,7\n1,2,3\n");
  expect((await loadCsv(path)).dataset.count).toBe(2);
  const { dataset, featureNames } = await loadCsv(path, { header: true });
  expect(dataset.count).toBe(1);
  expect(featureNames).toEqual(["8", "7"]);
});

test("the label column is given by index, from the end, or by name", async () => {
  const path = files.write("label.csv", "a,b,class\n10,20,1\n30,40,0\n");
  for (const labelColumn of [2, -1, "class"]) {
    const { dataset, featureNames } = await loadCsv(path, { labelColumn });
    expect([...dataset.labels]).toEqual([1, 0]);
    expect([...dataset.frames]).toEqual([10, 20, 30, 40]);
    expect(featureNames).toEqual(["a", "b"]);
  }
});

test("a label column that is not there is an error of the call", async () => {
  const path = files.write("columns.csv", "a,b\n1,2\n");
  await expectMayflyError(() => loadCsv(path, { labelColumn: "c" }), `${path}: no column "c" in the header: a, b`, 2);
  await expectMayflyError(
    () => loadCsv(path, { labelColumn: 2 }),
    `${path}: label column 2, expected 0..1 or -1 for the last (2 columns)`,
    2,
  );
  await expectMayflyError(
    () => loadCsv(path, { labelColumn: "a", header: false }),
    `${path}: label column "a" is a name, but header is false; give its index`,
    2,
  );
});

test("a missing value names line and column", async () => {
  const path = files.write("missing.csv", "label,x,y\n1,2,3\n\n1,2,\n");
  await expectMayflyError(() => loadCsv(path), `${path}:4: column 3 (y): the value is missing`);
  const label = files.write("missing-label.csv", "1,2\n,4\n");
  await expectMayflyError(() => loadCsv(label), `${label}:2: column 1: the label is missing`);
});

test("a value that is no number names line and column", async () => {
  const path = files.write("text.csv", "1,2,3,0\n1,two,3,0\n");
  await expectMayflyError(() => loadCsv(path), `${path}:2: column 2: "two" is not a number`);
  await expectMayflyError(() => loadCsv(path, { labelColumn: -1 }), `${path}:2: column 2: "two" is not a number`);
  for (const cell of ["nan", "Infinity", "0x10", "1e999", "1 2", "--1"]) {
    const odd = files.write("odd-number.csv", `1,2\n1,${cell}\n`);
    await expectMayflyError(() => loadCsv(odd), `${odd}:2: column 2: "${cell}" is not a number`);
  }
});

test("a ragged row names its line", async () => {
  const path = files.write("ragged.csv", "1,2,3\n1,2,3\n1,2\n");
  await expectMayflyError(() => loadCsv(path), `${path}:3: 2 columns, expected 3 as in line 1`);
  const second = files.write("ragged-second.csv", "1,2,3\n1,2,3,4\n");
  await expectMayflyError(() => loadCsv(second), `${second}:2: 4 columns, expected 3 as in line 1`);
});

test("files without samples are refused", async () => {
  const empty = files.write("empty.csv", "\n\n");
  await expectMayflyError(() => loadCsv(empty), `${empty}: empty, expected one sample per line`);
  const header = files.write("only-header.csv", "label,x\n");
  await expectMayflyError(() => loadCsv(header), `${header}: no samples, only the header in line 1`);
  const narrow = files.write("narrow.csv", "1;2\n3;4\n");
  await expectMayflyError(() => loadCsv(narrow), `${narrow}:1: 1 column, expected a label and at least one value, separated by commas`);
});

test("files that cannot be read as CSV are refused", async () => {
  const quotes = files.write("quotes.csv", '1,"2\n3,4\n');
  await expectMayflyError(
    () => loadCsv(quotes),
    `${quotes}: not a valid CSV file: a quote is never closed`,
  );
  const short = files.write("short.csv.gz", gzipSync("1,2,3\n".repeat(20)).subarray(0, 20));
  await expectMayflyError(() => loadCsv(short), `${short}: gzip data ends early; the file is truncated, fetch it again`);
  await expectMayflyError(() => loadCsv(`${files.folder}/none.csv`), `${files.folder}/none.csv: no such file`);
});

test("values that do not fit a byte are refused unless they are scaled", async () => {
  for (const cell of ["256", "-1", "0.5"]) {
    const path = files.write("real.csv", `1,2\n1,${cell}\n`);
    await expectMayflyError(
      () => loadCsv(path),
      `${path}:2: column 2: ${cell} is not a whole number in 0..255; scale "minmax" takes any numbers`,
    );
  }
});

test("minmax scales each column by its range, and the test file by the same", async () => {
  const train = await loadCsv(files.write("train.csv", "0,-1.5,100,3\n1,1.5,200,3\n1,0.0,150,3\n"), { scale: "minmax" });
  expect([...train.dataset.frames]).toEqual([0, 0, 0, 255, 255, 0, 128, 128, 0]);
  expect(train.scaler).toEqual({ kind: "minmax", low: [-1.5, 100, 3], high: [1.5, 200, 3] });
  const later = await loadCsv(files.write("test.csv", "0,9,100,4\n"), { scale: train.scaler });
  expect([...later.dataset.frames]).toEqual([255, 0, 0]);
  expect(later.scaler).toEqual(train.scaler);
  const narrow = files.write("narrow-test.csv", "0,9\n");
  await expectMayflyError(
    () => loadCsv(narrow, { scale: train.scaler }),
    `${narrow}: 1 value columns, expected 3 as in the file the scaler was fitted on`,
  );
});

test("columns of a test file in another order are noticed", async () => {
  const path = files.write("swapped.csv", "y,label,x\n1,2,3\n");
  await expectMayflyError(
    () => loadCsv(path, { labelColumn: "label", featureNames: ["x", "y"] }),
    `${path}: column 1 is "y", expected "x" as in the training file`,
  );
});

test("labels outside the classes name the line where they first occur", async () => {
  const path = files.write("labels.csv", "0,1\n3,1\n3,1\n");
  await expectMayflyError(() => loadCsv(path, { classes: 3 }), `${path}:2: column 1: label 3, expected a whole number in 0..2 (3 classes)`);
  expect((await loadCsv(path, { classes: 5 })).dataset.classes).toBe(5);
  for (const label of ["-1", "1.5", "256"]) {
    const odd = files.write("odd-label.csv", `0,1\n${label},1\n`);
    await expectMayflyError(() => loadCsv(odd), `${odd}:2: column 1: label ${label}, expected a whole number in 0..255`);
  }
});

test("a mistyped number among labels does not turn them into names", async () => {
  const path = files.write("mixed.csv", "0,1\n1,1\nO,1\n");
  await expectMayflyError(
    () => loadCsv(path),
    `${path}:3: column 1: label "O" is not a number, but line 1 has 0; use only numbers or only names`,
  );
});

test("class names of the training file hold for the test file", async () => {
  const classNames = ["ant", "bee", "cat"];
  const path = files.write("known.csv", "cat,1\nant,2\n");
  expect((await loadCsv(path, { classNames })).dataset).toMatchObject({ labels: Uint8Array.of(2, 0), classes: 3, classNames });
  const unknown = files.write("unknown.csv", "cat,1\ndog,2\n");
  await expectMayflyError(
    () => loadCsv(unknown, { classNames }),
    `${unknown}:2: column 1: label "dog" is not a class of the training file: ant, bee, cat`,
  );
  await expectMayflyError(() => loadCsv(unknown, { classes: 1 }), `${unknown}:2: column 1: label "dog" is name 2, expected at most 1 classes`);
});

test("a column of measurements is not taken for labels", async () => {
  const rows = Array.from({ length: 300 }, (_, index) => `${index / 7},1\n`).join("");
  const path = files.write("measurements.csv", rows);
  await expectMayflyError(() => loadCsv(path), `${path}:257: column 1: more than 256 different labels; is this the label column?`);
});
