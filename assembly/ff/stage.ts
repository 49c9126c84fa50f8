/**
 * A stage is a job that does one layer of one pass of a training step, and leaves what the next layer needs where a host finds it, so that
 * several instances can share the layers of a network between them. All of a stage but its start and its end is the code of the whole step.
 * Full build only.
 */
import { STAGE_FRAME, STAGE_NEGATIVE, STAGE_PAIR } from "../abi/stage";
import * as mapWords from "../maps/map_job";
import { isMap } from "../spec";
import {
  BY_NEGATIVE, BY_POSITIVE, JOB_NONE, JOB_TRAIN, KIND, LAYER, PHASE, PHASE_CHOOSE, PHASE_MAP_END, PHASE_PAIR_END, PHASE_PAIR_START, PHASE_SINGLE_START, ROWS_IN,
  ROWS_OUT, STAGE, enter, get, listInto, set, withBias, withPairedBias,
} from "./job_state";
import { firstPhase } from "./variants";

/** A function of its own, so that `mayfly pack` can say what it is on a device. */
export function inStage(): bool {
  return get(STAGE) != 0;
}

/** Enters a stage with what the host has written: labels, and behind the first layer the rows or activities of the layer below. */
export function startStage(stage: i32, layer: i32): void {
  set(KIND, JOB_TRAIN);
  set(STAGE, stage);
  if (stage == STAGE_FRAME) return set(PHASE, firstPhase(JOB_TRAIN));
  if (stage == STAGE_NEGATIVE) return enter(PHASE_CHOOSE);
  set(LAYER, layer);
  if (layer > 0) {
    mapWords.setMapJob(mapWords.BY_POSITIVE, get(BY_POSITIVE));
    mapWords.setMapJob(mapWords.BY_NEGATIVE, get(BY_NEGATIVE));
    if (!isMap(layer)) set(ROWS_IN, stage == STAGE_PAIR ? withPairedBias(layer, listInto(layer), get(ROWS_OUT)) : withBias(layer, listInto(layer), get(ROWS_OUT)));
  }
  enter(stage == STAGE_PAIR ? PHASE_PAIR_START : PHASE_SINGLE_START);
}

/** Whether the last piece has brought the job to the border of another stage. */
export function endsStage(): bool {
  keepMultipliers();
  const phase = get(PHASE);
  return get(KIND) == JOB_NONE || phase == PHASE_SINGLE_START || phase == PHASE_CHOOSE || phase == PHASE_PAIR_START;
}

/** Whether the piece of `phase` that was the last has made what a pair hands to its next layer. */
export function handsOver(phase: i32): bool {
  return phase == PHASE_PAIR_END || (phase == PHASE_MAP_END && get(STAGE) == STAGE_PAIR);
}

function keepMultipliers(): void {
  set(BY_POSITIVE, mapWords.mapJob(mapWords.BY_POSITIVE));
  set(BY_NEGATIVE, mapWords.mapJob(mapWords.BY_NEGATIVE));
}
