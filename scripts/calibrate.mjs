// Fills firmware-sim/metering/calibration.json with what firmware in QEMU was counted to execute, and the fit to it. Takes some minutes; needs the tools
// that firmware needs. After `npm run build`: node scripts/calibrate.mjs [core …]
import { build } from "esbuild";
import { writeFileSync } from "node:fs";

const OUT = "firmware-sim/metering/calibration.json";

// Beside the engine's files, which it looks for where it is.
await build({ entryPoints: { calibrate: "firmware-sim/firmware/calibrate.ts" }, outdir: "dist", bundle: true, platform: "node", target: "node20", format: "esm", packages: "external", logLevel: "warning" });
const { calibrate } = await import("../dist/calibrate.js");
const only = process.argv.slice(2);
const calibration = await calibrate("node scripts/calibrate.mjs", console.log, only.length > 0 ? only : undefined);
if (only.length === 0) writeFileSync(OUT, `${JSON.stringify(calibration, null, 1)}\n`);
else console.log(JSON.stringify(calibration.cores, null, 1));
