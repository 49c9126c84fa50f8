/**
 * Every size that must not grow unnoticed, nor shrink unexplained, in one place. Change a number only together with what moved it, and say
 * why in the commit.
 */

/** Bytes of each build of the engine. 24 KiB is what a device may be asked to hold. */
export const WASM_BYTES = { floor: 12 * 1024, ceiling: 24 * 1024 };

/** Bytes of linear memory, from address 0, that networks on 28×28 frames and 10 classes need. */
export const PLAN_BYTES = {
  /** Pair, i16: the "micro" board's 224 KiB. */
  "784-128-64 i16": { floor: 220_000, ceiling: 224 * 1024 },
  "784-256-256 i16": { floor: 554_416, ceiling: 554_416 },
  /** Class-wise, i8. */
  "784-120-60 i8": { floor: 112_000, ceiling: 131_072 },
  /** Class-wise convolutions, i8, 36,600 weights, a readout of the last. */
  "conv 20x5p2-40x3p2-80x3 i8": { floor: 90_000, ceiling: 94_208 },
  "784-60-40 i8": { floor: 60_000, ceiling: 65_536 },
};

/** Bytes of the engine's own tables and runtime block, below the network. */
export const STATIC_BYTES_CEILING = { core: 1024, full: 1536 };

/** Bytes of packed modules with only the spec inside. */
export const PACKED_BYTES = {
  "784-128-64 i16, scalar": { floor: 8_000, ceiling: 11_264 },
  /** Of the full build: dense layers with a variant, and a stream that learns what is normal (docs/field.md). */
  "784-128-64 i8, jitter, scalar": { floor: 12_000, ceiling: 14_336 },
  "stream 24-64 i16, corrupted, scalar": { floor: 14_000, ceiling: 17_408 },
};

/** Bytes of the playground before anything is asked for: the page, its script with the engines and boards, 12,000 digits. */
export const PAGE_BYTES_CEILING = 4_000_000;
