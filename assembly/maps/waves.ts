/** Spatially extended labels (Scodellaro et al., §2.1): every class is a wave over the whole frame, made here from its number. */
import { SPEC_CLASSES, SPEC_INPUT_CHANNELS, SPEC_INPUT_DROPOUT, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH, SPEC_WAVES } from "../abi/spec";
import { NET_DROPOUT } from "../abi/state";
import { FULL } from "../full";
import { FRAME_ROWS, IMAGE_ROWS, JOB_TRAIN, KIND, LABEL, OTHER_LABEL, get, set, withBias, withPairedBias } from "../ff/job_state";
import { rowsOfField, rowsOfFieldPair } from "../kernels/field_rows";
import { multiplier } from "../kernels/normalise";
import { closePaired, closeSingle } from "../kernels/rows";
import { afterDropout, cosine, waveFrame } from "../kernels/wave";
import { RT_FRAME, RT_FRAME_ROWS, RT_IMAGE_ROWS, RT_MAP_A, runtime } from "../memory";
import { frameSize, spec } from "../spec";
import { netState } from "../state";
import { WAVE_RANDOM, mapJob, setMapJob } from "./map_job";

/** Stands for no label. */
const NEUTRAL: i32 = -1;
/** Cycles of the waves of set 1, q8; set 2 has the middle one. */
const FREQUENCIES: usize = FULL ? memory.data<i32>([512, 1024, 1792]) : 0;
const FREQUENCY: i32 = 4;

function dropout(): i32 {
  return get(KIND) == JOB_TRAIN ? spec(SPEC_INPUT_DROPOUT) : 0;
}

/** The draws of a step are the same for all its frames: where they start is kept, and the generator goes on behind them. */
export function startWaves(): void {
  const state = netState(NET_DROPOUT);
  setMapJob(WAVE_RANDOM, load<i32>(state));
  if (dropout() != 0) store<u32>(state, afterDropout(runtime(RT_FRAME), frameSize(), load<u32>(state)));
}

/** The frame with the label `label` (or NEUTRAL) as inputs, at `inner`, rows of `rowBytes`. */
function readWave(label: i32, inner: usize, rowBytes: usize): void {
  const classes = spec(SPEC_CLASSES);
  let u = 0, v = 0;
  if (label >= 0) {
    if ((spec(SPEC_WAVES) & 255) == 1) {
      const frequency = load<i32>(FREQUENCIES + (<usize>((label >> 2) % 3) << 2));
      const orientation = label & 3;
      u = orientation == 2 ? 0 : frequency;
      v = orientation == 0 ? 0 : orientation == 3 ? -frequency : frequency;
    } else {
      const angle = (label << 7) / classes;
      u = (cosine(angle) * 2 - 255) * FREQUENCY * 256 / 255;
      v = (cosine(angle - 64) * 2 - 255) * FREQUENCY * 256 / 255;
    }
  }
  const squares = pass(label, u, v, 0, 0, 0);
  pass(label, u, v, multiplier((squares * (256 - dropout())) >> 8, frameSize()), inner, rowBytes);
}

function pass(label: i32, u: i32, v: i32, by: i32, inner: usize, rowBytes: usize): i64 {
  const share = spec(SPEC_WAVES) >> 8;
  return waveFrame(
    runtime(RT_FRAME), spec(SPEC_INPUT_HEIGHT), spec(SPEC_INPUT_WIDTH), spec(SPEC_INPUT_CHANNELS), label >= 0, u, v, share, dropout(), <u32>mapJob(WAVE_RANDOM), by, inner, rowBytes,
  );
}

/** The neutral frame, or those of both labels `plane` bytes apart. */
export function readWaves(pair: bool, inner: usize, plane: usize, rowBytes: usize): void {
  readWave(pair ? get(LABEL) : NEUTRAL, inner, rowBytes);
  if (pair) readWave(get(OTHER_LABEL), inner + plane, rowBytes);
}

// A dense first layer has lists of the same maps.

export function listNeutralWave(): i64 {
  const size = frameSize();
  const list = runtime(RT_IMAGE_ROWS);
  const inputs = runtime(RT_MAP_A);
  readWaves(false, inputs, 0, <usize>(spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_CHANNELS)));
  const rows = rowsOfField(inputs, 0, 1, size, list);
  closeSingle(list, rows);
  set(IMAGE_ROWS, withBias(0, list, rows));
  return size << 2;
}

export function listWaves(): i64 {
  const size = frameSize();
  const list = runtime(RT_FRAME_ROWS);
  const inputs = runtime(RT_MAP_A);
  readWaves(true, inputs, size, <usize>(spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_CHANNELS)));
  const rows = rowsOfFieldPair(inputs, size, 0, 1, size, list);
  closePaired(list, rows);
  set(FRAME_ROWS, withPairedBias(0, list, rows));
  return size << 3;
}
