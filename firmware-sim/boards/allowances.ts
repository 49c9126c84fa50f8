/** What a device needs besides the engine's memory and code: one set for plans, for the simulator, and for the firmware in QEMU. */
import { z } from "zod";
import allowancesData from "../metering/allowances.json" with { type: "json" };
import { figureSchema } from "./schema.js";

export const allowances = z.strictObject({
  stackBytes: figureSchema,
  runtimeRamBytes: figureSchema,
  runtimeFlashBytes: figureSchema,
}).parse(allowancesData);
