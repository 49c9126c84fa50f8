/** Sources: what is well written comes through as it is, and what is not has an outcome that is clear and counted. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import wavefile from "wavefile";
import { afterAll, expect, test } from "vitest";
import { openStream, type OpenStreamOptions } from "../../../host/stream/open.js";
import { bounded } from "../../../host/stream/queue.js";
import type { Source, StreamItem } from "../../../host/stream/source.js";
import { pcmItems } from "../../../host/stream/sources/pcm.js";
import { openSerial, type Port } from "../../../host/stream/sources/serial.js";

const folder = mkdtempSync(join(tmpdir(), "mayfly-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const never = new AbortController().signal;

async function collect(items: AsyncIterable<StreamItem>): Promise<{ samples: number[]; labels: number[]; gaps: string[] }> {
  const [samples, labels, gaps]: [number[], number[], string[]] = [[], [], []];
  for await (const item of items) {
    if (item.type === "gap") gaps.push(`${item.kind} ${item.samples}: ${item.reason}`);
    else {
      samples.push(...item.samples);
      labels.push(...(item.labels ?? []));
    }
  }
  return { samples, labels, gaps };
}

async function read(name: string, content: string | Uint8Array, options: OpenStreamOptions = {}): Promise<{ source: Source; samples: number[]; labels: number[]; gaps: string[] }> {
  const source = await openStream(file(name, content), options);
  return { source, ...(await collect(source.items(never))) };
}

test("CSV: a header, labels by name, a gain, channels in turn", async () => {
  const { source, samples, labels, gaps } = await read("a.csv", "t,x,y,what\n0,1,-2,rest\n0.02,0.5,3.26,walk\n0.04,9,0,rest\n", { labelColumn: "what", timeColumn: "t", rate: 50, gain: 10 });
  expect([source.channels, source.rate, source.labels]).toEqual([2, 50, ["rest", "walk"]]);
  expect({ samples, labels, gaps }).toEqual({ samples: [10, -20, 5, 33, 90, 0], labels: [0, 1, 0], gaps: [] });
});

test("values beyond an i16 are held at its ends", async () => {
  expect((await read("big.csv", "40000\n-40000\n")).samples).toEqual([32767, -32768]);
});

test("JSON lines: numbers, arrays, objects", async () => {
  expect((await read("n.jsonl", "1\n2\n\n-3\n")).samples).toEqual([1, 2, -3]);
  expect((await read("a.jsonl", "[1,2]\n[3,4]\n")).samples).toEqual([1, 2, 3, 4]);
  expect(await read("o.jsonl", '{"t":0,"x":[1,2],"label":3}\n{"t":1,"x":[5,6]}\n')).toMatchObject({ samples: [1, 2, 5, 6], labels: [3, -1] });
  expect((await read("f.jsonl", '{"ax":1,"ay":2,"label":"on"}\n{"ax":3,"ay":4,"label":"off"}\n')).labels).toEqual([0, 1]);
});

test("a value that is no number, a row of another width and a line that is no JSON are gaps of one sample each", async () => {
  expect(await read("nan.csv", "1,2\nnan,3\n4,5\n6\n7,8\n,9\n")).toMatchObject({
    samples: [1, 2, 4, 5, 7, 8],
    gaps: ["bad 1: line 2: value 1 is not a number", "bad 1: line 4: 1 values, expected 2", "bad 1: line 6: value 1 is not a number"],
  });
  expect(await read("bad.jsonl", '[1]\n{"x"\nnull\n"2"\n[NaN]\n3\n')).toMatchObject({ samples: [1, 3], gaps: [
    "bad 1: line 2: not JSON", "bad 1: line 3: neither a number, an array of numbers nor an object", 'bad 1: line 4: neither a number, an array of numbers nor an object', "bad 1: line 5: not JSON",
  ] });
});

test("sixteen rows of another width are another sensor: the stream ends", async () => {
  const rows = [...Array.from({ length: 20 }, () => "1"), ...Array.from({ length: 20 }, () => "1,2")].join("\n");
  await expect(read("width.csv", rows)).rejects.toThrow(/width\.csv, line 36: 16 rows in a row have 2 values in place of 1: this is another sensor/);
});

test("times tell gaps and another rate; a bad row in its time is no gap besides", async () => {
  const at = (times: readonly number[]): string => times.map((time) => `${time},7`).join("\n");
  expect((await read("gap.csv", at([0, 0.1, 0.2, 0.7, 0.8]), { timeColumn: 0, rate: 10 })).gaps).toEqual(["lost 4: line 4: 4 samples are missing before it"]);
  expect((await read("bad.csv", "0,7\n0.1,x\n0.2,7\n", { timeColumn: 0, rate: 10 })).gaps).toEqual(["bad 1: line 2: value 1 is not a number"]);
  const slower = [...Array.from({ length: 10 }, (_, n) => n / 10), ...Array.from({ length: 30 }, (_, n) => 1 + n / 5)];
  await expect(read("rate.csv", at(slower), { timeColumn: 0, rate: 10 })).rejects.toThrow(/times have been 0\.200 s apart, which is 5\.00 Hz and not the 10 Hz/);
});

test("sources that cannot be read are refused in a line", async () => {
  await expect(openStream(join(folder, "none.csv"))).rejects.toThrow(/there is no stream at .*none\.csv: give synthetic:/);
  await expect(openStream(folder)).rejects.toThrow(/cannot read .*: it is a folder/);
  await expect(read("empty.csv", "\n\n")).rejects.toThrow(/empty\.csv: empty, expected a sample in each line/);
  await expect(read("names.csv", "a,b\n1,2\n", { labelColumn: "c" })).rejects.toThrow(/has no column "c" for labels: its columns are a, b/);
  await expect(read("bare.csv", "1,2\n", { labelColumn: "c" })).rejects.toThrow(/has no header, so labels cannot be called "c"/);
  await expect(read("x.wav", "RIFFnothing")).rejects.toThrow(/x\.wav is not a WAV file that can be read/);
  await expect(read("raw.pcm", Uint8Array.of(1, 2), { format: "s16le" })).rejects.toThrow(/raw samples do not say how many channels/);
  await expect(read("binary.csv", Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 255))).rejects.toThrow(/binary\.csv: .*expected a sample in each line/);
});

test.each(["16", "8", "24", "32f"])("WAV files of %s bits are taken as 16", async (depth) => {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(2, 11025, "16", Int16Array.from({ length: 2400 }, (_, i) => (i % 2 === 0 ? 8192 : -16384)));
  if (depth !== "16") wav.toBitDepth(depth);
  const { source, samples } = await read(`${depth}.wav`, wav.toBuffer());
  expect([source.channels, source.rate, samples.length]).toEqual([2, 11025, 2400]);
  expect(Math.abs(samples[0]! - 8192)).toBeLessThan(300);
  expect(Math.abs(samples[1]! + 16384)).toBeLessThan(300);
});

test("raw samples come whole whatever the chunks; half a sample at the end is counted", async () => {
  const bytes = new Uint8Array(Int16Array.of(1, -2, 300, -32768, 5).buffer);
  for (const size of [1, 3, 4, 10]) {
    const chunks = (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })();
    expect(await collect(pcmItems(chunks, 2))).toEqual({ samples: [1, -2, 300, -32768], labels: [], gaps: ["bad 1: the stream ends with 2 of a sample's 4 bytes"] });
  }
});

test("a synthetic source ends after its seconds and brings its labels", async () => {
  const source = await openStream("synthetic:bearings,fault=inner,onset=0.05", { seconds: 0.1 });
  const { samples, labels } = await collect(source.items(never));
  expect([source.rate, samples.length, labels[399], labels[400]]).toEqual([8000, 800, 0, 2]);
  await expect(openStream("synthetic:bearings,fault=cage")).rejects.toThrow(/its options are/);
});

/** A stand-in for a serial port: gives these texts, then fails or ends. */
function port(texts: readonly string[], fails = false): Port & { destroyed: boolean } {
  return {
    destroyed: false,
    destroy() {
      this.destroyed = true;
    },
    async *[Symbol.asyncIterator]() {
      for (const text of texts) yield new TextEncoder().encode(text);
      if (fails) throw new Error("the device is gone");
    },
  };
}

