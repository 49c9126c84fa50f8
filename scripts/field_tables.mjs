// The generated tables of docs/field.md, from results/field/.
import { existsSync, readFileSync } from "node:fs";

const read = (name) => (existsSync(`results/field/${name}.json`) ? JSON.parse(readFileSync(`results/field/${name}.json`, "utf8")) : null);
const NOT_YET = ["not yet measured: `npm run results:field`"];
const one = (value) => value.toFixed(1);
const count = (value) => value.toLocaleString("en");
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const unique = (values) => [...new Set(values)];
const both = (of) => (of.length === 0 ? "" : `${one(mean(of.map(({ goodness }) => goodness)))} / ${one(mean(of.map(({ readout }) => readout)))}`);
const digits = (value) => String(Number(value.toPrecision(2)));
const range = ({ low, high }, factor = 1) => (digits(low * factor) === digits(high * factor) ? digits(low * factor) : `${digits(low * factor)}–${digits(high * factor)}`);
const sum = (a, b) => ({ low: a.low + b.low, high: a.high + b.high });

function personaliseTable() {
  const record = read("personalise");
  if (!record) return NOT_YET;
  const { rows } = record;
  const lines = ["| domain | way | new, k = 5 | new, k = 10 | old, k = 5 | old, k = 10 |", "|---|---|---|---|---|---|"];
  for (const domain of unique(rows.map((row) => row.domain))) {
    for (const way of unique(rows.map((row) => row.way))) {
      const of = (k, which) => both(rows.filter((row) => row.domain === domain && row.way === way && (row.k === k || row.k === 0)).map((row) => row[which]));
      lines.push(`| ${domain} | ${way} | ${of(5, "there")} | ${of(10, "there")} | ${of(5, "before")} | ${of(10, "before")} |`);
    }
  }
  lines.push("", `Most that learning with replay cost the old domain in any of the ${record.seeds.length * 8} runs, by goodness: ${one(record.worst)} points (bound: ${record.bound}).`);
  return lines;
}

function newClassTable() {
  const record = read("new-class");
  if (!record) return NOT_YET;
  const { rows } = record;
  const lines = ["| objective | way | steps | nines | 9: goodness / readout | 0–8: goodness / readout |", "|---|---|---|---|---|---|"];
  for (const objective of unique(rows.map((row) => row.objective))) {
    for (const way of unique(rows.map((row) => row.way))) {
      for (const k of unique(rows.filter((row) => row.way === way).map((row) => row.k))) {
        const of = rows.filter((row) => row.objective === objective && row.way === way && row.k === k);
        lines.push(`| ${objective} | ${way} | ${of[0].steps || ""} | ${k || ""} | ${both(of.map((row) => row.new))} | ${both(of.map((row) => row.known))} |`);
      }
    }
  }
  return lines;
}

function boardsOf(boards, steps) {
  return boards.map(({ title, stepMs, stepMilliJ }) => `| ${title} | ${range(stepMs)} ms, ${range(stepMilliJ)} mJ | ${range(stepMs, steps / 1000)} s, ${range(stepMilliJ, steps / 1000)} J |`);
}

function adaptingTable() {
  const [personal, fresh] = [read("personalise"), read("new-class")];
  if (!personal || !fresh) return NOT_YET;
  const most = Math.max(...personal.rows.map(({ steps }) => steps));
  const some = Math.max(...fresh.rows.map(({ steps }) => steps));
  return [
    "| board | a training step | the longest course |", "|---|---|---|",
    `| *pair, 784-128-64, i8, jitter; RAM ${count(personal.ramBytes)} bytes, module with its state ${count(personal.moduleBytes)}, old samples in flash ${count(personal.replayBytes)}* | | ${count(most)} steps (10 a class) |`,
    ...boardsOf(personal.boards, most),
    `| *class-wise, 784-120-60, i8, jitter; RAM ${count(fresh.networks.classwise.ramBytes)} bytes* | | ${count(some)} steps (100 nines) |`,
    ...boardsOf(fresh.networks.classwise.boards, some),
  ];
}

