import { type Command, Option } from "commander";
import { MACHINES, type Machine, networkBytes } from "../../firmware-sim/firmware/machines.js";
import { canCutPower, type Life, type PowerCutRun, simulatePowerCuts } from "../../firmware-sim/firmware/power_cuts.js";
import { TEARS } from "../../firmware-sim/firmware/aimed_cuts.js";
import { type FirmwareRun, simulateFirmware } from "../../firmware-sim/firmware/simulate.js";
import { requireTools } from "../../firmware-sim/firmware/tools.js";
import { frame } from "../data/dataset.js";
import { pool } from "../data/pool.js";
import { planMemory } from "../engine/plan.js";
import { MayflyError } from "../errors.js";
import type { Kernels } from "../pack_c/c_library.js";
import { type DataFlags, dataOptions, openData } from "./data_options.js";
import { wholeFrom } from "./flags.js";
import { checkNetworkFlags, type NetworkFlags, specFrom } from "./network_options.js";
import { bytesText, count, say, sayJson, style } from "./output.js";

export interface QemuFlags {
  qemu?: string;
  pool: number;
  kernels: Kernels;
}

/** Shared with `pack --target c`. `more`: choices that are there to be measured. */
export function kernelsOption(...more: "plain"[]): Option {
  const plain = more.length > 0 ? ", or the engine as wasm2c translates it, not made for the network (plain, to measure against)" : "";
  return new Option("--kernels <name>", `C target: the engine's own inner loops (wasm), or ones written for Cortex-M with its DSP instructions (c)${plain}; the bits are the same`).choices(["wasm", "c", ...more]).default("wasm");
}

/** Options of `simulate` that mean something with --qemu, besides those of network and data. */
const OTHER_JOBS = ["board", "ramReserve", "onDamaged", "flash", "power", "capacitor", "harvest", "sensorStalls", "sensorRepeats", "sensorDiesAt", "sensorSticksAt", "sensorSkips"];

export function addQemuOptions(command: Command): Command {
  return command
    .optionsGroup("Firmware:")
    .option("--qemu <machine>", `build the job as firmware and run it in QEMU: ${MACHINES.map(({ name, core }) => `${name} (${core})`).join(", ")}`)
    .option("--pool <n>", "average n × n values of a frame into one, for machines too small for full frames", wholeFrom(1), 1)
    .addOption(kernelsOption("plain"));
}

