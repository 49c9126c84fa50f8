import { allBoards } from "../../firmware-sim/boards/load.js";
import { planBoards } from "../../firmware-sim/boards/plan_boards.js";
import type { Range } from "../../firmware-sim/metering/cost.js";
import { collectActivities } from "../analysis/activities.js";
import { type LayerAnalysis, analyze, summaryOf } from "../analysis/analyze.js";
import { type Dataset, frame, take } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { REGION_PURPOSES } from "../engine/regions.js";
import { isMap } from "../spec/geometry.js";
import { asInput } from "../spec/network_spec.js";
import { evaluate } from "../train/evaluate.js";
import type { RunRecord } from "../train/run_directory.js";
import type { EpochResult } from "../train/train.js";
import { workOf } from "../train/work.js";
import type { Representations } from "../twins/representations.js";
import { activationMapImages } from "./activation_map_images.js";
import { receptiveFields } from "./fields.js";
import { goodnessHistograms } from "./goodness_histogram.js";
import type { ReportImage, ReportLayer, ReportRun } from "./report_data.js";

/** Enough for a histogram; each takes a pass for every label. */
const HISTOGRAM_SAMPLES = 300;
const MAPPED_SAMPLES = 6;
/** Pixels for each value of a frame. */
const MAP_ZOOM = 3;

export interface RunSource {
  readonly name: string;
  readonly record: RunRecord;
  readonly network: Network;
  readonly test: Dataset;
  /** Samples to watch and test. */
  readonly samples: number;
  /** Parity of the same network, as `mayfly parity --json` printed it. */
  readonly parity: ReportRun["parity"];
  /** The network and its twins, as `mayfly analyze --against` left them. */
  readonly beside: Representations | null;
  readonly missing: ReportRun["missing"];
}

/** Everything a report shows of one run. `say` hears what is under way. */
export async function collectRun({ name, record, network, test, samples, parity, beside, missing }: RunSource, say: (what: string) => void): Promise<ReportRun> {
  const { spec, plan } = network;
  const classNames = Array.from({ length: spec.classes }, (_, label) => test.classNames?.[label] ?? String(label));
  const part = take(test, 0, Math.min(samples, test.count));
  say("testing");
  const evaluation = evaluate(network, part);
  say("watching the units");
  const leftOut = leftOutOf(record);
  const layers = analyze(collectActivities(network, part, part.count), leftOut);
  say("measuring goodness");
  const goodness = goodnessHistograms(network, part, HISTOGRAM_SAMPLES);
  say("planning for boards");
  const boards = await planBoards(allBoards(), asInput(spec), plan, { epochSamples: Math.max(1, network.samples), checkpointEvery: { samples: 10_000 } });
  return {
    name, dataset: record.settings.dataset,
    title: `${spec.input.width * spec.input.height * spec.input.channels}-${spec.layers.map((layer) => (isMap(layer) ? `${layer.kind}${layer.channels}x${layer.field}` : layer.units)).join("-")}`,
    facts: [
      ["objective", spec.objective === "pair" ? `pair, loss ${spec.loss}, negatives ${spec.negatives}` : "class-wise goodness"],
      ["weights", [...new Set(spec.layers.map((layer) => layer.weights))].join(", ")],
      ["seed", String(spec.seed)],
      ["samples trained", network.samples.toLocaleString("en")],
      ["linear memory", `${plan.bytes.total.toLocaleString("en")} bytes`],
      ["weights hash", network.weightsHash()],
      ["engine", record.engineHash],
    ],
    epochs: (record.epochs as EpochResult[]).map(({ epoch, testError, counters }) => ({
      epoch, goodness: testError?.goodness ?? null, readout: testError?.readout ?? null, discrimination: counters?.discrimination ?? [], rowsUsed: counters?.rowsUsed ?? [], rowsUpdated: counters?.rowsUpdated ?? [], work: counters ? workOf(network, counters) : [],
    })),
    classNames,
    confusion: evaluation.confusion, samples: part.count, goodness,
    layers: layers.map((layer) => reportLayer(layer, classNames)), leftOut: leftOut === null ? null : classNames[leftOut] ?? String(leftOut),
    beside: beside && {
      samples: beside.samples, label: beside.label,
      networks: beside.networks.map(({ name, testError: { goodness, readout }, epochs, layers }) => ({ name, error: goodness === null ? readout : readout === null ? goodness : Math.min(goodness, readout), epochs, layers: layers.map((layer) => reportLayer(layer, classNames)) })),
    },
    fields: receptiveFields(network), maps: activationMaps(network, part),
    memory: plan.regions.map((region) => ({ name: region.name, bytes: region.bytes, persistent: region.persistent, purpose: REGION_PURPOSES[region.kind] ?? "" })),
    memoryTotal: plan.bytes.total,
    boards: boards.boards.map((board) => ({ board: board.board, fits: board.fits, spareBytes: board.spareBytes, stepMs: rangeText(board.stepMs), epoch: rangeText(board.epochS), stepMilliJ: rangeText(board.stepMilliJ) })),
    parity, missing,
  };
}

/** The class that the run was trained without. */
function leftOutOf({ settings }: RunRecord): number | null {
  const { leaveOut } = settings.datasetOptions;
  return typeof leaveOut === "number" ? leaveOut : null;
}

function reportLayer(layer: LayerAnalysis, classNames: readonly string[]): ReportLayer {
  const { active, hoyer, silent, inOne, inSeveral, selectivity, units } = summaryOf(layer);
  const { leftOut } = layer;
  return {
    name: `layer ${layer.layer}`, units, active, hoyer, silent, meanSelectivity: selectivity, inOne, inSeveral,
    ensembleSizes: layer.ensembles.members.map((list) => list.length), overlap: layer.ensembles.overlap, iterations: layer.iterations ?? [],
    leftOut: leftOut ? { ...leftOut, nearest: leftOut.nearest.filter(({ overlap }) => overlap > 0).map(({ label, overlap }) => `${classNames[label] ?? label} (${(100 * overlap).toFixed(0)} %)`) } : null,
  };
}

function rangeText(range: Range | null): string {
  if (!range) return "–";
  const short = (value: number): string => Number(value.toPrecision(2)).toLocaleString("en");
  return `${short(range.low)} – ${short(range.high)}`;
}

function activationMaps(network: Network, test: Dataset): ReportImage[] {
  const { spec } = network;
  if (spec.readout.from === null || !spec.layers.some((layer, index) => isMap(layer) && index >= (spec.readout.from ?? 0))) return [];
  return Array.from({ length: Math.min(MAPPED_SAMPLES, test.count) }, (_, sample) => {
    const pixels = frame(test, sample);
    const label = network.predict(pixels, "readout");
    return activationMapImages(network, pixels, label, MAP_ZOOM, `sample ${sample}`, `the predicted class ${test.classNames?.[label] ?? label}`).map(({ image }) => image);
  }).flat();
}
