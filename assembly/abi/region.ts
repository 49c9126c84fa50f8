/** The descriptor of the memory plan: kinds of regions, element types, fields. */

// Region kinds, in memory order.
export const REGION_HEADER: i32 = 1;
export const REGION_SPEC: i32 = 2;
export const REGION_STATE: i32 = 3;
export const REGION_LAYER_STATE: i32 = 4;
export const REGION_WEIGHTS: i32 = 5;
export const REGION_READOUT_STATE: i32 = 6;
export const REGION_READOUT_WEIGHTS: i32 = 7;
export const REGION_LAYER_TABLE: i32 = 8;
export const REGION_FRAME: i32 = 9;
export const REGION_IMAGE_ROWS: i32 = 10;
export const REGION_ROWS_A: i32 = 11;
export const REGION_ROWS_B: i32 = 12;
export const REGION_IMAGE_SUMS: i32 = 13;
export const REGION_SUMS: i32 = 14;
export const REGION_ACTIVITY: i32 = 15;
export const REGION_COEFFICIENTS: i32 = 16;
export const REGION_CLASS_TERMS: i32 = 17;
export const REGION_SCORES: i32 = 18;
export const REGION_LOGITS: i32 = 19;

// Regions of the variants, in the full build only, each there when the spec asks for it. The first two, if the negatives are hybrids, and the
// peer means are persistent: they stand behind the network's state, and behind each layer.
export const REGION_VARIANT_STATE: i32 = 20;
/** The negative frame that the host writes; of hybrids the frame before. */
export const REGION_NEGATIVE: i32 = 21;
export const REGION_MASK: i32 = 22;
export const REGION_PEER_MEANS: i32 = 23;
export const REGION_TARGETS: i32 = 24;
export const REGION_BOX_INPUT: i32 = 25;
export const REGION_BOX_OUTPUT: i32 = 26;
/** The paired list of two frames. */
export const REGION_FRAME_ROWS: i32 = 27;
// Of networks with maps: docs/maps.md.
/** The normalised frame as a map with its zeros around. */
export const REGION_MAP_A: i32 = 28;
/** The input map of the later layers, positive and negative. */
export const REGION_MAP_B: i32 = 29;
/** Which place of its square a pooled unit's activity is from. */
export const REGION_POOLED_PLACE: i32 = 30;
export const REGION_PLACE_ROWS: i32 = 31;
/** Windows and coefficients of the active places of 8 channels. */
export const REGION_PLACE_COEFFICIENTS: i32 = 32;
/** Maps in bands, or with many rows: gains, or sums of squares, of each channel; sums of each row of 8 channels; sums in 64 bits. */
export const REGION_GAINS: i32 = 33;
export const REGION_ROW_SUMS: i32 = 36;
export const REGION_WIDE_SUMS: i32 = 37;
/** Input map of the layers 2, 4, … (from 0) of a network in bands, whose next input is made while this one is still read. */
export const REGION_MAP_C: i32 = 38;
/** Recurrent networks: activities y of a layer as they were after the last iteration, one row for each pass under way. */
export const REGION_UNIT_STATE: i32 = 34;
/** The same, normalised: what the layers below and above see of this one. */
export const REGION_UNIT_INPUTS: i32 = 35;
// Of streams: docs/streams.md.
/** Of corrupted negatives the earlier frame that runs are taken from; persistent, behind the variant state. */
export const REGION_KEPT: i32 = 40;
/** Counters, places and threshold of the front end, its scales and its last samples: persistent, behind the variant state. */
export const REGION_FRONT_STATE: i32 = 41;
/** Middle and spread of every feature, or its least and most, q12. */
export const REGION_FRONT_SCALES: i32 = 42;
export const REGION_FRONT_RING: i32 = 43;
/** The windows of a frame of more than one; persistent. */
export const REGION_FRONT_FRAMES: i32 = 44;
/** Samples for `push_block`, written by the host. */
export const REGION_FRONT_BLOCK: i32 = 45;
/** A quarter of a sine, q30. */
export const REGION_SINE: i32 = 46;
export const REGION_SPECTRUM: i32 = 47;

// Element types of a region.
export const TYPE_U8: i32 = 1;
export const TYPE_I8: i32 = 2;
export const TYPE_U16: i32 = 3;
export const TYPE_I16: i32 = 4;
export const TYPE_I32: i32 = 5;
export const TYPE_U32: i32 = 6;

// Fields of the descriptor of a region, for `region(index, field)`.
export const FIELD_KIND: i32 = 0;
/** Layer the region belongs to, -1 for none. */
export const FIELD_LAYER: i32 = 1;
export const FIELD_OFFSET: i32 = 2;
export const FIELD_BYTES: i32 = 3;
export const FIELD_TYPE: i32 = 4;
/** Shape [rows][columns] of the elements in use. */
export const FIELD_ROWS: i32 = 5;
export const FIELD_COLUMNS: i32 = 6;
/** Elements from one row to the next. */
export const FIELD_STRIDE: i32 = 7;
/** 1 when the region is part of a checkpoint. */
export const FIELD_PERSISTENT: i32 = 8;
export const FIELD_COUNT: i32 = 9;

/** Header of a checkpoint, four words, then zeros. */
export const HEADER_BYTES: i32 = 32;
export const HEADER_MAGIC: i32 = 0;
export const HEADER_VERSION: i32 = 4;
/** Bytes of the whole persistent part, header included. */
export const HEADER_SIZE: i32 = 8;
/** CRC-32 of everything behind the header. */
export const HEADER_CRC: i32 = 12;
