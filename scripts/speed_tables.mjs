// Tables and charts of docs/speed.md, from results/bench.json and results/bench/*.json. What has not been recorded says which command records it.
import { existsSync, readFileSync } from "node:fs";

const whole = (value) => value.toLocaleString("en", { maximumFractionDigits: 0 });
const three = (value) => Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 });

/** A file of results; null where there is none. */
const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null);

/** A table of a file of results; a note where there is none, and below what machine it came from. */
function from(file, command, lines) {
  return () => {
    const result = read(file);
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

const PEERS = ["results/bench/peers.json", "npm run bench:peers"];
const titleOf = ({ name, work }) => `${name}${work === "train" ? ", training" : ""}`;
/** A row's peer and, where the case has two, its form of the work. */
const titled = ({ peer, form }) => (form ? `${peer}, ${form}` : peer);

const peers = from(...PEERS, ({ results, versions, learned }) => [
  "| network | peer | negatives | batch | samples a second | the engine is times as fast | by default | asked |", "|---|---|---|---|---|---|---|---|",
  ...results.flatMap(({ rows, asked, ...result }) => rows.map(({ peer, form, batch, samplesPerSecond, engineIsTimesFaster, defaultIsTimesFaster }, index) => {
    const mine = peer === "Mayfly";
    const bounds = Object.entries(asked).map(([what, times]) => `${what}: ${times}`).join("; ");
    return `| ${index === 0 ? titleOf(result) : ""} | ${peer} | ${form ?? ""} | ${batch} | ${whole(samplesPerSecond)} | ${mine ? "" : three(engineIsTimesFaster)} | ${mine || defaultIsTimesFaster === engineIsTimesFaster ? "" : three(defaultIsTimesFaster)} | ${index === 0 ? bounds : ""} |`;
  })),
  "", `Test error after one epoch, 784-${learned.network.join("-")}, by goodness, in percent (batches of ${learned.batch}; Mayfly one by one): ${learned.rows.map((row) => `${titled(row)} ${row.error}`).join("; ")}.`,
  "", `Versions: ${Object.entries(versions).map(([name, version]) => `${name} ${version ?? "not installed"}`).join(", ")}. One thread each.`,
]);

/** Bars on a logarithmic scale, one for each peer and form at its best batch. */
const chart = from(...PEERS, ({ results }) => {
  const bars = results.flatMap(({ name, rows }) => best(rows).map((row, index) => ({ name: index === 0 ? name : "", peer: titled(row), value: row.samplesPerSecond })));
  const low = Math.log10(Math.min(...bars.map(({ value }) => value))), high = Math.log10(Math.max(...bars.map(({ value }) => value)));
  const width = (value) => 1 + Math.round((49 * (Math.log10(value) - low)) / (high - low));
  return ["```", ...bars.map(({ name, peer, value }) => `${name.padEnd(36)} ${peer.padEnd(36)} ${"█".repeat(width(value))} ${whole(value)}`), "```"];
});

function best(rows) {
  const byTitle = new Map();
  for (const row of rows) if (!byTitle.has(titled(row)) || byTitle.get(titled(row)).samplesPerSecond < row.samplesPerSecond) byTitle.set(titled(row), row);
  return [...byTitle.values()];
}

/**
 * The ratios asked of a case, each against the fastest row of four kinds: peers by hand that do what the engine does by default; those with random negatives
 * and no readout, against the engine doing the same; the leanest that do what the engine does by default; and all rows against the engine's default, also
 * those that do less.
 */
function askedOfPeers({ rows, asked: bounds }) {
  return Object.entries(bounds).map(([what, bound]) => {
    const [, peer = "", batch] = /^(.*?)(?:, )?(?:batch (\d+)|best batch)$/.exec(what);
    const meant = rows.filter((row) => row.peer !== "Mayfly" && row.peer.startsWith(peer) && (batch === undefined || row.batch === Number(batch)));
    const least = (some, ratio) => (some.length === 0 ? null : Math.min(...some.map((row) => row[ratio])));
    const complete = meant.filter((row) => !/no Adam|made before/.test(row.peer));
    const byHand = complete.filter((row) => !/lean|autograd/.test(row.peer));
    const of = (some, form) => some.filter((row) => row.form === form || row.form === null);
    return {
      what: `times as fast as ${peer || "the fastest peer"}, ${batch ? `batch ${batch}` : "at its best batch"}`, bound,
      here: least(of(byHand, "hard"), "engineIsTimesFaster"),
      random: least(byHand.filter(({ form }) => form === "random"), "engineIsTimesFaster"),
      lean: least(of(complete, "hard"), "engineIsTimesFaster"),
      strictest: least(meant, "defaultIsTimesFaster"),
    };
  });
}

const TIME = ["results/bench/time.json", "npm run bench:time"];

const time = from(...TIME, ({ engine, peers }) => [
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

const FIRMWARE = ["results/bench/firmware.json", "npm run bench:firmware"];

const firmware = from(...FIRMWARE, ({ results }) => [
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
  const [bench, peersFile, timeFile, threadsFile, firmwareFile] = [BENCH, PEERS, TIME, THREADS, FIRMWARE].map(([file]) => read(file));
  if (!bench || !peersFile || !timeFile || !threadsFile || !firmwareFile) return ["Not recorded yet: one of the commands below has not been run."];
  const lines = ["| | asked | here | random negatives on both sides | against the leanest | against any row |", "|---|---|---|---|---|---|"];
  const add = (what, bound, value, unit = "", ...others) => {
    const cell = (value) => (value === null ? "" : `${three(value)}${unit}${(bound > 0 ? value >= bound : value <= -bound) ? "" : ": missed"}`);
    lines.push(`| ${what} | ${bound > 0 ? "≥" : "≤"} ${Math.abs(bound)}${unit} | ${[value, ...others, null, null, null].slice(0, 4).map(cell).join(" | ")} |`);
  };
  for (const result of peersFile.results) for (const { what, bound, here, random, lean, strictest } of askedOfPeers(result)) add(`${titleOf(result)}: ${what}`, bound, here, "", random, lean, strictest);
  for (const { name, target, engineIsTimesFaster } of timeFile.peers) add(`time to ${target} %: times as fast as ${name}`, target === 2 ? 3 : 30, engineIsTimesFaster);
  const rateOfPeak = (list) => (100 * rateOf(bench, `forward, ${list} list, i16`)) / rateOf(bench, `peak: ${list}, with loads and interleaving`);
  add("share of a step in matrix kernels", 60, bench.share.kernels, " %");
  for (const list of ["single", "paired"]) add(`forward kernel, ${list}: share of the loop with loads`, 75, rateOfPeak(list), " %");
  for (const { name, ratio } of bench.passes) add(`${name}: goodness of ten labels, in neutral passes`, -3, ratio);
  for (const { name, ratio } of threadsFile.results.filter((result) => result.name.includes("4x1000"))) add(`${name}: two threads, times one`, 1.6, ratio);
  for (const { weights, runs } of firmwareFile.results) add(`784-64 ${weights} on Cortex-M4: share of the plain build's instructions`, -50, 100 * Math.min(...runs.map(({ ofPlain }) => ofPlain)), " %");
  return lines;
}

/** The few figures for README.md: what the same work costs elsewhere, by hand and at its best. */
function headlines() {
  const [peersFile, timeFile] = [PEERS, TIME].map(([file]) => read(file));
  if (!peersFile || !timeFile) return ["Not recorded yet."];
  const lines = ["| one core | Mayfly | the other | times as fast |", "|---|---|---|---|"];
  const perSecond = ({ samplesPerSecond }) => `${whole(samplesPerSecond)}/s`;
  const rate = (name, what, meant) => {
    const { rows } = peersFile.results.find((result) => result.name === name);
    const row = rows.filter(meant).sort((a, b) => b.samplesPerSecond - a.samplesPerSecond)[0];
    if (row) lines.push(`| ${what}, batch ${row.batch} | ${perSecond(rows[0])} | ${perSecond(row)} | ${three(row.engineIsTimesFaster)} |`);
  };
  const hard = (peer, batches) => (row) => row.peer === peer && row.form === "hard" && batches(row.batch);
  rate("784-256-256", "training 784-256-256 sample by sample, against PyTorch", hard("PyTorch", (batch) => batch === 1));
  rate("784-256-256", "against PyTorch made as lean as it can be", hard("PyTorch, lean", (batch) => batch === 1));
  rate("784-256-256", "against tfjs on wasm", hard("tfjs wasm", (batch) => batch === 1));
  rate("784-256-256", "against PyTorch at its best", hard("PyTorch", () => true));
  rate("784-256-256", "against that, lean, at its best", hard("PyTorch, lean", () => true));
  rate("784-250-250 class-wise, prediction", "predicting, class-wise 784-250-250, against onnxruntime int8", (row) => row.peer === "onnxruntime int8");
  for (const { target, name, seconds, reached, engineIsTimesFaster } of timeFile.peers) {
    const mine = timeFile.engine.find((one) => one.target === target);
    lines.push(`| MNIST to ${target} % wrong from random weights, against ${name} | ${three(mine.seconds)} s | ${reached ? "" : "> "}${three(seconds)} s | ${reached ? "" : "> "}${three(engineIsTimesFaster)} |`);
  }
  return lines;
}

export const SPEED_TABLES = {
  "speed-headlines": headlines,
  "speed-asked": asked, "threads-clock": threadsClock, "threads-paper": threadsPaper,
  "speed-kernels": kernels, "speed-step": step, "speed-training": rates("training"), "speed-prediction": rates("predicting"), "speed-passes": passes,
  "speed-peers": peers, "speed-chart": chart, "speed-time": time, "speed-scaling": scaling, "speed-firmware": firmware,
};
