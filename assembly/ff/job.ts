/**
 * A job is one sample on its way through the network: training, or prediction. It is a small state machine whose whole state lies
 * in memory, so that it can stop after any bounded piece of work and go on later:
 *
 *   image -> image sums -> [ neutral pass, layer by layer -> negative label ] -> [ pair of passes, layer by layer ] -> done
 *                          or, to predict by goodness, [ layer by layer -> passes of all labels, two at a time ] -> done
 *
 * Class-wise networks have one pass only. Each layer learns before the next one starts, from its own input and activity.
 * Scratch is as large as the widest layer, whatever the depth.
 */
import { BUSY, HANDOVER, OK, WAITING } from "../abi/status";
import { FULL } from "../full";
import { bandPiece } from "../maps/band_pieces";
import { endMap } from "../maps/pass";
import { sumPlaces } from "../maps/places";
import { updateMap } from "../maps/update";
import { report } from "../memory";
import { readImage, sumImage } from "./image";
import {
  COMPLETED, JOB_NONE, KIND, LABEL, LAYER, PHASE, PHASE_CHOOSE, PHASE_IMAGE, PHASE_IMAGE_SUMS, PHASE_ITERATION_ROWS, PHASE_LABELS_END, PHASE_LABELS_SUMS, PHASE_LABEL_UPDATE, PHASE_MAP_BAND, PHASE_MAP_END, PHASE_MAP_SUMS, PHASE_MAP_UPDATE, PHASE_PAIR_END,
  PHASE_PAIR_START, PHASE_PAIR_SUMS, PHASE_READOUT_SUMS, PHASE_READOUT_UPDATE, PHASE_SINGLE_END, PHASE_SINGLE_START, PHASE_SINGLE_SUMS, PHASE_SINGLE_UPDATE, PHASE_VARIANTS, STAGE, byUnits, get, set,
} from "./job_state";
import { endLabels, sumLabels } from "./labels_pass";
import { choosePair, endPair, startPair, sumPair, updateLabels, updatePairPass } from "./pair_pass";
import { iterationPiece } from "./recurrent_pass";
import { endSingle, startSingle, sumReadout, sumSingle, updateReadout, updateSinglePass } from "./single_pass";
import { endsStage, handsOver, inStage } from "./stage";
import { endsUnits } from "./unit_stage";
import { firstPhase, variantPiece, waitsForBox } from "./variants";

export function jobPending(): bool {
  return get(KIND) != JOB_NONE;
}

export function dropJob(): void {
  set(KIND, JOB_NONE);
}

export function startJob(kind: i32, label: i32): void {
  set(KIND, kind);
  set(COMPLETED, -1);
  if (FULL) set(STAGE, 0);
  set(PHASE, FULL ? firstPhase(kind) : PHASE_IMAGE);
  set(LABEL, label);
}

/**
 * Works until the job is done (OK), about `limit` multiply-adds are spent (BUSY), a box has to answer (WAITING), or a stage has what goes on (HANDOVER). One call overshoots by at most
 * one piece: 32 units of a matrix for both inputs of a pair, or all units of a layer a few times over.
 */
export function workJob(limit: i64): i32 {
  let left = limit;
  while (get(KIND) != JOB_NONE) {
    if (left <= 0) return BUSY;
    const phase = FULL ? get(PHASE) : 0;
    left -= piece(left);
    if (FULL && waitsForBox()) return report(WAITING, get(LAYER));
    if (FULL && inStage()) {
      if (byUnits()) {
        if (endsUnits(phase)) return HANDOVER;
      } else if (endsStage()) dropJob();
      else if (handsOver(phase)) return HANDOVER;
    }
  }
  return OK;
}

/** What the last piece completed, once: asking clears it. */
export function takeCompleted(): i32 {
  const completed = get(COMPLETED);
  set(COMPLETED, -1);
  return completed;
}

/** Does a piece of the current phase; returns its cost. */
function piece(left: i64): i64 {
  const phase = get(PHASE);
  if (FULL && phase >= PHASE_ITERATION_ROWS) return iterationPiece(phase, left);
  if (FULL && phase == PHASE_MAP_SUMS) return sumPlaces(left);
  if (FULL && phase == PHASE_MAP_END) return endMap();
  if (FULL && phase == PHASE_MAP_UPDATE) return updateMap(left);
  if (FULL && phase >= PHASE_MAP_BAND) return bandPiece(phase, left);
  if (FULL && phase >= PHASE_VARIANTS) return variantPiece(phase);
  if (phase == PHASE_IMAGE) return readImage();
  if (phase == PHASE_IMAGE_SUMS) return sumImage(left);
  if (phase == PHASE_SINGLE_START) return startSingle();
  if (phase == PHASE_SINGLE_SUMS) return sumSingle(left);
  if (phase == PHASE_SINGLE_END) return endSingle();
  if (phase == PHASE_SINGLE_UPDATE) return updateSinglePass(left);
  if (phase == PHASE_READOUT_SUMS) return sumReadout(left);
  if (phase == PHASE_READOUT_UPDATE) return updateReadout(left);
  if (phase == PHASE_LABELS_SUMS) return sumLabels(left);
  if (phase == PHASE_LABELS_END) return endLabels();
  if (phase == PHASE_CHOOSE) return choosePair();
  if (phase == PHASE_PAIR_START) return startPair();
  if (phase == PHASE_PAIR_SUMS) return sumPair(left);
  if (phase == PHASE_PAIR_END) return endPair();
  if (phase == PHASE_LABEL_UPDATE) return updateLabels();
  return updatePairPass(left);
}
