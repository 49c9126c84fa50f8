// Makes the generated tables of README.md and of the pages in docs/ from the recorded results. --check only tells whether they are
// up to date (exit status 1 if not); a test runs it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planMemory } from "../dist/index.js";
import { CHIP_TABLES } from "./chip_tables.mjs";
import { EXPERIMENTS } from "./experiments.mjs";
import { FIELD_TABLES } from "./field_tables.mjs";
import { REFERENCE_TABLES } from "./reference_tables.mjs";
import { REPRESENTATION_TABLES } from "./representation_tables.mjs";
import { SPEED_TABLES } from "./speed_tables.mjs";

const FOLDER = "results/main";
function readRecords(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith(".json")).sort().map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}
const records = readRecords(FOLDER);

const two = (value) => value.toFixed(2);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function rows(withTarget) {
  return EXPERIMENTS.filter((experiment) => (experiment.target !== undefined) === withTarget).flatMap((experiment) => {
    const runs = records.filter((record) => record.id === experiment.id).sort((a, b) => a.seed - b.seed);
    return runs.length === 0 ? [] : [{ experiment, runs }];
  });
}

function errors(runs, way) {
  return runs.map((run) => two(run.testError[way])).join(" / ");
}

/** What the engine as it is now needs, not that of the runs: it may have come to need more or less. */
function planned([{ spec }]) {
  return planMemory(spec).bytes.total.toLocaleString("en");
}

function mainTable() {
  const lines = [
    "| network | epochs | asked | error by goodness, % | error by the readout, % | linear memory, bytes |",
    "|---|---|---|---|---|---|",
  ];
  for (const { experiment, runs } of rows(true)) {
    lines.push(`| ${experiment.title} | ${experiment.epochs} | ≤ ${experiment.target} | ${errors(runs, "goodness")} | ${errors(runs, "readout")} | ${planned(runs)} |`);
  }
  return lines;
}

function extraTable() {
  const lines = ["| network | epochs | error by goodness, % | error by the readout, % | linear memory, bytes |", "|---|---|---|---|---|"];
  for (const { experiment, runs } of rows(false)) {
    lines.push(`| ${experiment.title} | ${experiment.epochs} | ${errors(runs, "goodness")} | ${errors(runs, "readout")} | ${planned(runs)} |`);
  }
  return lines;
}

function runsTable() {
  const lines = ["| command | goodness | readout | mean samples/s | weights | engine | commit |", "|---|---|---|---|---|---|---|"];
  for (const { runs } of [...rows(true), ...rows(false)]) {
    for (const run of runs) {
      lines.push(`| \`${run.command}\` | ${two(run.testError.goodness)} | ${two(run.testError.readout)} | ${Math.round(mean(run.epochs.map((epoch) => epoch.pairsPerSecond))).toLocaleString("en")} | ${run.weightsHash} | ${run.engineHash} | ${run.commit.slice(0, 8)} |`);
    }
  }
  return lines;
}

function curvesTable() {
  const marks = [1, 2, 3, 5, 10, 20, 30];
  const lines = [`| network | ${marks.map((epoch) => `epoch ${epoch}`).join(" | ")} |`, `|---|${marks.map(() => "---|").join("")}`];
  for (const { experiment, runs } of rows(true)) {
    const cells = marks.map((mark) => {
      const at = runs.map((run) => run.epochs.find((epoch) => epoch.epoch === mark)?.testError).filter(Boolean);
      return at.length === 0 ? "" : `${two(mean(at.map((error) => error.goodness)))} / ${two(mean(at.map((error) => error.readout)))}`;
    });
    lines.push(`| ${experiment.title}, ${experiment.epochs} epochs | ${cells.join(" | ")} |`);
  }
  return lines;
}

/** Runs of `mayfly experiment`, next to what others got. */
function experimentsTable() {
  const lines = ["| experiment | run | epochs | error by goodness, % | error by the readout, % | asked, % | published | linear memory, bytes | weights | engine | commit |", "|---|---|---|---|---|---|---|---|---|---|---|"];
  const cell = (value) => (value === null || value === undefined ? "" : two(value));
  for (const { experiment, variant, seed, epochs, testError, asked, published, bytes, weightsHash, engineHash, commit } of readRecords("results/experiments").filter((record) => record.variant)) {
    lines.push(`| ${experiment} | ${variant}, seed ${seed} | ${epochs.length} | ${cell(testError.goodness)} | ${cell(testError.readout)} | ${asked === null ? "" : `≤ ${asked}`} | ${published ?? ""} | ${bytes.toLocaleString("en")} | ${weightsHash} | ${engineHash} | ${commit.slice(0, 8)} |`);
  }
  return lines;
}

function measurementsTable() {
  const lines = ["| experiment | measured | value | |", "|---|---|---|---|"];
  for (const { experiment, seed, measurements } of readRecords("results/experiments").filter((record) => record.measurements)) {
    for (const { what, value, unit, note } of measurements) lines.push(`| ${experiment}, seed ${seed} | ${what} | ${two(value)} ${unit} | ${note ?? ""} |`);
  }
  return lines;
}

const TABLES = { ...CHIP_TABLES, ...FIELD_TABLES, ...REFERENCE_TABLES, ...REPRESENTATION_TABLES, ...SPEED_TABLES, experiments: experimentsTable, measurements: measurementsTable, main: mainTable, extra: extraTable, runs: runsTable, curves: curvesTable };
const PAGES = ["README.md", "docs/results.md", "docs/experiments.md", "docs/field.md", "docs/reference.md", "docs/representations.md", "docs/speed.md", "docs/threads.md"];

let stale = false;
for (const file of PAGES) {
  if (!existsSync(file)) continue;
  const before = readFileSync(file, "utf8");
  const after = before.replace(/(<!-- table ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (whole, start, name, end) => {
    if (!TABLES[name]) throw new Error(`${file} asks for an unknown table: ${name}`);
    return `${start}${TABLES[name]().join("\n")}\n${end}`;
  });
  if (after === before) continue;
  stale = true;
  if (!process.argv.includes("--check")) writeFileSync(file, after);
}
if (stale && process.argv.includes("--check")) {
  console.error(`the tables of ${PAGES.join(", ")} do not match results/: run npm run results`);
  process.exit(1);
}
