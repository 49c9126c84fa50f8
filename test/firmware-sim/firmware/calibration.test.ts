import { expect, test } from "vitest";
import type { CoreName } from "../../../firmware-sim/boards/schema.js";
import { type CalibrationJob, machineFor, measuredInstructions, meteredSteps } from "../../../firmware-sim/firmware/calibrate.js";
import calibrationData from "../../../firmware-sim/metering/calibration.json" with { type: "json" };
import { calibrationSchema, costModel } from "../../../firmware-sim/metering/cost.js";
import { describeFirmware } from "./require_tools.js";

const calibration = calibrationSchema.parse(calibrationData);

/** Not in the fit, and with other samples than those in it. */
const OTHERS: readonly [CoreName, string, string, CalibrationJob][] = [
  ["cortex-m4", "mps2-an386", "cortex-m4", { pool: 1, layers: [56], weights: "i16", objective: "pair", samples: 70, seed: 5 }],
  ["cortex-m4", "mps2-an386", "cortex-m4", { pool: 2, layers: [96, 40], weights: "i8", objective: "pair", samples: 45, seed: 6 }],
  ["cortex-m3", "mps2-an385", "cortex-m3", { pool: 2, layers: [60, 30], weights: "i8", objective: "classwise", samples: 50, seed: 7 }],
  ["cortex-m0", "microbit", "cortex-m0", { pool: 2, layers: [24], weights: "i8", objective: "pair", samples: 50, seed: 8 }],
];

test("the file says by which command it was made, and the basis says its error", () => {
  expect(calibration.status).toMatch(/node scripts\/calibrate\.mjs.*seed 1/);
  for (const core of ["cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"] as const) {
    const { errorPercent = 100, measured = [] } = calibration.cores[core] ?? {};
    expect(measured.length).toBeGreaterThanOrEqual(6);
    expect(errorPercent).toBeLessThan(10);
    expect(costModel(core).basis).toContain(`within ${errorPercent.toFixed(1)} %`);
  }
});

describeFirmware("instructions predicted from the meter's counts", () => {
  // A failure after a change of the kernels: run `node scripts/calibrate.mjs` again.
  test.each(OTHERS)("on %s (%s, %s), of a network that is not in the fit: within the stated error", async (core, machine, cpu, job) => {
    const predicted = costModel(core).instructions(await meteredSteps(job));
    const measured = await measuredInstructions(job, machineFor(machine, cpu));
    expect(100 * Math.abs(predicted / measured - 1)).toBeLessThanOrEqual(calibration.cores[core]?.errorPercent ?? 0);
  });
});
