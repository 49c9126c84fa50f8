// npm run bench:threads: training in two threads against one, alternating block by block in one run, and the same bits. --json FILE (default results/bench/threads.json).
// Every block of 1,000 samples is trained by one thread, then by two, so that a noisy machine disturbs both alike; the ratio is the median over the blocks.
// "on paper" is what the stages' processor times, measured in one thread, come to when every thread has a core to itself: so much a machine that is busy
// with other things would show if it were not. --paper 2,16 measures that alone, after so many blocks.
import { cpus, loadavg } from "node:os";
import { build } from "esbuild";
import { Network, engineHash, loadMnist, train } from "../dist/index.js";
import { median, option, record } from "./measure.mjs";

await build({ entryPoints: ["bench/stage_times.ts"], outfile: "dist/bench_stage_times.js", bundle: true, platform: "node", target: "node20", format: "esm", packages: "external", logLevel: "warning" });
const { stageTimes } = await import("../dist/bench_stage_times.js");

const threads = Number(option("--threads", 2));
const blocks = Number(option("--blocks", 20));
const paperAlone = option("--paper", "").split(",").map(Number).filter((after) => after > 0);
// Both are tried on paper where --divide layers or --divide units does not say which.
const divide = option("--divide", "");
const BLOCK = 1000;
const FILLING = 2;
const { train: images } = await loadMnist();
const four = Array.from({ length: 4 }, () => ({ units: 1000, weights: "i16" }));
const cases = {
  "784-4x1000 i16 pair, random negatives": { negatives: "random", layers: four },
  "784-4x1000 i16 pair, hard negatives": { layers: four },
  "784-4x1000 i16 class-wise": { objective: "classwise", layers: four },
  "784-500-500 i16 pair, hard negatives": { layers: [{ units: 500 }, { units: 500 }] },
  "conv 20x5p2-40x3p2-80x3 i8 class-wise": { objective: "classwise", layers: [{ kind: "conv", channels: 20, field: 5, pool: 2, weights: "i8" }, { kind: "conv", channels: 40, field: 3, pool: 2, weights: "i8" }, { kind: "conv", channels: 80, field: 3, weights: "i8" }] },
};

const results = [];
for (const [name, spec] of Object.entries(cases)) {
  if (!name.includes(option("--only", ""))) continue;
  const full = { input: images.shape, classes: 10, seed: 1, ...spec };
  const paper = (after) => ({ afterSamples: 1000 * after, ...stageTimes(full, images, after, [2, 3, 4].filter((count) => count <= spec.layers.length)) });
  if (paperAlone.length > 0) {
    const found = paperAlone.map(paper);
    results.push({ name, paper: found, load: loadavg()[0] });
    for (const { afterSamples, onPaper, stages } of found) {
      console.log(`${name.padEnd(40)} on paper after ${afterSamples} samples: ${onPaper.map(({ threads: count, speedup, owners }) => `${count} threads ${speedup.toFixed(2)}x (${owners ?? "units"})`).join(", ")}; µs ${stages.map((layer) => Object.values(layer).join("/")).join(" ")}`);
    }
    continue;
  }
  const sides = [1, threads].map((count) => {
    const network = Network.create(full);
    return { network, events: train(network, images, { epochs: 1, threads: count, progressEvery: BLOCK, ...(divide && { divide }) }), seconds: [], cpuSeconds: [], load: [], event: null };
  });
  for (let block = 0; block < blocks; block++) {
    for (const side of sides) {
      const start = performance.now();
      const cpu = process.cpuUsage();
      side.event = (await side.events.next()).value;
      side.seconds.push((performance.now() - start) / 1000);
      const { user, system } = process.cpuUsage(cpu);
      side.cpuSeconds.push((user + system) / 1e6);
    }
    sides[1].load.push(loadavg()[0]);
    if (process.stdout.isTTY || process.env.VERBOSE) console.log(block, sides.map(({ seconds }) => seconds.at(-1).toFixed(3)).join(" "), sides[1].event.threads.speedup.toFixed(2), (sides[1].event.threads.owners?.join() ?? "units"), sides[1].event.threads.shares.map(({ total, idle }) => `${(100 * idle / total).toFixed(0)}%`).join(" "));
  }
  const report = sides[1].event.threads;
  const hashes = sides.map(({ network }) => network.weightsHash());
  for (const { events } of sides) await events.return();
  const ratios = sides[0].seconds.map((one, block) => one / sides[1].seconds[block]).slice(FILLING);
  const [one, many] = sides.map(({ seconds }) => BLOCK / median(seconds.slice(FILLING)));
  results.push({
    name, threads, samples: blocks * BLOCK, samplesPerSecond: { one: Math.round(one), threads: Math.round(many) }, ratio: median(ratios), ratios: ratios.map((ratio) => Math.round(ratio * 1000) / 1000),
    cpuSecondsPerBlock: { one: median(sides[0].cpuSeconds.slice(FILLING)), threads: median(sides[1].cpuSeconds.slice(FILLING)) },
    paper: [paper(2), paper(blocks)], owners: report.owners, idle: report.shares.map(({ total, idle }) => Math.round((1000 * idle) / total) / 1000), weightsHash: hashes[0], sameBits: hashes[0] === hashes[1], load: median(sides[1].load),
  });
  const last = results.at(-1);
  const onPaper = last.paper.at(-1).onPaper.find((found) => found.threads === threads)?.speedup ?? 1;
  console.log(`${name.padEnd(40)} 1 thread ${last.samplesPerSecond.one}/s, ${threads} threads ${last.samplesPerSecond.threads}/s: ${last.ratio.toFixed(2)}x (on paper ${onPaper.toFixed(2)}x), ${last.sameBits ? "same bits" : "OTHER BITS"} ${last.weightsHash}, load ${last.load.toFixed(1)} on ${cpus().length} cores`);
}

const isWhole = paperAlone.length === 0 && option("--only", null) === null;
record(isWhole ? "results/bench/threads.json" : null, { engineHash: engineHash("full"), results });
if (results.some(({ sameBits }) => sameBits === false)) process.exitCode = 1;