test.each([true, false])("a port that vanishes (failing: %s) ends the stream behind its last sample", async (fails) => {
  const first = port(["1,2\n3", ",4\n5,6\n"], fails);
  const source = await openSerial("/dev/ttyX", { baudRate: 9600, format: "text" }, async () => first);
  const items: StreamItem[] = [];
  await expect((async () => {
    for await (const item of source.items(never)) items.push(item);
  })()).rejects.toThrow(/\/dev\/ttyX has vanished: --reconnect SECONDS waits for it/);
  expect(items).toEqual([{ type: "samples", samples: Int16Array.of(1, 2, 3, 4, 5, 6) }, { type: "gap", kind: "lost", samples: 0, reason: "/dev/ttyX has vanished" }]);
  expect(first.destroyed).toBe(true);
});

test("a port that comes back goes on behind a gap", async () => {
  const ports = [port(["1\n2\n"], true), port(["3\n4\n"])];
  let opened = 0;
  const source = await openSerial("/dev/ttyX", { baudRate: 9600, format: "text", reconnectSeconds: 2 }, async () => {
    opened++;
    // The second time it is not there yet.
    if (opened === 2 || ports.length === 0) throw new Error("no such device");
    return ports.shift()!;
  });
  const seen: StreamItem[] = [];
  await expect((async () => {
    for await (const item of source.items(never)) seen.push(item);
  })()).rejects.toThrow(/did not come back within 2 s/);
  expect(seen.flatMap((item): unknown[] => (item.type === "samples" ? [...item.samples] : ["gap"]))).toEqual([1, 2, "gap", 3, 4, "gap"]);
});

