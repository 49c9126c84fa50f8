/**
 * A box between two layers: what it computes only the host knows. The engine shows it its inputs, says WAITING, and goes on with the activities it
 * finds when `step` is called again.
 */
import { LABEL_REPLACE, SPEC_CLASSES, SPEC_LABEL_LEVEL, SPEC_LABEL_PLACEMENT } from "../abi/spec";
import { multiplier, rowsOfActivity } from "../kernels/normalise";
import { rowsOfPair } from "../kernels/pair_inputs";
import { PAIRED_BYTES, SINGLE_BYTES } from "../kernels/rows";
import { sumSquares } from "../kernels/sum_squares";
import { boxInput, boxOutput, stride, units } from "../layers/layer";
import { RT_ACTIVITY, listScratch, runtime } from "../memory";
import { frameSize, spec } from "../spec";
import { FRAME_ROWS, IMAGE_ROWS, LABEL, OTHER_LABEL, PHASE_BOX_PAIR, PHASE_BOX_SINGLE, ROWS_IN, get, inputList, listInto, enter, pairList } from "./job_state";
import { twoImages } from "../spec_variants";

/** What the box sees: values of the frame, or units below. */
function inputsOf(layer: i32): i32 {
  return layer == 0 ? frameSize() : units(layer - 1);
}

/** Writes the rows of a list into a plane of bytes. `x`: where in an entry the first input stands. */
function spread(list: usize, rows: i32, entryBytes: usize, x: usize, plane: usize): void {
  for (let i = 0; i < rows; i++) {
    const at = list + <usize>(i >> 1) * entryBytes + (<usize>(i & 1) << 1);
    store<u8>(plane + <usize>load<u16>(at), <u8>load<i16>(at + x));
  }
}

/** Shows the input of a single pass; the negative plane is 0. Returns the cost. */
export function showSingle(layer: i32): i64 {
  const inputs = inputsOf(layer);
  const at = boxInput(layer);
  memory.fill(at, 0, inputs << 1);
  spread(inputList(layer), layer == 0 ? get(IMAGE_ROWS) : get(ROWS_IN), SINGLE_BYTES, 4, at);
  if (layer == 0 && spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE) memory.fill(at, <u8>((spec(SPEC_LABEL_LEVEL) + 5) / 10), spec(SPEC_CLASSES));
  enter(PHASE_BOX_SINGLE);
  return inputs << 1;
}

/** Shows both inputs of a pair of passes; in first place the label stands where it does in the frame. Returns the cost. */
export function showPair(layer: i32): i64 {
  const inputs = inputsOf(layer);
  const positive = boxInput(layer);
  const negative = positive + <usize>inputs;
  memory.fill(positive, 0, inputs << 1);
  if (layer > 0 || twoImages()) {
    const rows = layer > 0 ? get(ROWS_IN) : get(FRAME_ROWS);
    spread(pairList(layer), rows, PAIRED_BYTES, 4, positive);
    spread(pairList(layer), rows, PAIRED_BYTES, 8, negative);
  } else {
    spread(inputList(0), get(IMAGE_ROWS), SINGLE_BYTES, 4, positive);
    memory.copy(negative, positive, inputs);
    store<u8>(positive + <usize>get(LABEL), <u8>spec(SPEC_LABEL_LEVEL));
    store<u8>(negative + <usize>get(OTHER_LABEL), <u8>spec(SPEC_LABEL_LEVEL));
  }
  enter(PHASE_BOX_PAIR);
  return inputs << 1;
}

/** Takes an activity i16 [units] from the host, negative values as 0. */
function take(layer: i32, from: usize, y: usize): void {
  const width = units(layer);
  for (let i = 0; i < width; i++) store<i16>(y + (<usize>i << 1), max(load<i16>(from + (<usize>i << 1)), 0));
  memory.fill(y + (<usize>width << 1), 0, <usize>(stride(layer) - width) << 1);
}

/** The list that the box's activities make for the layer behind it; returns its rows. */
export function takeSingleRows(layer: i32): i32 {
  const width = units(layer);
  const activity = runtime(RT_ACTIVITY);
  take(layer, boxOutput(layer), activity);
  return rowsOfActivity(activity, width, multiplier(sumSquares(activity, 0, width), width), listInto(layer + 1), listScratch());
}

export function takePairRows(layer: i32): i32 {
  const width = units(layer);
  const positive = runtime(RT_ACTIVITY);
  const negative = positive + (<usize>stride(layer) << 1);
  take(layer, boxOutput(layer), positive);
  take(layer, boxOutput(layer) + (<usize>width << 1), negative);
  const by = multiplier(sumSquares(positive, 0, width), width);
  return rowsOfPair(positive, negative, width, by, multiplier(sumSquares(negative, 0, width), width), listInto(layer + 1), listScratch());
}