/** A row a method, a column each of `columns`, and in each place what `cell` says of them. */
function grid(title, columns, methods, cell) {
  return [`| ${title} | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---|").join("")}`, ...methods.map((method) => `| ${method} | ${columns.map((_, column) => cell(method, column)).join(" | ")} |`)];
}

const methodsOf = (record) => unique(record.rows.map((row) => row.method));

function anomalyTable() {
  const record = read("anomaly");
  if (!record) return NOT_YET;
  const { rows } = record;
  const severities = unique(rows.map((row) => row.severity));
  return grid(`AUROC, mean (least) of ${record.seeds.length} seeds and 3 faults`, severities.map((severity) => `${severity} g`), methodsOf(record), (method, column) => {
    const of = rows.filter((row) => row.method === method && row.severity === severities[column]).map(({ auroc }) => auroc);
    return `${mean(of).toFixed(3)} (${Math.min(...of).toFixed(3)})`;
  });
}

function delayTable() {
  const record = read("anomaly");
  if (!record) return NOT_YET;
  const courses = unique(record.delays.map((row) => row.course));
  return grid("delay of the alarm, median, longest (found)", courses, methodsOf(record), (method, column) => {
    const of = record.delays.filter((row) => row.method === method && row.course === courses[column]);
    const found = of.filter(({ seconds }) => seconds !== null).map(({ seconds }) => seconds).sort((a, b) => a - b);
    return `${found.length > 0 ? `${found[found.length >> 1].toFixed(2)} s, ${found.at(-1).toFixed(2)} s ` : ""}(${found.length} of ${of.length})`;
  });
}

function falseAlarmsTable() {
  const record = read("anomaly");
  if (!record) return NOT_YET;
  const machines = unique(record.alarms.map((row) => row.machine));
  const order = unique(record.alarms.map((row) => row.method));
  const methods = [...order.filter((name) => name.startsWith("Forward")), ...order.filter((name) => !name.startsWith("Forward"))];
  return grid("false alarms in five minutes (share of the time)", machines, methods, (method, column) => {
    const of = record.alarms.filter((row) => row.method === method && row.machine === machines[column]);
    return `${one(mean(of.map(({ alarms }) => alarms)))} (${one(100 * mean(of.map(({ share }) => share)))} %)`;
  });
}

function anomalyCostTable() {
  const record = read("anomaly");
  if (!record) return NOT_YET;
  return [
    "| board | front end, a window | score | training step | a window with score and step |", "|---|---|---|---|---|",
    ...record.boards.map(({ title, windowMs, windowMilliJ, predictMs, predictMilliJ, stepMs, stepMilliJ }) => {
      const cell = (ms, mJ) => `${range(ms)} ms, ${range(mJ)} mJ`;
      return `| ${title} | ${cell(windowMs, windowMilliJ)} | ${cell(predictMs, predictMilliJ)} | ${cell(stepMs, stepMilliJ)} | ${cell(sum(sum(windowMs, predictMs), stepMs), sum(sum(windowMilliJ, predictMilliJ), stepMilliJ))} |`;
    }),
    "", `RAM: ${count(record.networkBytes)} bytes of linear memory (network, front end, engine) and ${count(record.keptBytes)} of kept frames, ${count(record.ramBytes)} in all, and the stack; module ${count(record.moduleBytes)} bytes. The autoencoder has ${count(record.autoencoderParameters)} float parameters; to train it with Adam takes three times that.`,
  ];
}

function fieldRunsTable() {
  const lines = ["| command | engine | commit |", "|---|---|---|"];
  for (const name of ["personalise", "new-class", "anomaly"]) {
    const record = read(name);
    if (record) lines.push(`| \`${record.command}\` | ${record.engineHash} | ${record.commit.slice(0, 8)} |`);
  }
  return lines;
}

export const FIELD_TABLES = {
  personalise: personaliseTable, "new-class": newClassTable, adapting: adaptingTable, anomaly: anomalyTable, delay: delayTable, "false-alarms": falseAlarmsTable, "anomaly-cost": anomalyCostTable, "field-runs": fieldRunsTable,
};