/** `count` items of ten samples each, as fast as they are taken, unless held up. */
async function* tens(count: number, each: () => Promise<void> = async () => {}): AsyncGenerator<StreamItem> {
  for (let n = 0; n < count; n++) {
    await each();
    yield { type: "samples", samples: new Int16Array(10).fill(n) };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test("a full queue that blocks loses nothing, and reads no further ahead than it may", async () => {
  let made = 0, taken = 0, ahead = 0;
  for await (const item of bounded(tens(50, async () => void made++), 1, 40, "block", never)) {
    expect(item.type).toBe("samples");
    taken++;
    ahead = Math.max(ahead, made - taken);
    await turn();
  }
  expect([made, taken]).toEqual([50, 50]);
  expect(ahead).toBeLessThanOrEqual(6);
});

test("a full queue that drops leaves a gap for what it dropped: nothing is lost in silence", async () => {
  let samples = 0, lost = 0, gaps = 0, last = -1;
  for await (const item of bounded(tens(200), 1, 40, "drop", never)) {
    if (item.type === "gap") {
      expect(item.kind).toBe("lost");
      lost += item.samples;
      gaps++;
    } else {
      samples += item.samples.length;
      expect(item.samples[0]).toBeGreaterThan(last);
      last = item.samples[0]!;
    }
    await turn();
  }
  expect(samples + lost).toBe(2000);
  expect(lost).toBeGreaterThan(0);
  expect(gaps).toBeGreaterThan(0);
  expect(last).toBe(199);
});

test("what goes wrong in a source comes out of the queue behind what came before", async () => {
  const source = (async function* (): AsyncGenerator<StreamItem> {
    yield* tens(3);
    throw new Error("gone");
  })();
  let taken = 0;
  await expect((async () => {
    for await (const _ of bounded(source, 1, 100, "block", never)) taken++;
  })()).rejects.toThrow("gone");
  expect(taken).toBe(3);
});

test("an aborted queue ends at once, also while it waits", async () => {
  const controller = new AbortController();
  const silent = tens(1, () => new Promise(() => {}));
  setTimeout(() => controller.abort(), 20);
  for await (const _ of bounded(silent, 1, 10, "block", controller.signal)) throw new Error("there is nothing");
  expect(controller.signal.aborted).toBe(true);
});
