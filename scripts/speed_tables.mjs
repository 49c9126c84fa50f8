// Tables and charts of docs/speed.md, from results/bench.json and results/bench/*.json. What has not been recorded says which command records it.
import { existsSync, readFileSync } from "node:fs";

const whole = (value) => value.toLocaleString("en", { maximumFractionDigits: 0 });
const three = (value) => Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 });

/** A table of a file of results; a note where there is none, and below what machine it came from. */
function from(file, command, lines) {
  return () => {
    const result = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
    if (!result?.load) return [`Not recorded yet: \`${command}\`.`];
    const { cpu, cpus, load, node, v8, engineHash, commit, date } = result;
    return [...lines(result), "", `${cpu}, ${cpus} CPUs, load ${load[0]}; Node ${node}, V8 ${v8}; engine ${engineHash}, commit ${commit.slice(0, 8)}, ${date}; \`${command}\`.`];
  };
}

const BENCH = ["results/bench.json", "npm run bench"];
const rateOf = ({ kernels }, name) => kernels.find((kernel) => kernel.name === name)?.value;

const kernels = from(...BENCH, (result) => [
  "| kernel | rate | of the loop with loads | of the loop in registers |", "|---|---|---|---|",
  ...result.kernels.map(({ name, unit, value }) => {
    const list = /^forward, (single|paired)/.exec(name)?.[1];
    const share = (peak) => (list ? `${((100 * value) / rateOf(result, peak)).toFixed(0)} %` : "");
    return `| ${name} | ${value.toFixed(1)} ${unit} | ${share(`peak: ${list}, with loads and interleaving`)} | ${share("peak: dot_i16x8 and add in registers")} |`;
  }),
]);

const step = from(...BENCH, ({ share }) => [
  "| of a training step, 784-256-256 i16 | % |", "|---|---|",
  `| forward kernels | ${share.forward.toFixed(0)} |`, `| update kernels | ${share.update.toFixed(0)} |`, `| matrix kernels in all | ${share.kernels.toFixed(0)} |`,
]);

const rates = (key) => from(...BENCH, (result) => [
  "| network | samples a second |", "|---|---|", ...result[key].map(({ name, value }) => `| ${name} | ${whole(value)} |`),
]);

const passes = from(...BENCH, (result) => [
  "| network | goodness of ten labels, µs | a neutral pass, µs | neutral passes |", "|---|---|---|---|",
  ...(result.passes ?? []).map(({ name, goodness, neutral, ratio }) => `| ${name} | ${three(goodness)} | ${three(neutral)} | ${ratio.toFixed(1)} |`),
]);

const peers = from("results/bench/peers.json", "npm run bench:peers", ({ results, versions }) => [
  "| network | peer | batch | samples a second | the engine is times as fast | asked |", "|---|---|---|---|---|---|",
  ...results.flatMap(({ name, work, asked, rows }) => rows.map(({ peer, batch, samplesPerSecond, engineIsTimesFaster }, index) =>
    `| ${index === 0 ? `${name}${work === "train" ? ", training" : ""}` : ""} | ${peer} | ${batch} | ${whole(samplesPerSecond)} | ${index === 0 ? "" : three(engineIsTimesFaster)} | ${index === 0 ? Object.entries(asked).map(([what, times]) => `${what}: ${times}`).join("; ") : ""} |`)),
  "", `Versions: ${Object.entries(versions).map(([name, version]) => `${name} ${version ?? "not installed"}`).join(", ")}. One thread each.`,
]);

/** Bars on a logarithmic scale, one for each peer at its best batch. */
const chart = from("results/bench/peers.json", "npm run bench:peers", ({ results }) => {
  const bars = results.flatMap(({ name, rows }) => [{ name, peer: "Mayfly", value: rows[0].samplesPerSecond }, ...best(rows.slice(1)).map(({ peer, samplesPerSecond }) => ({ name: "", peer, value: samplesPerSecond }))]);
  const low = Math.log10(Math.min(...bars.map(({ value }) => value))), high = Math.log10(Math.max(...bars.map(({ value }) => value)));
  const width = (value) => 1 + Math.round((49 * (Math.log10(value) - low)) / (high - low));
  return ["```", ...bars.map(({ name, peer, value }) => `${name.padEnd(36)} ${peer.padEnd(36)} ${"█".repeat(width(value))} ${whole(value)}`), "```"];
});

function best(rows) {
  const byPeer = new Map();
  for (const row of rows) if (!byPeer.has(row.peer) || byPeer.get(row.peer).samplesPerSecond < row.samplesPerSecond) byPeer.set(row.peer, row);
  return [...byPeer.values()];
}

const time = from("results/bench/time.json", "npm run bench:time", ({ engine, peers }) => [
  "| to | by | error, % | seconds | times the engine's |", "|---|---|---|---|---|",
  ...engine.flatMap((mine) => [
    `| ${mine.target} % | Mayfly 784-${mine.layers.join("-")}, ${mine.epochs} epochs, seeds ${mine.runs.map(({ seed }) => seed).join(", ")} | ${mine.runs.map(({ error }) => error).join(" / ")} | ${three(mine.seconds)} | 1 |`,
    ...peers.filter(({ target }) => target === mine.target).map(({ name, layers, error, seconds, reached, engineIsTimesFaster }) =>
      `| | ${name}, 784-${layers.join("-")} | ${error} | ${reached ? three(seconds) : `not in ${three(seconds)}`} | ${reached ? "" : "> "}${three(engineIsTimesFaster)} |`),
  ]),
]);

