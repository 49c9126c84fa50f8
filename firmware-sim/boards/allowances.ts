/** What a device needs besides the engine's memory and code: one set for plans, for the simulator, and for the firmware in QEMU. */
import { z } from "zod";
import allowancesData from "../metering/allowances.json" with { type: "json" };
import { figureSchema } from "./schema.js";

export const allowances = z.strictObject({
  stackBytes: figureSchema,
  runtimeRamBytes: figureSchema,
  runtimeFlashBytes: figureSchema,
}).parse(allowancesData);

/** WebAssembly code and data of the scalar build as it is, roughly, for networks that are not packed to look: a packed module has less. */
export const WHOLE_ENGINE_BYTES = { code: 16_000, data: 600 };
