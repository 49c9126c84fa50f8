import { expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { explainFileError, readBytes, streamBytes } from "../../../host/data/gzip.js";
import { expectMayflyError } from "./expect-error.js";
import { temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
const content = Uint8Array.from({ length: 5000 }, (_, index) => (index * index) >> 3);

async function readStream(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of await streamBytes(path)) chunks.push(chunk as Uint8Array);
  } catch (error) {
    throw explainFileError(path, error);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

for (const [name, read] of [["at once", readBytes], ["as a stream", readStream]] as const) {
  test(`a file read ${name} is the same with and without gzip, whatever its name`, async () => {
    expect(await read(files.write("plain.gz", content))).toEqual(content);
    expect(await read(files.write("zipped.bin", gzipSync(content)))).toEqual(content);
    expect(await read(files.write("empty", ""))).toEqual(new Uint8Array());
    expect(await read(files.write("one-byte", [0x1f]))).toEqual(Uint8Array.of(0x1f));
  });

  test(`truncated gzip data read ${name} is a clear error`, async () => {
    const path = files.write("short.gz", gzipSync(content).subarray(0, 600));
    await expectMayflyError(() => read(path), `${path}: gzip data ends early; the file is truncated, fetch it again`);
  });

  test(`corrupt gzip data read ${name} is a clear error`, async () => {
    const zipped = gzipSync(content);
    zipped.writeUInt32LE(0x12345678, zipped.length - 8);
    const path = files.write("corrupt.gz", zipped);
    await expectMayflyError(() => read(path), `${path}: corrupt gzip data (incorrect data check); fetch the file again`);
  });

  test(`a missing file or a folder read ${name} is a clear error`, async () => {
    const missing = `${files.folder}/missing`;
    await expectMayflyError(() => read(missing), `${missing}: no such file`);
    await expectMayflyError(() => read(files.folder), `${files.folder}: is a folder, expected a file`);
  });
}

test("bytes are a plain Uint8Array, whose slice is a copy", async () => {
  const bytes = await readBytes(files.write("plain", content));
  expect(bytes.constructor).toBe(Uint8Array);
});
