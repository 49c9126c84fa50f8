/** The exports that the full build has besides those of engine.ts: a training step in stages. See docs/abi.md. */
import { SPEC_DEVICE, SPEC_LAYER_COUNT } from "./abi/spec";
import { STAGE_FRAME, STAGE_FRAME_ROWS, STAGE_FRAME_SUMS, STAGE_NEGATIVE, STAGE_PAIR, STAGE_UPDATE } from "./abi/stage";
import { BAD_ARGUMENT, JOB_PENDING, NOT_READY, OK } from "./abi/status";
import { jobPending } from "./ff/job";
import { classwise, jobAddress } from "./ff/job_state";
import { recurrent } from "./ff/recurrent_spec";
import { startStage } from "./ff/stage";
import { startUnitStage } from "./ff/unit_stage";
import { RT_READY, report, runtime } from "./memory";
import { ownUnits, stride } from "./layers/layer";
import { bandOf } from "./maps/geometry";
import { isMap, spec } from "./spec";
import { allDense, isBox, twoImages } from "./spec_variants";

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
  if (recurrent() || inSomeBands() || stage < STAGE_FRAME || stage > STAGE_UPDATE) return report(BAD_ARGUMENT, stage);
  const units = stage > STAGE_PAIR;
  if (units && !dividesUnits()) return report(BAD_ARGUMENT, stage);
  const ofLayer = stage != STAGE_FRAME && stage != STAGE_NEGATIVE && stage != STAGE_FRAME_ROWS && stage != STAGE_FRAME_SUMS;
  if (layer < 0 || layer >= (ofLayer ? spec(SPEC_LAYER_COUNT) : 1) || isBox(layer)) return report(BAD_ARGUMENT, layer);
  if (units) startUnitStage(stage, layer);
  else startStage(stage, layer);
  return report(OK, 0);
}

function inSomeBands(): bool {
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) if (isMap(layer) && bandOf(layer) > 0) return true;
  return false;
}

/** Whether instances can divide the units of the layers: dense ones, in pairs that share an image, and nothing but sums and weights a unit's own. */
function dividesUnits(): bool {
  return allDense() && !recurrent() && !classwise() && !twoImages() && spec(SPEC_DEVICE) == 0;
}

/**
 * Makes units `from`..`to`-1 of a layer, multiples of 8, this instance's own, in the stages of instances that divide them. Behind the first layer the host then puts their
 * weights alone where the layer's stand, row behind row. Until all units are the instance's own again only these stages may be used. Returns a status.
 */
export function divide_units(layer: i32, from: i32, to: i32): i32 {
  if (!runtime(RT_READY)) return report(NOT_READY, 0);
  if (jobPending()) return report(JOB_PENDING, 0);
  if (!dividesUnits() || layer < 0 || layer >= spec(SPEC_LAYER_COUNT)) return report(BAD_ARGUMENT, layer);
  if (from < 0 || from >= to || to > stride(layer) || ((from | to) & 7) != 0) return report(BAD_ARGUMENT, to);
  ownUnits(layer, from, to);
  return report(OK, 0);
}
