/**
 * The label as input rows of the first layer (Hinton 2022, §3.3). Positive and negative share the image and differ in one
 * label row each; the neutral label is a tenth of the level in every row.
 */
import { closePaired, closeSingle, putPaired, putSingle } from "../kernels/rows";
import { LABEL_REPLACE, SPEC_CLASSES, SPEC_LABEL_LEVEL, SPEC_LAYER_COUNT, SPEC_LABEL_PLACEMENT } from "../abi/spec";
import { FULL } from "../full";
import { labelRowOfMap } from "../maps/geometry";
import { frameSize, isMap, spec } from "../spec";
import { firstRowAbove, recurrent } from "./recurrent_spec";

/** Row of the first layer's weights (in a recurrent network, of the last's) that belongs to class 0. */
export function labelRow(): i32 {
  if (FULL) if (recurrent()) {
    const last = spec(SPEC_LAYER_COUNT) - 1;
    return isMap(last) ? labelRowOfMap() : firstRowAbove(last);
  }
  if (FULL && isMap(0)) return labelRowOfMap();
  return spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE ? 0 : frameSize();
}

/** First value of the frame that belongs to the image: the label may replace the ones before. */
export function imageStart(): i32 {
  return spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE ? spec(SPEC_CLASSES) : 0;
}

/** Adds the neutral label to the `rows` rows of a single list; returns the rows it has then. */
export function neutralRows(list: usize, rows: i32): i32 {
  const level = (spec(SPEC_LABEL_LEVEL) + 5) / 10;
  if (level == 0) return rows;
  const classes = spec(SPEC_CLASSES);
  for (let c = 0; c < classes; c++) putSingle(list, rows + c, labelRow() + c, level);
  closeSingle(list, rows + classes);
  return rows + classes;
}

/** Adds two labels to the `rows` rows of a paired list: x+ in the row of `positive`, x- in the row of `negative`, the lower row first; returns the rows it has then. */
export function labelRows(list: usize, rows: i32, positive: i32, negative: i32): i32 {
  const level = spec(SPEC_LABEL_LEVEL);
  const first = labelRow();
  if (positive == negative) {
    putPaired(list, rows, first + positive, level, level);
    closePaired(list, rows + 1);
    return rows + 1;
  }
  const swapped = negative < positive;
  putPaired(list, rows, first + min(positive, negative), swapped ? 0 : level, swapped ? level : 0);
  putPaired(list, rows + 1, first + max(positive, negative), swapped ? level : 0, swapped ? 0 : level);
  closePaired(list, rows + 2);
  return rows + 2;
}
