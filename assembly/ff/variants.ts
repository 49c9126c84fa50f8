/** Where the variants of the full build meet the job: how it starts, and the phases that only they have. */
import { NEGATIVES_HYBRID, SPEC_JITTER, SPEC_MASK_BLURS, SPEC_NEGATIVES, SPEC_SEED } from "../abi/spec";
import { VARIANT_CORRUPTION, VARIANT_JITTER, VARIANT_MASKS } from "../abi/state";
import { mix } from "../fixed/random";
import { RT_KEPT, RT_NEGATIVE, RT_VARIANT_STATE, runtime } from "../memory";
import { frameSize, spec } from "../spec";
import { corrupted } from "../spec_variants";
import { hasFront } from "../stream/front_words";
import { initialiseFront } from "../stream/window";
import { JOB_TRAIN, PHASE_BLUR, PHASE, PHASE_BOX_PAIR, PHASE_BOX_SINGLE, PHASE_CORRUPT, PHASE_IMAGE, PHASE_JITTER, PHASE_MASK, UNIT, enter, get, set } from "./job_state";
import { corruptFrame } from "./corrupt";
import { shiftFrames } from "./jitter";
import { blurMask, drawMask } from "./mask";
import { takePair } from "./pair_pass";
import { takeSingle } from "./single_pass";

const STREAM_JITTER: u32 = 3;
const STREAM_MASKS: u32 = 4;
const STREAM_CORRUPTION: u32 = 5;

/** The network's own state of the variants, fresh. */
export function initialiseVariants(): void {
  const hybrid = spec(SPEC_NEGATIVES) == NEGATIVES_HYBRID;
  if (hybrid || corrupted() || spec(SPEC_JITTER) > 0) {
    const state = runtime(RT_VARIANT_STATE);
    store<u32>(state + VARIANT_JITTER, mix(<u32>spec(SPEC_SEED), STREAM_JITTER));
    store<u32>(state + VARIANT_MASKS, mix(<u32>spec(SPEC_SEED), STREAM_MASKS));
  }
  if (hybrid) memory.fill(runtime(RT_NEGATIVE), 0, frameSize());
  if (corrupted()) {
    store<u32>(runtime(RT_VARIANT_STATE) + VARIANT_CORRUPTION, mix(<u32>spec(SPEC_SEED), STREAM_CORRUPTION));
    memory.fill(runtime(RT_KEPT), 0, frameSize());
  }
  if (hasFront()) initialiseFront();
}

/** The first phase of a job: a training frame may be shifted, and mixed with the one before. */
export function firstPhase(kind: i32): i32 {
  if (kind != JOB_TRAIN) return PHASE_IMAGE;
  return spec(SPEC_JITTER) > 0 ? PHASE_JITTER : afterJitter();
}

function afterJitter(): i32 {
  if (corrupted()) return PHASE_CORRUPT;
  return spec(SPEC_NEGATIVES) == NEGATIVES_HYBRID ? PHASE_MASK : PHASE_IMAGE;
}

/** Whether the job can only go on with the activities of a box. */
export function waitsForBox(): bool {
  return get(PHASE) == PHASE_BOX_SINGLE || get(PHASE) == PHASE_BOX_PAIR;
}

/** Does a piece of a phase that the core does not have; returns its cost. */
export function variantPiece(phase: i32): i64 {
  if (phase == PHASE_JITTER) {
    enter(afterJitter());
    return shiftFrames();
  }
  if (phase == PHASE_MASK) {
    enter(PHASE_BLUR);
    return drawMask();
  }
  if (phase == PHASE_BLUR) {
    const done = get(UNIT) + 1;
    set(UNIT, done);
    if (done == spec(SPEC_MASK_BLURS)) enter(PHASE_IMAGE);
    return blurMask();
  }
  if (phase == PHASE_CORRUPT) {
    enter(PHASE_IMAGE);
    return corruptFrame();
  }
  return phase == PHASE_BOX_SINGLE ? takeSingle() : takePair();
}
