/** Whether a network fits a board, its memory map, and what it costs there: the planner of `mayfly plan`. */
import { WHOLE_ENGINE_BYTES } from "../../../firmware-sim/boards/allowances.js";
import { planBoard, type BoardPlanInput } from "../../../firmware-sim/boards/plan_board.js";
import type { Board } from "../../../firmware-sim/boards/schema.js";
import { slotLayout } from "../../../firmware-sim/checkpoint/layout.js";
import { engineModule, meterModule } from "../../../firmware-sim/metering/meter_module.js";
import { meteredStep, simulatedBoard } from "../../../firmware-sim/simulated_board.js";
import type { Dataset } from "../../../host/data/dataset.js";
import { frame } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { type MemoryPlan, planMemory } from "../../../host/engine/plan.js";
import { REGION_PURPOSES } from "../../../host/engine/regions.js";
import { MayflyError } from "../../../host/errors.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import type { Reply } from "../protocol.js";
import { meanSampleUs } from "./simulated_device.js";

/** Of a metering that shows two digits; the rest of a second. */
const EFFORT = 0.1;
const EPOCH_SAMPLES = 60_000;
const CHECKPOINT_EVERY = { samples: 10_000 };

const bytesText = (bytes: number): string => `${bytes.toLocaleString("en")} bytes`;

export function planOn(boards: readonly Board[], board: Board, spec: NetworkSpecInput, id: number): Extract<Reply, { type: "planned" }> {
  const limitBytes = simulatedBoard(board).engineBytes;
  try {
    const plan = planFor(limitBytes, spec);
    const input: BoardPlanInput = { bytes: plan.bytes, metered: null, moduleBytes: WHOLE_ENGINE_BYTES, epochSamples: EPOCH_SAMPLES, checkpointEvery: CHECKPOINT_EVERY };
    const fitting = boards.flatMap((each) => {
      const own = planFor(simulatedBoard(each).engineBytes, spec);
      return problemOn(each, own) === null ? [{ name: each.name, title: each.title, spareBytes: planBoard(each, { ...input, bytes: own.bytes }).spareBytes }] : [];
    });
    return {
      type: "planned", id, problem: problemOn(board, plan), limitBytes, board: planBoard(board, input), fitting,
      plan: { bytes: plan.bytes, bands: plan.bands, regions: plan.regions.map(({ name, bytes, offset, persistent, kind }) => ({ name, bytes, offset, persistent, purpose: REGION_PURPOSES[kind] ?? "" })) },
    };
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    return { type: "planned", id, problem: error.message, limitBytes, board: null, fitting: [], plan: null };
  }
}

/** Within the limit where that is possible, with maps in bands if need be; otherwise what it would take. */
function planFor(limitBytes: number, spec: NetworkSpecInput): MemoryPlan {
  try {
    return planMemory({ ...spec, memoryLimitBytes: limitBytes });
  } catch (error) {
    // Whatever else is wrong with it is wrong without a limit too.
    if (error instanceof MayflyError) return planMemory(spec);
    throw error;
  }
}

/** Why the network cannot learn on the board; null: it can. */
function problemOn(board: Board, { bytes }: MemoryPlan): string | null {
  const { engineBytes, freeFlashBytes, flash } = simulatedBoard(board);
  if (bytes.total > engineBytes) return `${bytesText(bytes.total - engineBytes)} of RAM too few: the network needs ${bytesText(bytes.total)}, and the board has ${bytesText(engineBytes)} for it.`;
  const { areaBytes } = slotLayout(bytes.checkpoint, flash);
  if (areaBytes > freeFlashBytes) return `The RAM holds it, but the flash has no room for two checkpoints: ${bytesText(areaBytes - freeFlashBytes)} too few. A power cut would lose all it learned.`;
  return null;
}

/** The same board with time and energy: exact counts of the engine's instructions, by the core's cycle table. */
export function meterOn(board: Board, spec: NetworkSpecInput, data: Dataset, id: number): Extract<Reply, { type: "metered" }> {
  const device = simulatedBoard(board);
  const limited = { ...spec, memoryLimitBytes: device.engineBytes };
  const reference = Network.create(limited);
  const { plan } = reference;
  const module = engineModule(reference);
  const frames = { basis: "MNIST images", sample: (index: number) => ({ frame: frame(data, index % data.count), label: data.labels[index % data.count]! }) };
  const metered = meterModule(reference, module, frames, EFFORT);
  // Samples differ as their rows do; on average they take what was metered.
  const scale = meteredStep(board, metered).us / meanSampleUs(limited, data, device);
  return {
    type: "metered", id,
    board: planBoard(board, { bytes: plan.bytes, metered, moduleBytes: WHOLE_ENGINE_BYTES, epochSamples: EPOCH_SAMPLES, checkpointEvery: CHECKPOINT_EVERY }),
    rates: { macUs: scale * device.macUs, updateUs: scale * device.updateUs },
  };
}
