import type { MemoryPlan } from "../../host/engine/plan.js";
import type { SpecInput } from "../../host/spec/network_spec.js";
import { type MeteredNetwork, meterNetwork } from "../metering/meter_network.js";
import { WHOLE_ENGINE_BYTES } from "./allowances.js";
import { type BoardPlan, type CheckpointInterval, planBoard } from "./plan_board.js";
import type { Board } from "./schema.js";

export interface BoardsOptions {
  readonly epochSamples: number;
  readonly checkpointEvery: CheckpointInterval;
}

export interface BoardsPlan {
  readonly metered: MeteredNetwork | null;
  readonly boards: readonly BoardPlan[];
}

/** Networks above this have no place on any chip, and trying them would take minutes. */
const METERED_BYTES = 64 * 1024 * 1024;

/** A network's plan on boards: metered once, then put on each. */
export async function planBoards(boards: readonly Board[], spec: SpecInput, plan: MemoryPlan, options: BoardsOptions): Promise<BoardsPlan> {
  const metered = plan.bytes.total > METERED_BYTES ? null : await meterNetwork(spec);
  const moduleBytes = metered ? { code: metered.codeBytes, data: metered.dataBytes } : WHOLE_ENGINE_BYTES;
  return { metered, boards: boards.map((board) => planBoard(board, { bytes: plan.bytes, metered, moduleBytes, ...options })) };
}
