import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { findBoard } from "../../firmware-sim/boards/load.js";
import { meterNetwork } from "../../firmware-sim/metering/meter_network.js";
import { planFor, type PowerTrace, type RebootEvent, simulate, type SimulationResult } from "../../firmware-sim/simulate.js";
import { meteredStep, simulatedBoard } from "../../firmware-sim/simulated_board.js";
import { MayflyError } from "../errors.js";
import { reasonOf } from "../train/atomic_file.js";
import { addDataOptions, type DataFlags, DATASET_HELP, dataOptions, openData } from "./data_options.js";
import { helpOption, jsonOption, numberTo, parseBytes, positive, whole, wholeFrom } from "./flags.js";
import { addNetworkOptions, checkNetworkFlags, type NetworkFlags, specFrom } from "./network_options.js";
import { bytesText, count, say, sayJson, style, table } from "./output.js";
import { addQemuOptions, type QemuFlags, simulateQemu } from "./simulate_qemu.js";

type SimulateFlags = NetworkFlags & DataFlags & QemuFlags & {
  board: string;
  steps: number;
  cuts: number;
  power: PowerTrace["kind"];
  capacitor: number;
  harvest: number;
  checkpointEvery?: number;
  ramReserve?: number;
  onDamaged: "fresh" | "stop";
  flash?: string;
  sensorStalls: number;
  sensorRepeats: number;
  sensorDiesAt?: number;
  sensorSticksAt?: number;
  sensorSkips?: number;
  json?: boolean;
};

/** Reboots that are told one by one. */
const MAX_SHOWN_REBOOTS = 20;
/** Of what `plan` spends: the time of a step sets the clock here, and no more. */
const METERING_EFFORT = 0.1;
const SECONDS_PER_DAY = 86_400;