const scaling = from("results/bench/scaling.json", "npm run bench:scaling", ({ curves }) => [
  "| against | µs a training sample | exponent | between the last two |", "|---|---|---|---|",
  ...curves.map(({ name, what, points, exponent, lastExponent }) => `| ${name}: ${what} | ${points.map(({ n, microseconds }) => `${n}: ${three(microseconds)}`).join(", ")} | ${exponent.toFixed(2)} | ${lastExponent.toFixed(2)} |`),
]);

const firmware = from("results/bench/firmware.json", "npm run bench:firmware", ({ results }) => [
  "| 784-64 | build | guest instructions a sample | of the plain build | weights |", "|---|---|---|---|---|",
  ...results.flatMap(({ weights, runs }) => runs.map(({ kernels: build, instructionsPerStep, ofPlain, weightsHash }) => `| ${weights} | ${build} | ${whole(instructionsPerStep)} | ${(100 * ofPlain).toFixed(0)} % | ${weightsHash} |`)),
]);

const THREADS = ["results/bench/threads.json", "npm run bench:threads"];

const threadsClock = from(...THREADS, ({ results }) => [
  "| network | samples a second in one thread | in two | times | weights |", "|---|---|---|---|---|",
  ...results.map(({ name, samplesPerSecond: { one, threads }, ratio, weightsHash, sameBits }) => `| ${name} | ${whole(one)} | ${whole(threads)} | ${ratio.toFixed(2)} | ${sameBits ? weightsHash : "differ"} |`),
]);

const threadsPaper = from(...THREADS, ({ results }) => {
  const counts = [2, 3, 4];
  const [early, later] = results[0].paper.map(({ afterSamples }) => whole(afterSamples));
  return [
    `| network, after ${early} and ${later} samples | ${counts.map((count) => `${count} threads`).join(" | ")} |`, `|---|${counts.map(() => "---|").join("")}`,
    ...results.map(({ name, paper }) => `| ${name} | ${counts.map((count) => paper.flatMap(({ onPaper }) => onPaper.filter(({ threads }) => threads === count).map(({ speedup }) => speedup.toFixed(2))).join(", ")).join(" | ")} |`),
  ];
});

/** What was asked of each record, beside what it says: true of the files whatever they say. */
function asked() {
  const read = (name) => (existsSync(name) ? JSON.parse(readFileSync(name, "utf8")) : null);
  const [bench, peersFile, timeFile, threadsFile, firmwareFile] = [BENCH[0], "results/bench/peers.json", "results/bench/time.json", THREADS[0], "results/bench/firmware.json"].map(read);
  if (!bench || !peersFile || !timeFile || !threadsFile || !firmwareFile) return ["Not recorded yet: one of the commands below has not been run."];
  const lines = ["| | asked | here | |", "|---|---|---|---|"];
  const add = (what, bound, value, unit = "") => lines.push(`| ${what} | ${bound > 0 ? "≥" : "≤"} ${Math.abs(bound)}${unit} | ${three(value)}${unit} | ${(bound > 0 ? value >= bound : value <= -bound) ? "" : "missed"} |`);
  for (const { name, work, asked: bounds, rows } of peersFile.results) {
    const timesFaster = (peer, batch) => Math.min(...rows.slice(1).filter((row) => row.peer.startsWith(peer) && !row.peer.includes("made before") && (batch === undefined || row.batch === batch)).map((row) => row.engineIsTimesFaster));
    for (const [what, bound] of Object.entries(bounds)) {
      const [, peer = "", batch] = /^(.*?)(?:, )?(?:batch (\d+)|best batch)$/.exec(what);
      add(`${name}${work === "train" ? ", training" : ""}: times as fast as ${peer || "the fastest peer"}, ${batch ? `batch ${batch}` : "at its best batch"}`, bound, timesFaster(peer, batch && Number(batch)));
    }
  }
  for (const { name, target, engineIsTimesFaster } of timeFile.peers) add(`time to ${target} %: times as fast as ${name}`, target === 2 ? 3 : 30, engineIsTimesFaster);
  const rateOfPeak = (list) => (100 * rateOf(bench, `forward, ${list} list, i16`)) / rateOf(bench, `peak: ${list}, with loads and interleaving`);
  add("share of a step in matrix kernels", 60, bench.share.kernels, " %");
  for (const list of ["single", "paired"]) add(`forward kernel, ${list}: share of the loop with loads`, 75, rateOfPeak(list), " %");
  for (const { name, ratio } of bench.passes) add(`${name}: goodness of ten labels, in neutral passes`, -3, ratio);
  for (const { name, ratio } of threadsFile.results.filter((result) => result.name.includes("4x1000"))) add(`${name}: two threads, times one`, 1.6, ratio);
  for (const { weights, runs } of firmwareFile.results) add(`784-64 ${weights} on Cortex-M4: share of the plain build's instructions`, -50, 100 * Math.min(...runs.map(({ ofPlain }) => ofPlain)), " %");
  return lines;
}

export const SPEED_TABLES = {
  "speed-asked": asked, "threads-clock": threadsClock, "threads-paper": threadsPaper,
  "speed-kernels": kernels, "speed-step": step, "speed-training": rates("training"), "speed-prediction": rates("predicting"), "speed-passes": passes,
  "speed-peers": peers, "speed-chart": chart, "speed-time": time, "speed-scaling": scaling, "speed-firmware": firmware,
};