/** The same job as firmware: C of the packed network, built by gcc-arm-none-eabi, run by qemu-system-arm. */
export async function simulateQemu(command: Command, dataset: string, flags: QemuFlags & NetworkFlags & DataFlags & { steps: number; cuts: number; checkpointEvery?: number; json?: boolean }, replay: string): Promise<void> {
  const machine = findMachine(flags.qemu ?? "");
  const other = command.options.find((option) => OTHER_JOBS.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli");
  if (other) throw new MayflyError(`${other.long} belongs to the simulated boards (--board)`, 2);
  const cuts = command.getOptionValueSource("cuts") === "cli" ? flags.cuts : 0;
  if (cuts === 0 && flags.checkpointEvery !== undefined) throw new MayflyError("--checkpoint-every with --qemu needs --cuts: without cuts the firmware writes no checkpoints to flash", 2);
  if (cuts > 0 && !canCutPower(machine)) throw new MayflyError(`power cannot be cut on ${machine.name}: choose from ${MACHINES.filter(canCutPower).map(({ name }) => name).join(", ")}`, 2);
  checkNetworkFlags(command, flags);
  requireTools();
  const data = pool((await openData(dataset, dataOptions(flags))).train, flags.pool);
  const spec = specFrom(flags, data.shape, data.classes, { holdSamples: Math.floor(flags.steps / 2), totalSamples: flags.steps });
  const missing = planMemory(spec).bytes.total - networkBytes(machine);
  if (missing > 0) throw new MayflyError(`the network does not fit ${machine.name}: it needs ${count(missing)} bytes more than the ${count(networkBytes(machine))} that stack and application leave of ${count(machine.ram.bytes)}`, 2);
  say(`${machine.name} (${machine.core}), ${count(flags.steps)} samples of ${data.name}, frames ${data.shape.width}x${data.shape.height}`);
  const samples = Array.from({ length: flags.steps }, (_, step) => ({ frame: frame(data, step % data.labels.length), label: data.labels[step % data.labels.length] ?? 0 }));
  if (cuts > 0) {
    await powerCuts(machine, flags, replay, () => simulatePowerCuts(machine, spec, samples, { cuts, seed: flags.seed, checkpointEvery: flags.checkpointEvery, kernels: flags.kernels, onLife: told() }));
    return;
  }
  const run = await simulateFirmware(machine, spec, samples, { kernels: flags.kernels });
  for (const line of summary(machine, run, flags.steps)) say(line);
  if (flags.json) sayJson(facts(machine, run, flags));
  if (!run.sameCheckpoint) throw new MayflyError(`the firmware's weights are ${run.weightsHash}, the engine's here ${run.expectedHash}`, 1);
  say(style.bold(`the same bits: weights ${run.weightsHash}`));
}

/** Lives that are told one by one. */
const MAX_SHOWN_LIVES = 20;

function told(): (life: Life) => void {
  let lives = 0;
  return ({ cut, recovered, started, committed }) => {
    lives++;
    if (lives > MAX_SHOWN_LIVES + 1 && cut) return;
    if (lives === MAX_SHOWN_LIVES + 1 && cut) return say("… and so on");
    say(`life ${`${lives}`.padEnd(4)} from sample ${`${count(started)} (${recovered})`.padEnd(16)} ${cut ? `QEMU killed inside flash operation ${count(cut.operation)} (${TEARS[cut.tear]})${committed === null ? "" : `, after a checkpoint at sample ${count(committed)}`}` : "to the end"}`);
  };
}

async function powerCuts(machine: Machine, flags: { steps: number; seed: number; kernels: Kernels; json?: boolean }, replay: string, start: () => Promise<PowerCutRun>): Promise<void> {
  say(`seed ${flags.seed}`);
  const run = await start().catch((error: unknown) => {
    if (!(error instanceof MayflyError && error.exitCode === 2)) say(`replay: ${replay}`);
    throw error;
  });
  say(`${count(run.cuts)} cuts, ${count(run.lost)} checkpoints lost, ${count(run.replayed)} samples trained again; a checkpoint every ${count(run.checkpointEvery)} samples`);
  if (flags.json) {
    const { lives: _, flashImage: __, ...facts } = run;
    sayJson({ qemu: machine.name, core: machine.core, kernels: flags.kernels, seed: flags.seed, steps: flags.steps, ...facts });
  }
  if (run.lost > 0 || !run.sameCheckpoint) throw new MayflyError(`${run.lost > 0 ? `${run.lost} checkpoints were lost` : `the firmware's weights are ${run.weightsHash}, the engine's here ${run.expectedHash}`}; replay: ${replay}`, 1);
  say(style.bold(`nothing lost, the same bits: weights ${run.weightsHash}`));
}

function findMachine(name: string): Machine {
  const machine = MACHINES.find((one) => one.name === name);
  if (!machine) throw new MayflyError(`--qemu ${name}: there is no such machine; choose from ${MACHINES.map((one) => one.name).join(", ")}`, 2);
  return machine;
}

function summary(machine: Machine, { sizes, report, profile }: FirmwareRun, steps: number): string[] {
  return [
    `RAM ${count(sizes.ramBytes)} of ${count(machine.ram.bytes)} bytes: network ${count(sizes.networkBytes)}, stack ${count(machine.stackBytes)} (${count(report.stackBytes)} used); flash ${bytesText(sizes.flashBytes)}`,
    `${count(Math.round(report.instructions / steps))} guest instructions a sample`,
    ...(profile ? [`${profile.forward.toFixed(2)} guest instructions for a multiply-add forward, ${profile.update.toFixed(2)} for a weight updated`] : []),
  ];
}

function facts(machine: Machine, run: FirmwareRun, flags: { steps: number; seed: number; kernels: Kernels }): Record<string, unknown> {
  const { report, sizes, profile } = run;
  return {
    qemu: machine.name, core: machine.core, kernels: flags.kernels, seed: flags.seed, steps: flags.steps,
    weightsHash: run.weightsHash, expectedHash: run.expectedHash, sameCheckpoint: run.sameCheckpoint, checkpointHash: run.checkpointHash,
    instructions: report.instructions, instructionsPerStep: report.instructions / flags.steps,
    instructionsPerMac: profile?.forward ?? null, instructionsPerWeightUpdated: profile?.update ?? null,
    ramBytes: sizes.ramBytes, networkBytes: sizes.networkBytes, stackBytes: report.stackBytes, flashBytes: sizes.flashBytes,
  };
}
