// npm run bench:firmware: guest instructions of a training sample of 784-64 on a Cortex-M4 (QEMU, mps2-an386), of three builds of the same engine with the same
// bits: plain (the release engine as wasm2c translates it, a bounds check at each access, gcc -O2), wasm (made for the network, checks merged) and c (inner
// loops in C with DSP instructions). Instructions, not cycles; exact and repeatable. About a minute. --json FILE (default results/bench/firmware.json).
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { digits, option, record } from "./measure.mjs";

const STEPS = Number(option("--steps", "50"));
const results = [];
for (const weights of ["i8", "i16"]) {
  const runs = ["plain", "wasm", "c"].map((kernels) => {
    const child = spawnSync(process.execPath, [fileURLToPath(new URL("../dist/cli.js", import.meta.url)), "simulate", "mnist", "--qemu", "mps2-an386", "--layers", "64", "--weights", weights, "--steps", `${STEPS}`, "--kernels", kernels, "--json"], { encoding: "utf8" });
    if (child.status !== 0) {
      console.error(child.stderr.trim());
      process.exit(1);
    }
    const { instructionsPerStep, weightsHash, sameCheckpoint, flashBytes } = JSON.parse(child.stdout);
    return { kernels, instructionsPerStep: Math.round(instructionsPerStep), weightsHash, sameCheckpoint, flashBytes };
  });
  for (const run of runs) run.ofPlain = digits(run.instructionsPerStep / runs[0].instructionsPerStep);
  results.push({ machine: "mps2-an386", core: "Cortex-M4", layers: [64], weights, steps: STEPS, sameBits: runs.every((run) => run.sameCheckpoint && run.weightsHash === runs[0].weightsHash), runs });
  console.log(`784-64 ${weights}: ${runs.map(({ kernels, instructionsPerStep, ofPlain }) => `${kernels} ${instructionsPerStep.toLocaleString("en")} (${(100 * ofPlain).toFixed(0)} %)`).join(", ")}${results.at(-1).sameBits ? ", the same bits" : ", NOT the same bits"}`);
}
record("results/bench/firmware.json", { asked: "at most half of the plain build", results });
