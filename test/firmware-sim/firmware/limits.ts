/** What firmware may take on Cortex-M4: see README of firmware-sim/firmware for what was measured. */
export const FIRMWARE = {
  /** Guest instructions of a multiply-add forward, and of a weight updated. */
  forwardInstructions: 4.5,
  updateInstructions: 13,
  kernelsInC: { forwardInstructions: 2.2, updateInstructions: 8 },
  /** Guest instructions of a sample of 784-64, kernels in C, as a share of the engine translated as it comes (40 % measured). */
  ofPlain: 0.5,
  /** 784-32, code and constants, the application's included. */
  flashBytes: 14_336,
};