export function addSimulateCommand(program: Command): void {
  const command = program.command("simulate")
    .summary("train on a simulated board whose power fails")
    .description("Runs a training job in the scalar engine under a board's budget of RAM and flash, with checkpoints in simulated NOR flash and power that dies at any point. At the end the weights must be those of an uncut run, bit for bit. All chance comes from --seed.")
    .argument("[dataset]", DATASET_HELP, "mnist")
    .addHelpOption(helpOption().helpGroup("Job:"));
  addNetworkOptions(command);
  command
    .optionsGroup("Job:")
    .option("--board <name>", "board, or a board file of your own (`mayfly boards` lists them)")
    .option("--steps <n>", "samples to train, one step each", wholeFrom(1), 500)
    .option("--checkpoint-every <samples>", "samples between two checkpoints (default: by the flash's wear and the time a write takes)", wholeFrom(1))
    .option("--ram-reserve <bytes>", "RAM that your own program takes, e.g. 8KiB", parseBytes)
    .option("--flash <file>", "image of the checkpoint area: read at the start if it is there, written at the end")
    .addOption(new Option("--on-damaged <what>", "when no checkpoint can be read: start again from the seed, or stop").choices(["fresh", "stop"]).default("fresh"))
    .addOption(jsonOption())
    .optionsGroup("Power:")
    .addOption(new Option("--power <trace>", "brownouts: cuts aimed at flash operations above all; harvest: a capacitor that is charged again and again").choices(["brownouts", "steady", "harvest"]).default("brownouts"))
    .option("--cuts <n>", "brown-outs in the whole job; with --qemu (none by default) QEMU is killed inside flash operations", whole, 10)
    .option("--capacitor <millijoules>", "harvest: energy of a full charge", positive, 1000)
    .option("--harvest <milliwatts>", "harvest: mean income", positive, 10)
    .optionsGroup("Sensor:")
    .option("--sensor-stalls <share>", "share of the samples that come late", numberTo(1), 0)
    .option("--sensor-repeats <share>", "share of the samples that come twice", numberTo(0.99), 0)
    .option("--sensor-dies-at <sample>", "from this sample on nothing comes", whole)
    .option("--sensor-sticks-at <sample>", "from this sample on the one before comes again and again", wholeFrom(1))
    .option("--sensor-skips <sample>", "this sample is left out", whole);
  addQemuOptions(command);
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly simulate --board rp2040 --layers 128,64 --steps 500 --cuts 20 --seed 7
  mayfly simulate --qemu mps2-an386 --layers 32 --steps 60 --cuts 50 --seed 7
  mayfly simulate --board stm32f446 --layers 60,40 --weights i8 --objective classwise --power harvest --capacitor 3000 --harvest 20`);
  command.action(async (dataset: string, flags: SimulateFlags) => {
    if (flags.qemu !== undefined) return simulateQemu(command, dataset, flags, replayCommand(flags));
    if (flags.board === undefined) throw new MayflyError("give a board (--board, `mayfly boards` lists them) or a machine of QEMU (--qemu)", 2);
    for (const name of ["pool", "kernels"]) if (command.getOptionValueSource(name) === "cli") throw new MayflyError(`--${name} belongs to --qemu`, 2);
    say(`seed ${flags.seed}`);
    checkNetworkFlags(command, flags);
    if (flags.power !== "brownouts" && command.getOptionValueSource("cuts") === "cli") throw new MayflyError("--cuts belongs to --power brownouts: with another trace they fall as they fall", 2);
    const profile = findBoard(flags.board);
    const board = simulatedBoard(profile, flags.ramReserve);
    const data = (await openData(dataset, dataOptions(flags))).train;
    const spec = specFrom(flags, data.shape, data.classes, { holdSamples: Math.floor(flags.steps / 2), totalSamples: flags.steps });
    const flashImage = flags.flash !== undefined && existsSync(flags.flash) ? await imageFile(flags.flash) : undefined;
    say(`${board.name}, ${count(flags.steps)} samples of ${data.name}`);
    // A network that does not fit is refused before it is metered.
    replayable(() => planFor(spec, board), flags);
    const stepTime = meteredStep(profile, await meterNetwork(spec, undefined, METERING_EFFORT));
    let shown = 0;
    const onReboot = (event: RebootEvent): void => {
      if (++shown <= MAX_SHOWN_REBOOTS) say(rebootLine(event));
      else if (shown === MAX_SHOWN_REBOOTS + 1) say("… and so on");
    };
    const result = replayable(() => simulate({
      board, spec, data, steps: flags.steps, power: powerTrace(flags), seed: flags.seed, stepTime, checkpointEvery: flags.checkpointEvery, onDamaged: flags.onDamaged, flashImage, onReboot,
      sensorFaults: { stalls: flags.sensorStalls, repeats: flags.sensorRepeats, diesAt: flags.sensorDiesAt, stuckAt: flags.sensorSticksAt, skips: flags.sensorSkips },
    }), flags);
    if (flags.flash !== undefined) await writeImage(flags.flash, result.flashImage);
    say();
    for (const line of summary(result)) say(line);
    if (flags.json) {
      const { flashImage: _, ...facts } = result;
      sayJson({ board: board.name, seed: flags.seed, steps: flags.steps, power: flags.power, ...facts });
    }
    if (!result.ok) throw new MayflyError(`${result.lost > 0 ? `${result.lost} checkpoints were lost` : `the weights are ${result.weightsHash}, an uncut run's ${result.expectedHash}`}; replay: ${replayCommand(flags)}`, 1);
    say(style.bold(`nothing lost: weights ${result.weightsHash}, as without cuts`));
  });
}

function powerTrace(flags: SimulateFlags): PowerTrace {
  switch (flags.power) {
    case "steady": return { kind: "steady" };
    case "brownouts": return { kind: "brownouts", cuts: flags.cuts };
    case "harvest": return { kind: "harvest", capacitorMilliJoules: flags.capacitor, incomeMilliWatts: flags.harvest };
  }
}

/** Whatever stops the device is told with the command that stops it again. */
function replayable<T>(run: () => T, flags: SimulateFlags): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof MayflyError && error.exitCode === 2) throw error;
    say(`replay: ${replayCommand(flags)}`);
    throw error;
  }
}

/** The command line as it was typed, and the seed if it was not. */
function replayCommand(flags: SimulateFlags): string {
  const typed = process.argv.slice(2).map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
  if (!typed.some((word) => word === "--seed" || word.startsWith("--seed="))) typed.push("--seed", String(flags.seed));
  return ["mayfly", ...typed].join(" ");
}

async function imageFile(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw new MayflyError(`cannot read the flash image ${path}: ${reasonOf(error)}`, 1, error);
  }
}

async function writeImage(path: string, image: Uint8Array): Promise<void> {
  try {
    await writeFile(path, image);
  } catch (error) {
    throw new MayflyError(`cannot write the flash image ${path}: ${reasonOf(error)}`, 1, error);
  }
}

const DURING: Readonly<Record<RebootEvent["during"], string>> = {
  boot: "during the start", compute: "in mid-sample", wait: "waiting for the sensor", program: "inside a flash write", erase: "inside a flash erase",
};

function rebootLine({ cut, seconds, during, samplesBefore, samplesAfter }: RebootEvent): string {
  return `${`cut ${cut}`.padEnd(8)} ${`${seconds.toFixed(1)} s`.padStart(10)}  ${DURING[during]} at sample ${count(samplesBefore)}: ${samplesAfter === null ? "and again before it went on" : `goes on from ${count(samplesAfter)}`}`;
}

function summary(result: SimulationResult): string[] {
  const { ram, flash, cutsDuring, sensor } = result;
  const lifeDays = (2 * flash.enduranceCycles * (result.checkpointEvery * result.sampleMs / 1000 + result.checkpointSeconds)) / SECONDS_PER_DAY;
  const during = Object.entries(cutsDuring).filter(([, cuts]) => cuts > 0).map(([load, cuts]) => `${count(cuts)} ${DURING[load as RebootEvent["during"]]}`);
  return table([
    ["RAM", `${count(ram.bytes)} of ${count(ram.limitBytes)} bytes, ${count(ram.limitBytes - ram.bytes)} spare`],
    ["checkpoints", `${count(result.checkpoints)}, one every ${count(result.checkpointEvery)} samples; ${bytesText(result.checkpointBytes)} and ${result.checkpointSeconds.toPrecision(2)} s each; two slots of ${bytesText(flash.slotBytes)}`],
    ["flash", `${count(flash.erases)} erases, ${count(flash.programs)} writes; the most worn sector has ${count(flash.wear)} of ${count(flash.enduranceCycles)} cycles`],
    ["flash life", `${count(flash.lifeJobs)} jobs like this; training on and on, ${lifeDays < 1 ? `${(lifeDays * 24).toPrecision(2)} hours` : `${count(Math.round(lifeDays))} days`}`],
    ["cuts", `${count(result.cuts)}${during.length > 0 ? `: ${during.join(", ")}` : ""}`],
    ["lost", `${count(result.lost)} checkpoints; ${count(result.replayed)} samples trained again`],
    ...(sensor.stalls + sensor.repeats > 0 ? [["sensor", `${count(sensor.stalls)} stalls waited out, ${count(sensor.repeats)} repeats dropped`]] : []),
    ["time", `${result.seconds.toFixed(1)} s simulated, ${result.sampleMs.toPrecision(3)} ms a sample (${result.timeBasis.split(":")[0]})`],
  ], "ll");
}
