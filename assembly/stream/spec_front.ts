/** The words of a front end: their ranges, and what must fit the network's frame. */
import {
  CODING_SPLIT, FEATURES_BANK, FEATURES_RAW, FEATURES_SPECTRUM, FRONT_ADAPT, FRONT_ALARM, FRONT_BANDS, FRONT_CHANNELS, FRONT_CODING, FRONT_FRAMES, FRONT_GROWTH,
  FRONT_HOP, FRONT_KIND, FRONT_LOW, FRONT_REST, FRONT_SCALING, FRONT_SPREAD, FRONT_WARMUP, FRONT_WIDTH, FRONT_WINDOW, MAX_FRONT_CHANNELS, MAX_WINDOW, MIN_SPECTRUM,
  SCALING_DEVIATION, SCALING_RANGE,
} from "../abi/front";
import { LABEL_REPLACE, SPEC_INPUT_CHANNELS, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH, SPEC_LABEL_PLACEMENT } from "../abi/spec";
import { spec } from "../spec_words";
import { codes, features, front, frontStart } from "./front_words";

const MAX_FRAMES: i32 = 256;
const MAX_SPREAD: i32 = 1024;
const MAX_ADAPT: i32 = 14;

/** Index of the first word of the spec block at fault, or -1. */
export function frontFault(): i32 {
  const fault = wordFault();
  if (fault >= 0) return frontStart() + fault;
  // The label would stand in place of features.
  if (spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE) return SPEC_LABEL_PLACEMENT;
  if (spec(SPEC_INPUT_WIDTH) != features() * codes()) return SPEC_INPUT_WIDTH;
  if (spec(SPEC_INPUT_HEIGHT) != front(FRONT_FRAMES)) return SPEC_INPUT_HEIGHT;
  if (spec(SPEC_INPUT_CHANNELS) != front(FRONT_CHANNELS)) return SPEC_INPUT_CHANNELS;
  return -1;
}

function within(word: i32, low: i32, high: i32): bool {
  const value = front(word);
  return value >= low && value <= high;
}

function wordFault(): i32 {
  if (!within(FRONT_KIND, FEATURES_RAW, FEATURES_BANK)) return FRONT_KIND;
  const kind = front(FRONT_KIND);
  const window = front(FRONT_WINDOW);
  const spectrum = kind >= FEATURES_SPECTRUM;
  if (!within(FRONT_WINDOW, spectrum ? MIN_SPECTRUM : 1, MAX_WINDOW) || (spectrum && (window & (window - 1)) != 0)) return FRONT_WINDOW;
  if (!within(FRONT_HOP, 1, 65536)) return FRONT_HOP;
  if (!within(FRONT_CHANNELS, 1, MAX_FRONT_CHANNELS)) return FRONT_CHANNELS;
  const places = spectrum ? window >> 1 : window;
  if (!within(FRONT_BANDS, 1, places) || (kind != FEATURES_BANK && places % front(FRONT_BANDS) != 0)) return FRONT_BANDS;
  const bank = bankFault(kind == FEATURES_BANK, window);
  if (bank >= 0) return bank;
  if (!within(FRONT_FRAMES, 1, MAX_FRAMES)) return FRONT_FRAMES;
  if (!within(FRONT_SCALING, SCALING_DEVIATION, SCALING_RANGE)) return FRONT_SCALING;
  const deviation = front(FRONT_SCALING) == SCALING_DEVIATION;
  if (!within(FRONT_SPREAD, deviation ? 1 : 0, deviation ? MAX_SPREAD : 0)) return FRONT_SPREAD;
  if (!within(FRONT_WARMUP, 1, 65535)) return FRONT_WARMUP;
  if (!within(FRONT_ADAPT, 0, MAX_ADAPT)) return FRONT_ADAPT;
  if (!within(FRONT_CODING, 0, CODING_SPLIT)) return FRONT_CODING;
  if (!within(FRONT_ALARM, 0, 32768)) return FRONT_ALARM;
  return front(FRONT_REST) != 0 ? FRONT_REST : -1;
}

/** Bands of a bank must end within the spectrum; elsewhere there are none. */
function bankFault(bank: bool, window: i32): i32 {
  const top = window << 15;
  if (!within(FRONT_LOW, 0, bank ? top : 0)) return FRONT_LOW;
  if (!within(FRONT_WIDTH, bank ? 1 : 0, bank ? top : 0)) return FRONT_WIDTH;
  if (!within(FRONT_GROWTH, 0, bank ? 65535 : 0)) return FRONT_GROWTH;
  if (!bank) return -1;
  let edge = <i64>front(FRONT_LOW);
  let width = <i64>front(FRONT_WIDTH);
  for (let k = 0; k <= front(FRONT_BANDS); k++) {
    edge += width;
    width += (width * front(FRONT_GROWTH)) >> 16;
    if (edge > <i64>top) return FRONT_WIDTH;
  }
  return -1;
}
