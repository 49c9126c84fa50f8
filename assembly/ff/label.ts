/**
 * The label as input rows of the first layer (Hinton 2022, §3.3). Positive and negative share the image and differ in one
 * label row each; the neutral label is a tenth of the level in every row.
 */
import { closePaired, closeSingle, putPaired, putSingle } from "../kernels/rows";
import { LABEL_REPLACE, SPEC_CLASSES, SPEC_LABEL_LEVEL, SPEC_LABEL_PLACEMENT } from "../abi/spec";
import { FULL } from "../full";
import { labelRowOfMap } from "../maps/geometry";
import { frameSize, isMap, spec } from "../spec";

/** Row of the first layer's weights that belongs to class 0. */
export function labelRow(): i32 {
  if (FULL && isMap(0)) return labelRowOfMap();
  return spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE ? 0 : frameSize();
}

/** First value of the frame that belongs to the image: the label may replace the ones before. */
export function imageStart(): i32 {
  return spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE ? spec(SPEC_CLASSES) : 0;
}

/** A single list of the neutral label; returns its rows. */
export function neutralRows(list: usize): i32 {
  const level = (spec(SPEC_LABEL_LEVEL) + 5) / 10;
  if (level == 0) return 0;
  const classes = spec(SPEC_CLASSES);
  for (let c = 0; c < classes; c++) putSingle(list, c, labelRow() + c, level);
  closeSingle(list, classes);
  return classes;
}

/** A paired list of two labels: x+ in the row of `positive`, x- in the row of `negative`, the lower row first. */
export function labelRows(list: usize, positive: i32, negative: i32): i32 {
  const level = spec(SPEC_LABEL_LEVEL);
  const first = labelRow();
  if (positive == negative) {
    putPaired(list, 0, first + positive, level, level);
    closePaired(list, 1);
    return 1;
  }
  const swapped = negative < positive;
  putPaired(list, 0, first + min(positive, negative), swapped ? 0 : level, swapped ? level : 0);
  putPaired(list, 1, first + max(positive, negative), swapped ? level : 0, swapped ? 0 : level);
  return 2;
}
