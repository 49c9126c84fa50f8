/** A thread of a crew: holds a whole network, answers for some of its layers or units while it trains, and for some samples when it predicts. */
import { parentPort, workerData } from "node:worker_threads";
import * as kinds from "../../assembly/abi/region.js";
import { LAYER_ROWS_USED } from "../../assembly/abi/state.js";
import { Network } from "../engine/network.js";
import { Doorbells, PipelineStopped } from "./doorbells.js";
import { copyExtents, extentsOf } from "./image.js";
import type { Predicted, PredictTask, Predictions, Reply, Task, TrainTask, WorkerStart } from "./protocol.js";
import { StagedNetwork } from "./staged_network.js";
import { type Block, StageRunner } from "./stage_runner.js";
import { Streams } from "./streams.js";
import { UnitImage } from "./unit_image.js";
import { UnitRunner } from "./unit_runner.js";

const { thread, build, image, bells, training } = workerData as WorkerStart;
const shared = new Uint8Array(image);
const network = Network.open(shared.slice(), "the network of the thread", { build, size: "full" });
const own = network.persistent;
const extents = extentsOf(network);
const runner = training && new StageRunner(new StagedNetwork(network), new Streams(training.streams), new Doorbells(bells));
let byUnits: { readonly runner: UnitRunner; readonly image: UnitImage } | null = null;
/** Whether the weights in this thread's memory are those of its own units alone. */
let isDivided = false;

const port = parentPort!;
port.on("message", (task: Task) => {
  try {
    port.postMessage((task.type === "train" ? trained(task) : predicted(task)) satisfies Reply);
  } catch (error) {
    // Another thread has failed, and says why.
    if (!(error instanceof PipelineStopped)) throw error;
  }
});

port.postMessage({ of: "start" } satisfies Reply);

function trained({ shares, reload, ...block }: TrainTask): Reply {
  if (!shares.owners) return trainedByUnits(shares.threads, reload, block);
  unite();
  const mine = extents.filter(({ layer }) => shares.owners[layer] === thread);
  copyExtents(shared, own, reload ? mine : mine.filter(({ isState }) => isState));
  const times = runner!.run(block, { thread, ...shares });
  copyExtents(own, shared, mine);
  return { of: "train", times };
}

/** Threads that divide the units all need all states, but weights only of their own units. */
function trainedByUnits(threads: number, reload: boolean, block: Block): Reply {
  byUnits ??= { runner: new UnitRunner(network, thread, threads, training!.units!, new Doorbells(bells)), image: new UnitImage(network, thread, threads) };
  byUnits.image.take(shared, own, reload || !isDivided);
  byUnits.runner.units.divide();
  isDivided = true;
  const times = byUnits.runner.run(block);
  byUnits.image.give(own, shared);
  return { of: "train", times };
}

/** For whatever needs the weights of all units. They are to be loaded then. */
function unite(): void {
  if (isDivided) byUnits!.runner.units.unite();
  isDivided = false;
}

function predicted({ reload, frames, from, to, goodness, readout, scores }: PredictTask): Reply {
  unite();
  if (reload) copyExtents(shared, own, extents);
  const before = rowsUsed();
  const size = network.frame.length;
  const all = (wanted: boolean, by: "goodness" | "readout"): Predictions | null => (wanted ? predictAll(by) : null);
  const predictAll = (by: "goodness" | "readout"): Predictions => {
    const { classes } = network.spec;
    const values = by === "goodness" ? network.scores : network.logits;
    const result = { classes: new Uint8Array(to - from), scores: scores ? new Int32Array((to - from) * classes) : null };
    for (let index = from; index < to; index++) {
      result.classes[index - from] = network.predict(frames.subarray(index * size, (index + 1) * size), by);
      result.scores?.set(values, (index - from) * classes);
    }
    return result;
  };
  const found = { readout: all(readout, "readout"), goodness: all(goodness, "goodness") };
  return { of: "predict", predicted: { ...found, rowsUsed: rowsUsed().map((rows, layer) => rows - before[layer]!) } satisfies Predicted };
}

function rowsUsed(): Uint32Array {
  return Uint32Array.from(network.spec.layers, (_, layer) => network.view(network.region(kinds.REGION_LAYER_STATE, layer))[LAYER_ROWS_USED >> 2] ?? 0);
}
