/** The exports that the full build has besides those of engine.ts: a training step in stages. See docs/abi.md. */
import { SPEC_LAYER_COUNT } from "./abi/spec";
import { STAGE_FRAME, STAGE_NEGATIVE, STAGE_PAIR } from "./abi/stage";
import { BAD_ARGUMENT, JOB_PENDING, NOT_READY, OK } from "./abi/status";
import { jobPending } from "./ff/job";
import { jobAddress } from "./ff/job_state";
import { recurrent } from "./ff/recurrent_spec";
import { startStage } from "./ff/stage";
import { RT_READY, report, runtime } from "./memory";
import { bandOf } from "./maps/geometry";
import { isMap, spec } from "./spec";
import { isBox } from "./spec_variants";

/** Address of the words of abi/stage.ts. */
export function job_address(): i32 {
  return <i32>jobAddress();
}

/**
 * Starts a stage (abi/stage.ts) of a training step; `layer` is 0 for those that are no layer's. `step` ends it. The labels and what the layer below
 * gives must stand in memory. Not for recurrent networks, whose layers do not follow each other, nor with
 * boxes, nor with maps in bands, which make the next layer's input while they work on their own. Returns a status.
 */
export function begin_stage(stage: i32, layer: i32): i32 {
  if (!runtime(RT_READY)) return report(NOT_READY, 0);
  if (jobPending()) return report(JOB_PENDING, 0);
  if (recurrent() || inSomeBands() || stage < STAGE_FRAME || stage > STAGE_PAIR) return report(BAD_ARGUMENT, stage);
  const ofLayer = stage != STAGE_FRAME && stage != STAGE_NEGATIVE;
  if (layer < 0 || layer >= (ofLayer ? spec(SPEC_LAYER_COUNT) : 1) || isBox(layer)) return report(BAD_ARGUMENT, layer);
  startStage(stage, layer);
  return report(OK, 0);
}

function inSomeBands(): bool {
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) if (isMap(layer) && bandOf(layer) > 0) return true;
  return false;
}
