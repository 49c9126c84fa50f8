/**
 * Stages of instances that divide the units of every layer between them (docs/threads.md). Each instance has the whole network, computes activities of its own units,
 * gets the others' from its host, and repeats what follows from all of them: normalisation, rows, goodness, coefficients, the readout, whatever draws random numbers. Then its
 * own units learn. So everything but weights is the same in all instances, as it is in one that is alone. Pairs of dense layers only. Full build only.
 */
import {
  STAGE_FRAME_ROWS, STAGE_FRAME_SUMS, STAGE_PAIR_ROWS, STAGE_PAIR_UNITS, STAGE_READOUT, STAGE_SINGLE_ROWS, STAGE_SINGLE_UNITS, STAGE_UPDATE,
} from "../abi/stage";
import { closeSingle } from "../kernels/rows";
import { ownFrom, stride } from "../layers/layer";
import { RT_ACTIVITY, RT_SUMS, runtime } from "../memory";
import { activateOwn } from "./activity";
import {
  JOB_NONE, JOB_TRAIN, KIND, LAYER, PAIR_ROWS, PHASE, PHASE_IMAGE_SUMS, PHASE_LABEL_UPDATE, PHASE_PAIR_END, PHASE_PAIR_START, PHASE_PAIR_SUMS, PHASE_PAIR_UPDATE, PHASE_READOUT_SUMS,
  PHASE_READOUT_UPDATE, PHASE_SINGLE_END, PHASE_SINGLE_START, PHASE_SINGLE_SUMS, ROWS_IN, ROWS_OUT, STAGE, UNIT, enter, get, listInto, set, withBias, withPairedBias,
} from "./job_state";
import { leaveSingle } from "./single_pass";
import { firstPhase } from "./variants";

export function startUnitStage(stage: i32, layer: i32): void {
  set(KIND, JOB_TRAIN);
  set(STAGE, stage);
  set(LAYER, layer);
  if (stage == STAGE_FRAME_ROWS) return set(PHASE, firstPhase(JOB_TRAIN));
  if (stage == STAGE_READOUT) {
    // The next layer has put its bias behind the rows, perhaps into the half of an entry that they leave free.
    closeSingle(listInto(layer + 1), get(ROWS_OUT));
    return leaveSingle(layer);
  }
  if (stage == STAGE_FRAME_SUMS) enter(PHASE_IMAGE_SUMS);
  else if (stage == STAGE_SINGLE_UNITS) {
    if (layer > 0) set(ROWS_IN, withBias(layer, listInto(layer), get(ROWS_OUT)));
    enter(PHASE_SINGLE_START);
  } else if (stage == STAGE_SINGLE_ROWS) enter(PHASE_SINGLE_END);
  else if (stage == STAGE_PAIR_UNITS) {
    if (layer > 0) set(ROWS_IN, withPairedBias(layer, listInto(layer), get(ROWS_OUT)));
    enter(PHASE_PAIR_START);
  } else if (stage == STAGE_PAIR_ROWS) enter(PHASE_PAIR_END);
  else {
    set(ROWS_IN, get(rowsInto(layer)));
    enter(layer == 0 ? PHASE_LABEL_UPDATE : PHASE_PAIR_UPDATE);
  }
  set(UNIT, firstUnit(stage, layer));
}

/** After a piece of `phase`: ends the job where the stage ends; whether the host has to know something of it, HANDOVER. */
export function endsUnits(phase: i32): bool {
  const stage = get(STAGE);
  const next = get(PHASE);
  if (get(KIND) != JOB_NONE && goesOn(stage, next)) {
    // A phase is entered at unit 0.
    if (next != phase && (stage == STAGE_SINGLE_UNITS || stage == STAGE_PAIR_UNITS || stage == STAGE_UPDATE)) set(UNIT, firstUnit(stage, get(LAYER)));
    return false;
  }
  set(KIND, JOB_NONE);
  if (stage == STAGE_SINGLE_UNITS || stage == STAGE_PAIR_UNITS) activateUnits(stage == STAGE_PAIR_UNITS);
  return stage == STAGE_PAIR_ROWS && (next == PHASE_LABEL_UPDATE || next == PHASE_PAIR_UPDATE);
}

/** The first layer's activities every instance makes of the frame's sums. */
function firstUnit(stage: i32, layer: i32): i32 {
  return layer == 0 && (stage == STAGE_SINGLE_UNITS || stage == STAGE_PAIR_UNITS) ? 0 : ownFrom(layer);
}

/** Whether `next` is a phase of the stage still. */
function goesOn(stage: i32, next: i32): bool {
  if (stage == STAGE_FRAME_ROWS) return next != PHASE_IMAGE_SUMS;
  if (stage == STAGE_FRAME_SUMS) return next == PHASE_IMAGE_SUMS;
  if (stage == STAGE_SINGLE_UNITS) return next == PHASE_SINGLE_SUMS;
  if (stage == STAGE_READOUT) return next == PHASE_READOUT_SUMS || next == PHASE_READOUT_UPDATE;
  if (stage == STAGE_PAIR_UNITS) return next == PHASE_PAIR_SUMS;
  return stage == STAGE_UPDATE && next == PHASE_PAIR_UPDATE;
}

function activateUnits(both: bool): void {
  const layer = get(LAYER);
  const sums = runtime(RT_SUMS), activity = runtime(RT_ACTIVITY);
  activateOwn(layer, sums, activity);
  if (!both) return;
  activateOwn(layer, sums + (<usize>stride(layer) << 2), activity + (<usize>stride(layer) << 1));
  set(rowsInto(layer), get(ROWS_IN));
}

/** Where the rows of the paired list into a layer are kept until its update, which may come after the next layer's sums. */
function rowsInto(layer: i32): usize {
  return PAIR_ROWS + (<usize>(layer & 1) << 2);
}
