/** `mayfly stream` as a user runs it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { expectRefusal, filesIn, mayfly, start } from "./mayfly.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mayfly-stream-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = ["--window", "64", "--bands", "8", "--layers", "16", "--warmup", "20"];
const lines = (stdout: string): any[] => stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
const NORMAL = "synthetic:bearings,machine=3,seed=";

test("streams, tells progress and alarms as JSON lines, and ends with a summary", async () => {
  const { status, stdout, stderr } = await mayfly(folder, "stream", `${NORMAL}1,fault=outer,onset=4`, "--seconds", "6", ...SMALL, "--train-for", "600", "--every", "300", "--json");
  expect(status, stderr).toBe(0);
  const all = lines(stdout);
  const end = all.at(-1);
  expect(end).toMatchObject({ type: "end", trained: 600, interrupted: false, saved: null, front: { samples: 48000, warmupLeft: 0 }, losses: { gaps: 0 } });
  expect(all.filter(({ type }) => type === "progress").map(({ frames }) => frames)).toEqual([300, 600, 900, 1200]);
  expect(all.filter(({ type }) => type === "alarm").length).toBe(end.alarms);
  expect(end.auroc).toBeGreaterThan(0);
  expect(stderr).toMatch(/bank, window 64, hop 32 \(4\.0 ms\); 16-16/);
});

test("plain lines for people, and the same run twice is the same", async () => {
  const runs = await Promise.all([1, 2].map(() => mayfly(folder, "stream", `${NORMAL}1`, "--seconds", "3", ...SMALL, "--every", "400")));
  expect(runs[0]).toEqual(runs[1]);
  expect(runs[0]!.stdout).toBe("");
  expect(runs[0]!.stderr).toMatch(/400 frames, 400 learned, score/);
  expect(runs[0]!.stderr).toMatch(/24,000 samples, 749 windows, 729 frames tested, 729 learned/);
});

test("a run in two parts ends with the bytes of one in one", async () => {
  const write = (name: string, from: number, to: number): void => {
    const rows = Array.from({ length: to - from }, (_, i) => Math.round(3000 * Math.sin((from + i) / 5) + ((((from + i) * 7919) % 997) - 498)));
    writeFileSync(join(folder, name), `${rows.join("\n")}\n`);
  };
  write("all.csv", 0, 6000);
  write("first.csv", 0, 2500);
  write("second.csv", 2500, 6000);
  for (const args of [["all.csv", "--save", "whole.mayfly", ...SMALL], ["first.csv", "--save", "parts.mayfly", ...SMALL], ["second.csv", "--resume", "parts.mayfly"]]) {
    const { status, stderr } = await mayfly(folder, "stream", ...args);
    expect(status, stderr).toBe(0);
  }
  expect(readFileSync(join(folder, "parts.mayfly"))).toEqual(readFileSync(join(folder, "whole.mayfly")));
});

test("Ctrl-C is the end of a live stream: it is saved, summed up, and no failure", async () => {
  const { child, outcome } = start(folder, ["stream", `${NORMAL}1`, "--pace", "1", ...SMALL, "--save", "live.mayfly", "--json"]);
  setTimeout(() => child.kill("SIGINT"), 4000);
  const { status, stdout } = await outcome;
  expect(status).toBe(0);
  const end = lines(stdout).at(-1);
  expect(end).toMatchObject({ type: "end", interrupted: true, saved: "live.mayfly" });
  const network = Network.open(new Uint8Array(readFileSync(join(folder, "live.mayfly"))));
  expect(network.samples).toBe(end.trained);
  expect(network.weightsHash()).toBe(end.weightsHash);
});

test("what is bad in a stream is told, counted, and does not end it", async () => {
  const rows = Array.from({ length: 3000 }, (_, n) => `${(n / 50).toFixed(2)},${n === 800 ? "nan" : Math.round(900 * Math.sin(n / 3))},${n % 700 < 350 ? "low" : "high"}`);
  rows.splice(1000, 25);
  writeFileSync(join(folder, "bad.csv"), `t,x,what\n${rows.join("\n")}\n`);
  const { status, stdout, stderr } = await mayfly(folder, "stream", "bad.csv", "--time-column", "t", "--label-column", "what", "--sample-rate", "50", "--learn", "labels", "--classes", "2", ...SMALL, "--save", "bad.mayfly", "--json");
  expect(status, stderr).toBe(0);
  const all = lines(stdout);
  expect(all.filter(({ type }) => type === "gap")).toMatchObject([{ kind: "bad", samples: 1, reason: "line 802: value 1 is not a number" }, { kind: "lost", samples: 25 }]);
  expect(all.at(-1).losses).toMatchObject({ gaps: 2, badSamples: 1, lostSamples: 25, unknownLabels: 0 });
  expect(JSON.parse(readFileSync(join(folder, "bad.mayfly.json"), "utf8"))).toEqual({ rate: 50, labels: ["low", "high"], source: "bad.csv" });
  // Other labels on the way back: those known keep their numbers, a new one is none of the network's.
  writeFileSync(join(folder, "next.csv"), `t,x,what\n${rows.slice(0, 400).map((row) => row.replace("low", "odd")).join("\n")}\n`);
  const again = await mayfly(folder, "stream", "next.csv", "--time-column", "t", "--label-column", "what", "--resume", "bad.mayfly", "--json");
  expect(lines(again.stdout).at(-1).losses.unknownLabels).toBe(350);
});

test("a stream that turns into another ends with the reason, and what was learned is saved", async () => {
  writeFileSync(join(folder, "width.csv"), [...Array.from({ length: 1500 }, (_, n) => `${n % 90}`), ...Array.from({ length: 40 }, () => "1,2")].join("\n"));
  const { status, stderr } = await mayfly(folder, "stream", "width.csv", ...SMALL, "--save", "width.mayfly");
  expect(status).toBe(1);
  expect(stderr).toMatch(/mayfly: width\.csv, line 1516: 16 rows in a row have 2 values in place of 1/);
  expect(Network.open(new Uint8Array(readFileSync(join(folder, "width.mayfly")))).samples).toBeGreaterThan(0);
  expect(statSync(join(folder, "width.mayfly")).size).toBeGreaterThan(500);
});

test("stdin, raw samples", async () => {
  const { child, outcome } = start(folder, ["stream", "-", "--format", "s16le", "--channels", "2", "--json", ...SMALL], { stdin: true });
  child.stdin!.end(Buffer.from(Int16Array.from({ length: 8001 }, (_, n) => (n * 331) % 1009).buffer));
  const { status, stdout, stderr } = await outcome;
  expect(status, stderr).toBe(0);
  expect(lines(stdout).at(-1)).toMatchObject({ front: { samples: 4000 }, losses: { gaps: 1, badSamples: 1 } });
});

test("a packed module of a stream's model learns from samples as the engine does", async () => {
  await mayfly(folder, "stream", `${NORMAL}1`, "--seconds", "2", ...SMALL, "--save", "pack.mayfly");
  const { status, stderr } = await mayfly(folder, "pack", "pack.mayfly", "-o", "pack.wasm");
  expect(status, stderr).toBe(0);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(folder, "pack.wasm"))));
  const packed = exports as unknown as Record<"open" | "push" | "predict_goodness" | "alarm" | "train" | "alarm_threshold" | "samples", (value?: number) => number>;
  const network = Network.open(new Uint8Array(readFileSync(join(folder, "pack.mayfly"))));
  expect(packed.open()).toBe(0);
  let frames = 0;
  for (let n = 0; n < 5000; n++) {
    const value = ((n * 7919) % 4001) - 2000;
    const event = packed.push(value);
    expect(event === 1).toBe(network.push([value]).event === "frame");
    if (event !== 1) continue;
    frames++;
    packed.predict_goodness();
    network.predict(network.frame.slice());
    expect(packed.alarm(1) === 1).toBe(network.alarm(true));
    packed.train(0);
    network.train(network.frame.slice(), 0);
    expect(packed.alarm_threshold()).toBe(network.alarmThreshold);
  }
  expect(frames).toBeGreaterThan(150);
  expect(packed.samples() >>> 0).toBe(network.samples);
});

test("refusals say what to do, and leave nothing behind", async () => {
  writeFileSync(join(folder, "three.csv"), "1,2,3\n4,5,6\n");
  await mayfly(folder, "stream", `${NORMAL}1`, "--seconds", "1", ...SMALL, "--save", "rate.mayfly");
  const refuse = (line: RegExp, status: 1 | 2, ...args: string[]) => expectRefusal(folder, ["stream", ...args], line, status);
  await refuse(/there is no stream at nothing\.csv: give synthetic:/, 1, "nothing.csv");
  await refuse(/there is no synthetic signal "drums": choose from bearings/, 2, "synthetic:drums");
  await refuse(/cannot open \/dev\/not-there/, 1, "serial:/dev/not-there");
  await refuse(/three\.csv has 3 channels, this network takes 1/, 1, "three.csv", "--resume", "rate.mayfly");
  await refuse(/rate\.mayfly has learned at 8000 Hz, and synthetic activities has 50 Hz/, 1, "synthetic:activities", "--resume", "rate.mayfly");
  await refuse(/--window is decided by the model of --resume: leave it out/, 2, NORMAL + 1, "--resume", "rate.mayfly", "--window", "64");
  await refuse(/rate\.mayfly is there already: go on with it by --resume/, 2, NORMAL + 1, "--save", "rate.mayfly");
  await refuse(/--low, --high and --mel are in Hz, and the source does not say its rate/, 2, "three.csv", "--mel");
  await refuse(/does not name its labels beforehand: say how many there are with --classes/, 2, "three.csv", "--learn", "labels");
  await refuse(/--objective belongs to --learn labels/, 2, NORMAL + 1, "--objective", "classwise");
  await refuse(/Give ways to corrupt a window, of splice,shuffle,shift,raise/, 2, NORMAL + 1, "--ways", "melt");
  await refuse(/the network needs .* bytes more than the memory limit/, 2, NORMAL + 1, "--memory-limit", "2KiB");
  await refuse(/--reconnect belongs to serial ports, and three\.csv is none of them/, 2, "three.csv", "--reconnect", "3");
  await refuse(/--gain belongs to text: CSV or JSON lines, and synthetic:bearings is none of them/, 2, "synthetic:bearings", "--gain", "100");
  await refuse(/--sample-rate 100: synthetic bearings has 8000 Hz: leave it out/, 2, "synthetic:bearings", "--sample-rate", "100");
  await refuse(/--seconds: three\.csv does not say its rate: use --sample-rate, or count with --frames/, 2, "three.csv", "--seconds", "2");
  await refuse(/--no-train and --train-for say different things/, 2, NORMAL + 1, "--no-train", "--train-for", "5");
  await refuse(/cannot save in not-there\/x\.mayfly: the folder does not exist/, 2, NORMAL + 1, "--save", "not-there/x.mayfly");
  await refuse(/serial: needs a port, e\.g\. serial:\/dev\/ttyUSB0/, 2, "serial:");
  await refuse(/synthetic bearings: "fault" is not an option: write option=value/, 2, "synthetic:bearings,fault");
  expect(filesIn(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("a stream too short to test anything says why", async () => {
  const short = await mayfly(folder, "stream", "synthetic:bearings", "--seconds", "1");
  expect(short.status, short.stderr).toBe(0);
  expect(short.stderr).toMatch(/nothing was tested or learned: the warm-up had \d+ windows to go \(--warmup\)/);
  writeFileSync(join(folder, "few.csv"), "1\n2\n3\n");
  expect((await mayfly(folder, "stream", "few.csv")).stderr).toMatch(/nothing was tested or learned: no window of 512 samples was whole \(--window\)/);
});

test("plan and pack take the shape of a sample from a stream", async () => {
  const network = ["--layers", "16", "--classes", "2", "--dropout", "0", "--with", '{"stream":{"window":64,"bands":8},"negatives":"corrupted","sense":"minimise","readout":{"from":null}}'];
  const { status, stdout, stderr } = await mayfly(folder, "plan", ...network, "--json");
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout).regions.find(({ name }: { name: string }) => name === "frame").bytes).toBe(16);
  expect((await mayfly(folder, "pack", ...network, "-o", "planned.wasm")).status).toBe(0);
  await expectRefusal(folder, ["plan", "--layers", "16"], /--input is missing: the shape of a sample/, 2);
});

test("a model that cannot be saved is an error, after the summary", async () => {
  mkdirSync(join(folder, "taken.mayfly.json"));
  const { status, stdout, stderr } = await mayfly(folder, "stream", `${NORMAL}1`, "--seconds", "1", ...SMALL, "--save", "taken.mayfly", "--json");
  expect(status).toBe(1);
  expect(stderr).toMatch(/cannot write taken\.mayfly\.json/);
  expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ type: "end", saved: null });
});
