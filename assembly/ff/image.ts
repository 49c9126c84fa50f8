/** The image, once for all passes: its non-zero rows, and their part of the first layer's sums. */
import { SPEC_CLASSES, SPEC_INPUT_DROPOUT } from "../abi/spec";
import { LAYER_ROWS_USED, NET_DROPOUT } from "../abi/state";
import { multiplier, rowsOfFrame } from "../kernels/normalise";
import { clearWords } from "../kernels/words";
import { denseForwardSingle } from "../layers/dense";
import { layerState, ownTo, stride } from "../layers/layer";
import { RT_FRAME, RT_IMAGE_ROWS, RT_IMAGE_SUMS, RT_LOGITS, RT_SCORES, listScratch, listScratchBytes, runtime } from "../memory";
import { FULL } from "../full";
import { readImageMap } from "../maps/input_map";
import { listNeutralWave, startWaves } from "../maps/waves";
import { frameSize, isMap, padded, spec } from "../spec";
import { isBox, twoFrames, twoImages, waves } from "../spec_variants";
import { count, netState } from "../state";
import {
  IMAGE_ROWS, JOB_GOODNESS, JOB_READOUT, JOB_TRAIN, KIND, LABEL, LAYER, PHASE_CHOOSE, PHASE_IMAGE_SUMS, PHASE_SINGLE_START,
  UNIT, classwise, enter, get, pieceEnd, readsOut, set, withBias,
} from "./job_state";
import { frameSquares } from "./frame_squares";
import { readFrames } from "./frames";
import { imageStart } from "./label";
import { enterLabels, labelsTogether } from "./labels_pass";

export function readImage(): i64 {
  if (FULL && isMap(0)) {
    const cost = readImageMap();
    startPasses();
    return cost;
  }
  const cost = FULL && waves() ? readWaveFrame() : FULL && twoFrames() && get(KIND) == JOB_TRAIN ? readFrames() : readFrame();
  clearWords(runtime(RT_IMAGE_SUMS), <usize>stride(0) << 2);
  clearWords(runtime(RT_SCORES), <usize>padded(spec(SPEC_CLASSES)) << 2);
  clearWords(runtime(RT_LOGITS), <usize>padded(spec(SPEC_CLASSES)) << 2);
  // A box has no sums, and the pair of two images does not share the single pass's.
  if (FULL && (isBox(0) || (twoImages() && !singlePassFirst()))) startPasses();
  else enter(PHASE_IMAGE_SUMS);
  return cost;
}

/** With waves only the single pass has its image now; each pair of passes gets its own. */
function readWaveFrame(): i64 {
  startWaves();
  return singlePassFirst() ? listNeutralWave() : frameSize();
}

function readFrame(): i64 {
  const frame = runtime(RT_FRAME);
  const from = imageStart();
  const to = frameSize();
  const list = runtime(RT_IMAGE_ROWS);
  const squares = frameSquares(frame, from, to);
  const dropout = get(KIND) == JOB_TRAIN ? spec(SPEC_INPUT_DROPOUT) : 0;
  // The values kept grow so that the expected mean square stays 1.0.
  const by = multiplier(dropout == 0 ? squares : (squares * (256 - dropout)) >> 8, to);
  let rows = rowsOfFrame(frame, from, to, by, dropout, netState(NET_DROPOUT), list, listScratch(), listScratchBytes());
  rows = withBias(0, list, rows);
  set(IMAGE_ROWS, rows);
  return to;
}

export function sumImage(left: i64): i64 {
  const from = get(UNIT);
  const to = pieceEnd(ownTo(0), get(IMAGE_ROWS), left);
  denseForwardSingle(0, runtime(RT_IMAGE_ROWS), get(IMAGE_ROWS), runtime(RT_IMAGE_SUMS), from, to);
  set(UNIT, to);
  if (to == ownTo(0)) {
    count(layerState(0) + LAYER_ROWS_USED, get(IMAGE_ROWS));
    startPasses();
  }
  return <i64>(to - from) * get(IMAGE_ROWS);
}

/** Whether anything needs the single pass. */
function singlePassFirst(): bool {
  const kind = get(KIND);
  return classwise() || kind == JOB_READOUT || (kind == JOB_TRAIN && readsOut()) || (FULL && twoFrames() && kind == JOB_GOODNESS);
}

/** The first pass of the job: the single one where anything needs it, else that of two labels. */
function startPasses(): void {
  set(LAYER, 0);
  if (singlePassFirst()) enter(PHASE_SINGLE_START);
  else if (get(KIND) == JOB_GOODNESS && labelsTogether()) enterLabels(0, 0);
  else {
    if (FULL) if (get(KIND) == JOB_GOODNESS) set(LABEL, -2);
    enter(PHASE_CHOOSE);
  }
}
