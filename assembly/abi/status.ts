// ABI constants are plain numbers, so that the host imports this very file.

/** Version of the ABI: exports, spec block, region descriptor and checkpoint layout. Changes with any of them. */
export const ABI_VERSION: i32 = 1;

/** First word of a checkpoint: "MFLY", little endian. */
export const MAGIC: i32 = 0x594c464d;

/** Statuses. Every export that can fail returns one of these (negative), and keeps it in RUNTIME until the next call. */
export const OK: i32 = 0;
/** `step` stopped at its work limit; call it again. */
export const BUSY: i32 = 1;
/** `step` has reached a box and needs its activities: detail is the layer. Write them, call `step` again. */
export const WAITING: i32 = 2;
/** A stage of a pair has what the next layer needs; its own update is still to come: call `step` again. */
export const HANDOVER: i32 = 3;
/** The spec block is not one: detail is the word found. */
export const BAD_MAGIC: i32 = -1;
/** Written for another ABI: detail is the version found. */
export const BAD_VERSION: i32 = -2;
/** A spec field is out of range: detail is its word index in the spec block. */
export const BAD_SPEC: i32 = -3;
/** The plan is larger than the memory: detail is the number of bytes missing. */
export const NO_MEMORY: i32 = -4;
/** The label is outside 0..classes-1: detail is the label. */
export const BAD_LABEL: i32 = -5;
/** `init` or `open` has not succeeded yet. */
export const NOT_READY: i32 = -6;
/** A checkpoint whose CRC-32 does not match: detail is the CRC computed. */
export const BAD_CHECKSUM: i32 = -7;
/** A job is under way: finish it with `step`, or drop it with `cancel`. */
export const JOB_PENDING: i32 = -8;
/** A checkpoint of another size than its spec says: detail is the size expected. */
export const BAD_SIZE: i32 = -9;
/** An argument is out of range: detail is the argument. */
export const BAD_ARGUMENT: i32 = -10;
