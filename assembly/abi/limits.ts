/** What an engine accepts at most. */

/** With more inputs an i32 accumulator could overflow: 32768 * 16.5 * 3840 < 2^31. */
export const MAX_INPUTS: i32 = 3840;
export const MAX_UNITS: i32 = 3839;
export const MAX_LAYERS: i32 = 255;
export const MAX_CLASSES: i32 = 128;
/** y * rate must stay below 2^31. */
export const MAX_RATE: i32 = 65000;
/** Iterations of a recurrent network. */
export const MAX_ITERATIONS: i32 = 64;
/** Most values of a map, and of a frame that is one: a row number must fit a u16. */
export const MAX_MAP: i32 = 65535;
/** Most rows of a matrix where the sums are exact whatever the inputs (full build): dense i8 weights, and maps. 128 * 127 * 65535 < 2^31. */
export const MAX_ROWS: i32 = 65535;
/** So many rows of i16 weights and any inputs fit an i32, rounding included: 32768 * 127 * 516 + 1024 < 2^31. More are summed in pieces. */
export const EXACT_ROWS: i32 = 516;
