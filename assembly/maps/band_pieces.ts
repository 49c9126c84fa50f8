/** The phases that only layers in bands have. */
import { PHASE_MAP_BAND, PHASE_MAP_READOUT_SUMS, PHASE_MAP_ROWS, PHASE_MAP_ROW_SUMS } from "../ff/job_state";
import { sumBlockRows, updateBlockRows } from "./band_update";
import { endBand } from "./bands";
import { sumGivenMap, updateGivenMap } from "./readout_bands";

/** Does a piece; returns its cost. */
export function bandPiece(phase: i32, left: i64): i64 {
  if (phase == PHASE_MAP_BAND) return endBand();
  if (phase == PHASE_MAP_ROW_SUMS) return sumBlockRows(left);
  if (phase == PHASE_MAP_ROWS) return updateBlockRows(left);
  return phase == PHASE_MAP_READOUT_SUMS ? sumGivenMap() : updateGivenMap(left);
}
