/** What firmware may take on Cortex-M4: see README of firmware-sim/firmware for what was measured. */
export const FIRMWARE = {
  /** Guest instructions of a multiply-add forward, and of a weight updated. */
  forwardInstructions: 4.7,
  updateInstructions: 30,
  kernelsInC: { forwardInstructions: 2.8, updateInstructions: 10.2 },
  /** 784-32, code and constants, the application's included. */
  flashBytes: 14_336,
};
