// The generated tables of docs/reference.md, from results/reference/.
import { existsSync, readFileSync } from "node:fs";
import { PARITY_SEEDS, REFERENCE_EXPERIMENTS, referenceCommand } from "./reference_experiments.mjs";

const FOLDER = "results/reference";
/** How far the engine's mean error may be from the float reference's, in points (host/parity/runs.ts). */
const BOUND = 0.15;

const read = (name) => (existsSync(`${FOLDER}/${name}.json`) ? JSON.parse(readFileSync(`${FOLDER}/${name}.json`, "utf8")) : null);
const two = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
const both = (error) => (error ? `${two(error.goodness)} / ${two(error.readout)}` : "not yet measured");
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const count = (value) => value.toLocaleString("en", { maximumFractionDigits: 1 });

function parityTable() {
  const runs = PARITY_SEEDS.map((seed) => ({ seed, integer: read(`parity-integer-seed${seed}`), float: read(`parity-float-seed${seed}`) }));
  const lines = ["| seed | engine, i16, batch 1 | float, batch 8 | float's weights rounded to i16 | engine − float |", "|---|---|---|---|---|"];
  const difference = ({ integer, float }, way) => integer.testError[way] - float.testError[way];
  for (const run of runs) {
    const { seed, integer, float } = run;
    lines.push(`| ${seed} | ${both(integer?.testError)} | ${both(float?.testError)} | ${float ? both(float.quantised.testError) : "not yet measured"} | ${integer && float ? `${two(difference(run, "goodness"))} / ${two(difference(run, "readout"))}` : "–"} |`);
  }
  const whole = runs.filter(({ integer, float }) => integer && float);
  if (whole.length > 0) {
    const differences = ["goodness", "readout"].map((way) => mean(whole.map((run) => difference(run, way))));
    const verdict = whole.length < PARITY_SEEDS.length ? `${whole.length} of ${PARITY_SEEDS.length} seeds so far` : differences.every((value) => Math.abs(value) <= BOUND) ? `within ±${BOUND}` : `not within ±${BOUND}`;
    const means = (of) => ["goodness", "readout"].map((way) => two(mean(whole.map((run) => of(run)[way])))).join(" / ");
    lines.push(`| mean of ${whole.length} | ${means(({ integer }) => integer.testError)} | ${means(({ float }) => float.testError)} | ${means(({ float }) => float.quantised.testError)} | ${differences.map(two).join(" / ")}: ${verdict} |`);
  }
  return lines;
}

function baselinesTable() {
  const marks = [1, 2, 3, 5, 10, 20, 60];
  const lines = [`| what | command | ${marks.map((epoch) => `epoch ${epoch}`).join(" | ")} | published |`, `|---|---|${marks.map(() => "---|").join("")}---|`];
  for (const experiment of REFERENCE_EXPERIMENTS.filter(({ published }) => published)) {
    const run = read(`${experiment.id}-seed${experiment.seeds[0]}`);
    const cells = marks.map((mark) => {
      const at = run?.epochs.find(({ epoch }) => epoch === mark)?.testError;
      return at ? both(at) : mark > experiment.epochs ? "" : "not yet measured";
    });
    const recording = run?.stopped === "finished" ? "" : `; recorded by \`node scripts/record_reference.mjs ${experiment.id}\``;
    lines.push(`| ${experiment.title}${run?.stopped?.startsWith("cut") ? `, ${run.stopped}` : ""} | \`${referenceCommand(experiment, experiment.seeds[0])}\`${recording} | ${cells.join(" | ")} | ${experiment.published} |`);
  }
  return lines;
}

function cnnTable() {
  const epochs = [1, 2, 3];
  const lines = [`| \`cnn/waves\`, seed 1 | ${epochs.map((epoch) => `epoch ${epoch}`).join(" | ")} | command |`, `|---|${epochs.map(() => "---|").join("")}---|`];
  const row = (title, run, command, last) => lines.push(`| ${title} | ${epochs.map((at) => (at > last ? "" : both(run?.epochs.find(({ epoch }) => epoch === at)?.testError))).join(" | ")} | \`${command}\` |`);
  for (const experiment of REFERENCE_EXPERIMENTS.filter(({ id }) => id.startsWith("cnn-waves"))) row(experiment.title, read(`${experiment.id}-seed1`), referenceCommand(experiment, 1), experiment.epochs);
  const engine = JSON.parse(readFileSync("results/experiments/cnn-waves-seed1.json", "utf8"));
  row("engine, i16, batch 1, all 60,000 images", engine, engine.command, engine.epochs.length);
  return lines;
}

function compareTable() {
  const result = read("compare-128-64-seed1");
  if (!result) return ["not yet measured"];
  const bytes = (value) => `${count(value / 1024)} KiB`;
  const lines = [`| | layers | numbers | error, % | samples to 5 / 3 / 2 % | multiply-adds a step | as done | RAM, formula | as used | energy of the run, J |`, "|---|---|---|---|---|---|---|---|---|---|"];
  for (const { name, layers, numbers, errors, samplesTo, macs, bytes: ram, energyJ } of result.contestants) {
    const reached = ["5", "3", "2"].map((target) => (samplesTo[target] === null ? "–" : count(samplesTo[target])));
    lines.push(`| ${name} | ${layers.join("-")} | ${numbers} | ${two(errors.at(-1))} | ${reached.join(" / ")} | ${count(macs.formula)} | ${macs.done === null ? "–" : count(macs.done)} | ${bytes(ram.formula)} | ${bytes(ram.used)} | ${energyJ ? `${Math.round(energyJ.low)}–${Math.round(energyJ.high)}` : "–"} |`);
  }
  return [...lines, "", `Where Forward-Forward loses, by these numbers (\`${result.command}\`, commit ${result.commit.slice(0, 8)}):`, "", ...result.losses.map((loss) => `* ${loss}`)];
}

export const REFERENCE_TABLES = { "reference-parity": parityTable, "reference-baselines": baselinesTable, "reference-cnn": cnnTable, "reference-compare": compareTable };
