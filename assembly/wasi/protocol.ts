/**
 * The command stream: how a host drives an engine whose memory and exports it cannot reach, through two pipes or two files. The
 * WASI command (main.ts) speaks it, and so do the host's child processes (host/runtimes/). See docs/runtimes.md.
 *
 * A command is four i32, little endian: an operation and its operands a, b, c, and for a write `c` bytes of payload. The
 * replies follow each other in the same order. A packed job is a file of commands; its result is a file of replies.
 */
export const COMMAND_BYTES: i32 = 16;

/** a: function (FUNCTION_…), b and c: its arguments. Reply: an i32. */
export const OP_CALL: i32 = 1;
/** a: address, c: bytes; the payload goes there. No reply. */
export const OP_WRITE: i32 = 2;
/** a: address, c: bytes. Reply: the bytes. */
export const OP_READ: i32 = 3;
/**
 * The same with a region in place of an address: a: its kind, b: its layer or -1. The header's region stands for everything
 * persistent: a checkpoint. Of another region no more can be asked for than it has.
 */
export const OP_WRITE_REGION: i32 = 4;
export const OP_READ_REGION: i32 = 5;
/** a: function, called c times, with the argument 0, 1 … b-1, 0, 1 … in turn. Reply: the last result. For measuring. */
export const OP_REPEAT: i32 = 6;

// Exit codes. At the end of the input, between two commands, it is 0.
/** The input ended inside a command, or could not be read; or a reply could not be written. */
export const EXIT_STREAM: i32 = 2;
/** Not a command: unknown operation or function, no such region, more bytes than the region has. */
export const EXIT_COMMAND: i32 = 3;

// The ABI's functions, by number; their names in lower case.
export const FUNCTION_ABI: i32 = 0;
export const FUNCTION_SPEC_ADDRESS: i32 = 1;
export const FUNCTION_STATUS: i32 = 2;
export const FUNCTION_STATUS_DETAIL: i32 = 3;
export const FUNCTION_PLAN: i32 = 4;
export const FUNCTION_REGION_COUNT: i32 = 5;
export const FUNCTION_REGION: i32 = 6;
export const FUNCTION_INIT: i32 = 7;
export const FUNCTION_OPEN: i32 = 8;
export const FUNCTION_SEAL: i32 = 9;
export const FUNCTION_BEGIN_TRAIN: i32 = 10;
export const FUNCTION_BEGIN_GOODNESS: i32 = 11;
export const FUNCTION_BEGIN_READOUT: i32 = 12;
export const FUNCTION_STEP: i32 = 13;
export const FUNCTION_CANCEL: i32 = 14;
export const FUNCTION_TRAIN: i32 = 15;
export const FUNCTION_PREDICT_GOODNESS: i32 = 16;
export const FUNCTION_PREDICT_READOUT: i32 = 17;
export const FUNCTION_SAMPLES: i32 = 18;
export const FUNCTION_CHECKSUM: i32 = 19;
export const FUNCTION_PEEK8: i32 = 20;
export const FUNCTION_POKE8: i32 = 21;
export const FUNCTION_PEEK32: i32 = 22;
export const FUNCTION_POKE32: i32 = 23;
