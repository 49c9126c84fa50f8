import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { MayflyError } from "../errors.js";
import { collectRun } from "../report/collect.js";
import { reportHtml } from "../report/html.js";
import type { ReportRun } from "../report/report_data.js";
import { writeAtomically } from "../train/atomic_file.js";
import { RunDirectory } from "../train/run_directory.js";
import { checkFits } from "../train/train.js";
import { jsonOption, wholeFrom } from "./flags.js";
import { openDataFor, openModel, refuseBoxes } from "./model_file.js";
import { say, sayJson } from "./output.js";
import { version } from "./version.js";

/** What `mayfly parity --json` prints may lie in a run directory under this name. */
const PARITY_FILE = "parity.json";
/** Where a run's own report lies in its directory. */
export const REPORT_FILE = "report.html";
/** Test samples to test and watch, unless the user says otherwise. */
const SAMPLES = 2000;

export function addReportCommand(program: Command): void {
  program.command("report")
    .summary("draw runs as one HTML file")
    .description(`Writes one self-contained HTML file about one or several runs: learning curves by layer, goodness of positive and negative data, confusion matrix, receptive fields, class activation maps, ensembles, memory map, boards, and parity where the run directory holds ${PARITY_FILE} (mayfly parity --json). It needs no network and no server.`)
    .argument("<runs...>", "run directories")
    .option("-o, --output <file>", `where to write it (default: ${REPORT_FILE} in the run directory; of several runs, here)`)
    .option("--samples <n>", "test samples to test and watch", wholeFrom(10), SAMPLES)
    .addOption(jsonOption())
    .addHelpText("after", `
Examples:
  mayfly report runs/mnist-256,256-i16-seed1
  mayfly report runs/a runs/b -o compare.html`)
    .action(async (runs: string[], flags: { output?: string; samples: number; json?: boolean }) => {
      const file = await writeReport(runs, flags.output ?? (runs.length === 1 ? join(runs[0] ?? ".", REPORT_FILE) : REPORT_FILE), flags.samples);
      if (flags.json) sayJson({ report: file, runs });
    });
}

/** Writes the report of some run directories; says where it is. */
export async function writeReport(paths: readonly string[], output: string, samples = SAMPLES): Promise<string> {
  const runs: ReportRun[] = [];
  for (const path of paths) runs.push(await reportRun(path, samples));
  const file = resolve(output);
  await writeAtomically(file, await reportHtml({ made: new Date().toISOString().slice(0, 16).replace("T", " "), version: version(), runs }));
  say(`report: ${pathToFileURL(file).href}`);
  return file;
}

async function reportRun(path: string, samples: number): Promise<ReportRun> {
  const { record } = await RunDirectory.open(path);
  const { network } = await openModel(path);
  refuseBoxes(network, path, "cannot be reported");
  const { test } = await openDataFor(path, undefined, {});
  checkFits(network, test);
  return collectRun({ name: basename(resolve(path)), record, network, test, samples, parity: await readParity(path) }, (what) => say(`${basename(path)}: ${what}`));
}

interface ParityJson {
  verdict: string;
  layers: { preActivations: Counts; goodness: Counts; weights: Counts }[];
}
interface Counts {
  compared: number;
  differing: number;
}

async function readParity(path: string): Promise<ReportRun["parity"]> {
  let text: string;
  try {
    text = await readFile(join(path, PARITY_FILE), "utf8");
  } catch {
    return null;
  }
  try {
    const { verdict, layers } = JSON.parse(text) as ParityJson;
    const lines = layers.map(({ preActivations, goodness, weights }, layer) => `layer ${layer + 1}: ${[["pre-activations", preActivations], ["goodness", goodness], ["weights", weights]].map(([name, counts]) => `${(counts as Counts).differing} of ${(counts as Counts).compared.toLocaleString("en")} ${name as string} differ`).join(", ")}`);
    return { verdict, lines };
  } catch (error) {
    throw new MayflyError(`${join(path, PARITY_FILE)} is not what \`mayfly parity --json\` prints`, 1, error);
  }
}
