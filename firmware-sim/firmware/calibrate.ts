/** Measures what firmware executes on each core, beside the meter's counts for the same samples: what metering/calibration.json holds. */
import { encodeSpec } from "../../host/spec/encode.js";
import { checked } from "../../host/engine/instance.js";
import { Network } from "../../host/engine/network.js";
import { frame, take } from "../../host/data/dataset.js";
import { loadMnist } from "../../host/data/mnist.js";
import { pool } from "../../host/data/pool.js";
import { BUSY } from "../../assembly/abi/status.js";
import { REGION_FRAME } from "../../assembly/abi/region.js";
import { packNetwork } from "../../host/pack/pack.js";
import type { NetworkSpecInput } from "../../host/spec/network_spec.js";
import type { CoreName } from "../boards/schema.js";
import { fit } from "../metering/calibrate.js";
import type { Calibration, Measurement } from "../metering/cost.js";
import { startMetered, type Work, workOf } from "../metering/meter.js";
import { MACHINES, type Machine } from "./machines.js";
import { simulateFirmware } from "./simulate.js";
import type { Sample } from "./job.js";

/** A network to measure: MNIST's first images, shrunk by `pool`. */
export interface CalibrationJob {
  readonly pool: number;
  readonly layers: readonly number[];
  readonly weights: "i8" | "i16";
  readonly objective: "pair" | "classwise";
  readonly samples: number;
  readonly seed: number;
}

const SEED = 1;
const job = (pool: number, layers: readonly number[], weights: "i8" | "i16", objective: "pair" | "classwise" = "pair", samples = 40): CalibrationJob => ({ pool, layers, weights, objective, samples, seed: SEED });

/** Of few bytes, for the Cortex-M0's 16 KiB; the others do these too. */
const SMALL = [
  job(2, [32], "i8"), job(2, [16], "i16"), job(2, [24, 16], "i8"), job(4, [32, 16], "i16"), job(4, [20, 20], "i8", "classwise"), job(4, [16, 16, 16], "i16"),
];
const LARGE = [
  job(1, [32], "i16"), job(1, [64], "i8"), job(1, [40, 20], "i8", "classwise"), job(2, [96, 64], "i16"),
];

/** GCC's name for each core that QEMU has, and the machine that runs its code: the same core, or one of the same architecture or a later one. */
const CORES: readonly { core: CoreName; cpu: string; machine: string; jobs: readonly CalibrationJob[] }[] = [
  { core: "cortex-m0", cpu: "cortex-m0", machine: "microbit", jobs: SMALL },
  { core: "cortex-m3", cpu: "cortex-m3", machine: "mps2-an385", jobs: [...SMALL, ...LARGE] },
  { core: "cortex-m4", cpu: "cortex-m4", machine: "mps2-an386", jobs: [...SMALL, ...LARGE] },
  { core: "cortex-m7", cpu: "cortex-m7", machine: "mps2-an500", jobs: [...SMALL, ...LARGE] },
  { core: "cortex-m33", cpu: "cortex-m33", machine: "mps3-an547", jobs: [...SMALL, ...LARGE] },
  { core: "cortex-m55", cpu: "cortex-m55", machine: "mps3-an547", jobs: [...SMALL, ...LARGE] },
];

/** All cores, or those named. `command` is recorded. */
export async function calibrate(command: string, tell: (line: string) => void, only: readonly CoreName[] = CORES.map(({ core }) => core)): Promise<Calibration> {
  const cores: Record<string, unknown> = {};
  const works = new Map<CalibrationJob, Work>();
  for (const { core, cpu, machine, jobs } of CORES.filter((one) => only.includes(one.core))) {
    const measured: Measurement[] = [];
    for (const one of jobs) {
      const work = works.get(one) ?? await meteredSteps(one);
      works.set(one, work);
      measured.push({ network: nameOf(one), work, instructions: await measuredInstructions(one, machineFor(machine, cpu)) });
    }
    const { instructions, errorPercent } = fit(core, measured);
    cores[core] = { tool: `QEMU's ${machine}, arm-none-eabi-gcc -O2 -mcpu=${cpu}`, measured, instructions: rounded(instructions), errorPercent: Math.ceil(errorPercent * 10) / 10 };
    // Armv6-M has one instruction set; QEMU has no machine of the other core.
    if (core === "cortex-m0") cores["cortex-m0plus"] = { ...(cores[core] as object), tool: `QEMU's ${machine}, arm-none-eabi-gcc -O2 -mcpu=${cpu} (the same instructions as Cortex-M0+)` };
    tell(`${core}: ${measured.length} networks, others are predicted within ${errorPercent.toFixed(1)} %`);
  }
  return { status: `fitted to firmware in QEMU by \`${command}\`, seed ${SEED}, MNIST's first images`, cores } as Calibration;
}

/** Guest instructions of the training steps, in all. */
export async function measuredInstructions(one: CalibrationJob, machine: Machine): Promise<number> {
  const { spec, samples } = await samplesOf(one);
  const run = await simulateFirmware(machine, spec, samples);
  if (!run.sameCheckpoint) throw new Error(`${nameOf(one)} on ${machine.name}: other bits than here`);
  return run.report.instructions;
}

/** What the meter counts in the same steps of the same module. */
export async function meteredSteps(one: CalibrationJob): Promise<Work> {
  const { spec, samples } = await samplesOf(one);
  const network = Network.create(spec, { build: "scalar" });
  const { module } = await packNetwork(network, { build: "scalar", state: false });
  const { engine, meter } = startMetered(module, "the packed module");
  new Int32Array(engine.memory.buffer, engine.spec_address()).set(encodeSpec(network.spec));
  checked(engine, engine.init());
  let total = workOf(() => 0);
  for (const { frame: values, label } of samples) {
    new Uint8Array(engine.memory.buffer).set(values, network.region(REGION_FRAME).offset);
    checked(engine, engine.begin_train(label));
    const { work } = meter.of(() => {
      while (checked(engine, engine.step(STEP_WORK)) === BUSY) { /* as application/main.c */ }
    });
    const before = total;
    total = workOf((name) => before[name] + work[name]);
  }
  return total;
}

/** As WORK_AT_ONCE of application/main.c. */
const STEP_WORK = 100_000;

export function machineFor(name: string, cpu: string): Machine {
  const found = MACHINES.find((machine) => machine.name === name);
  if (!found) throw new Error(`no machine ${name}`);
  return { ...found, cpu };
}

async function samplesOf({ pool: by, layers, weights, objective, samples, seed }: CalibrationJob): Promise<{ spec: NetworkSpecInput; samples: Sample[] }> {
  const data = pool(take((await loadMnist()).train, 0, samples), by);
  return {
    spec: {
      input: { width: data.shape.width, height: data.shape.height, channels: 1 }, classes: 10, objective, seed,
      layers: layers.map((units) => ({ units, weights })), schedule: { holdSamples: samples >> 1, totalSamples: samples },
    },
    samples: Array.from({ length: samples }, (_, index) => ({ frame: frame(data, index), label: data.labels[index] ?? 0 })),
  };
}

function nameOf({ pool: by, layers, weights, objective, samples }: CalibrationJob): string {
  return `${(28 / by) ** 2}-${layers.join("-")} ${weights} ${objective}, ${samples} samples`;
}

function rounded(instructions: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(instructions).map(([name, value]) => [name, Number(value.toPrecision(6))]));
}
