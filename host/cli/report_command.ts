import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, Option } from "commander";
import type { Dataset } from "../data/dataset.js";
import { MayflyError } from "../errors.js";
import { compareSteps } from "../parity/steps.js";
import { BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { checkSupported } from "../reference/fixed_spec.js";
import { collectRun } from "../report/collect.js";
import { reportHtml } from "../report/html.js";
import { readParity, saveParity } from "../report/parity.js";
import type { ReportRun } from "../report/report_data.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import { writeAtomically } from "../train/atomic_file.js";
import { RunDirectory } from "../train/run_directory.js";
import { checkFits } from "../train/train.js";
import { readRepresentations, REPRESENTATIONS_FILE } from "../twins/representations.js";
import { checkTwin, TWINS } from "../twins/twin.js";
import { jsonOption, wholeFrom } from "./flags.js";
import { openDataFor, openModel, refuseBoxes } from "./model_file.js";
import { say, sayJson } from "./output.js";
import { openProgress } from "./progress.js";
import { version } from "./version.js";

/** Where a run's own report lies in its directory. */
export const REPORT_FILE = "report.html";
/** Test samples to test and watch, unless the user says otherwise. */
const SAMPLES = 2000;

interface ReportFlags {
  output?: string;
  samples: number;
  parity?: boolean;
  steps: number;
  backend: BackendName;
  json?: boolean;
}

/** Steps that --parity compares where nothing is said. */
const PARITY_STEPS = 100;

export function addReportCommand(program: Command): void {
  const command = program.command("report")
    .summary("draw runs as one HTML file")
    .description("Writes one self-contained HTML file about one or several runs: learning curves by layer, goodness of positive and negative data, confusion matrix, receptive fields, class activation maps, ensembles, memory map, boards; the backpropagation twins where `mayfly analyze RUN --against …` has left them, and parity where --parity or `mayfly parity … --out RUN` has. It needs no network and no server.")
    .argument("<runs...>", "run directories")
    .option("-o, --output <file>", `where to write it (default: ${REPORT_FILE} in the run directory; of several runs, here)`)
    .option("--samples <n>", "test samples to test and watch", wholeFrom(10), SAMPLES)
    .option("--parity", "first hold the engine against the exact reference (tfjs) with each run's network and data")
    .option("--steps <n>", "training steps that --parity compares", wholeFrom(1), PARITY_STEPS)
    .addOption(new Option("--backend <name>", "where the reference of --parity runs: see `mayfly backends`").choices([...BACKEND_NAMES]).default("wasm"))
    .addOption(jsonOption())
    .addHelpText("after", `
Examples:
  mayfly report runs/mnist-256,256-i16-seed1
  mayfly report --parity runs/mnist-256,256-i16-seed1
  mayfly report runs/a runs/b -o compare.html`);
  command.action(async (runs: string[], flags: ReportFlags) => {
    for (const name of ["backend", "steps"]) if (!flags.parity && command.getOptionValueSource(name) === "cli") throw new MayflyError(`--${name} belongs to --parity: give that too`, 2);
    const file = await writeReport(runs, flags.output ?? (runs.length === 1 ? join(runs[0] ?? ".", REPORT_FILE) : REPORT_FILE), flags.samples, flags.parity ? { steps: flags.steps, backend: flags.backend } : null);
    if (flags.json) sayJson({ report: file, runs });
  });
}

type ParityWanted = { readonly steps: number; readonly backend: BackendName } | null;

/** Writes the report of some run directories; says where it is. */
export async function writeReport(paths: readonly string[], output: string, samples = SAMPLES, parity: ParityWanted = null): Promise<string> {
  const twice = paths.find((path, index) => paths.findIndex((other) => resolve(other) === resolve(path)) < index);
  if (twice !== undefined) throw new MayflyError(`${twice} is named twice: a report shows each run once`, 2);
  const names = namesOf(paths);
  const runs: ReportRun[] = [];
  for (const [index, path] of paths.entries()) runs.push(await reportRun(path, names[index]!, samples, parity));
  const file = resolve(output);
  await writeAtomically(file, await reportHtml({ made: new Date().toISOString().slice(0, 16).replace("T", " "), version: version(), runs }));
  say(`report: ${pathToFileURL(file).href}`);
  return file;
}

/** The folders' names, or their paths where two have the same: curves are told apart by them. */
function namesOf(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(resolve(path)));
  return names.map((name, index) => (names.filter((other) => other === name).length > 1 ? paths[index]! : name));
}

async function reportRun(path: string, name: string, samples: number, parityWanted: ParityWanted): Promise<ReportRun> {
  if ((await stat(path).catch(() => null))?.isFile()) throw new MayflyError(`${path} is a file, and a report is of a run directory, with its curves and its data: give that, or see what a model represents by mayfly analyze ${path} DATASET`, 1);
  const { record } = await RunDirectory.open(path);
  const { network } = await openModel(path);
  refuseBoxes(network, path, "cannot be reported");
  const { train, test } = await openDataFor(path, undefined, {});
  checkFits(network, test);
  if (parityWanted) await makeParity(path, network.spec, train, parityWanted);
  const parity = await readParity(path, network.spec);
  const found = await readRepresentations(path);
  const beside = found?.weightsHash === network.weightsHash() ? found : null;
  if (found && !beside) say(`${path}/${REPRESENTATIONS_FILE} is of an earlier state of the network, and left out`);
  return collectRun({ name, record, network, test, samples, parity, beside, missing: missingOf(path, network.spec, parity !== null, beside !== null) }, (what) => say(`${name}: ${what}`));
}

/** What this network could have in its report and has not, and how to get it. */
function missingOf(path: string, spec: NetworkSpec, hasParity: boolean, hasTwins: boolean): { what: string; command: string }[] {
  const twins = TWINS.filter((kind) => refusalOf(() => checkTwin(kind, spec)) === null);
  return [
    ...(hasTwins || twins.length === 0 ? [] : [{ what: "representations beside those of backpropagation", command: `mayfly analyze ${path} --against ${twins.join(",")}` }]),
    ...(hasParity || refusalOf(() => checkSupported(spec)) !== null ? [] : [{ what: "parity with the exact reference", command: `mayfly report ${path} --parity` }]),
  ];
}

function refusalOf(check: () => void): MayflyError | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof MayflyError) return error;
    throw error;
  }
}

async function makeParity(path: string, spec: NetworkSpec, train: Dataset, { steps, backend }: NonNullable<ParityWanted>): Promise<void> {
  checkSupported(spec);
  const started = await startNamed(backend);
  const progress = openProgress();
  try {
    const found = await compareSteps(started, spec, train, { steps, builds: ["simd"], onProgress: (at) => progress.update("comparing with the reference", at, steps) });
    await saveParity(path, { ...found, verdict: found.equal ? "pass" : "fail", spec });
  } finally {
    progress.end();
  }
}
