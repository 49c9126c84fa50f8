import type { Dataset } from "../host/data/dataset.js";
import { Network } from "../host/engine/network.js";
import { planMemory } from "../host/engine/plan.js";
import { MayflyError } from "../host/errors.js";
import type { NetworkSpecInput } from "../host/spec/network_spec.js";
import { checkFits } from "../host/train/train.js";
import { checkpointOperations, checkpointUs, wearAwareInterval } from "./checkpoint/interval.js";
import { layoutWithin, type SlotLayout } from "./checkpoint/layout.js";
import { FlashFailure, type Phase } from "./checkpoint/store.js";
import { CutPlan } from "./cut_plan.js";
import { type DeviceWatch, type Firmware, live } from "./device.js";
import { SimulatedClock } from "./devices/clock.js";
import { SimulatedFlash } from "./devices/flash.js";
import { AimedPower, HarvestedPower, type Load, type Power, PowerCut, SteadyPower, Supply } from "./devices/power.js";
import { Random, STREAM_CUTS, STREAM_HARVEST, STREAM_SENSOR, STREAM_TEARS } from "./devices/random.js";
import { DatasetSensor, type SensorFaults } from "./devices/sensor.js";
import type { SimulatedBoard, StepTime } from "./simulated_board.js";
import { RowTimer, type StepRates } from "./step_timer.js";

export type PowerTrace =
  | { readonly kind: "steady" }
  /** So many cuts, aimed at flash operations above all. */
  | { readonly kind: "brownouts"; readonly cuts: number }
  | { readonly kind: "harvest"; readonly capacitorMilliJoules: number; readonly incomeMilliWatts: number };

export interface SimulationOptions {
  readonly board: SimulatedBoard;
  /** Its memory limit is the board's. */
  readonly spec: NetworkSpecInput;
  readonly data: Dataset;
  /** Samples to train: one training step each. */
  readonly steps: number;
  readonly power: PowerTrace;
  /** Decides cuts, tears, sensor faults, income; the network's own seed stands in its spec. */
  readonly seed: number;
  /** Samples between two checkpoints; default: by wear and time (checkpoint/interval.ts). */
  readonly checkpointEvery?: number;
  readonly sensorFaults?: SensorFaults;
  readonly onDamaged?: "fresh" | "stop";
  /** What the checkpoint area of the flash holds at the start; default: erased. */
  readonly flashImage?: Uint8Array;
  /** Sectors erased more often than this break; default: never. */
  readonly wornOutCycles?: number;
  /** Tests only: an order of a checkpoint's phases that is not the protocol's. */
  readonly order?: readonly Phase[];
  /** Metered mean time of a step; default: by rows and a rough cost per core. */
  readonly stepTime?: StepTime;
  /** Told of every cut, once it is known what came of it. */
  readonly onReboot?: (event: RebootEvent) => void;
}

export interface RebootEvent {
  readonly cut: number;
  readonly seconds: number;
  /** What the device was doing when the power died. */
  readonly during: Load;
  /** Samples that were trained then, and that are after the start; null: the next cut came before that was known. */
  readonly samplesBefore: number;
  readonly samplesAfter: number | null;
}

export interface SimulationResult {
  /** Nothing lost, and the bits of an uncut run. */
  readonly ok: boolean;
  readonly cuts: number;
  readonly cutsDuring: Readonly<Record<Load, number>>;
  /** Starts at which a committed checkpoint was not found again. */
  readonly lost: number;
  readonly weightsHash: string;
  readonly expectedHash: string;
  readonly samples: number;
  /** Samples trained again after cuts. */
  readonly replayed: number;
  readonly checkpoints: number;
  readonly checkpointEvery: number;
  readonly checkpointBytes: number;
  readonly checkpointSeconds: number;
  readonly ram: { readonly bytes: number; readonly limitBytes: number };
  readonly flash: {
    readonly slotBytes: number;
    readonly erases: number;
    readonly programs: number;
    /** Of the sector erased most often. */
    readonly wear: number;
    readonly enduranceCycles: number;
    /** Jobs like this one until that sector has had its erases. */
    readonly lifeJobs: number;
  };
  readonly sensor: { readonly stalls: number; readonly repeats: number };
  /** Simulated time, power cuts included, and what it rests on. */
  readonly seconds: number;
  readonly sampleMs: number;
  readonly timeBasis: string;
  /** The checkpoint area as the job left it. */
  readonly flashImage: Uint8Array;
}

const STEP_WORK = 20_000;
/** Charges without a checkpoint until it is said that the capacitor is too small. */
const FRUITLESS_CHARGES = 50;
const TIME_BASIS = "estimate: rows counted by the engine, times a cost per core; flash times from data sheets";

/** Runs a training job on a simulated board. Throws a MayflyError where the device would stop for good. */
export function simulate(options: SimulationOptions): SimulationResult {
  const { board, data, steps, seed } = options;
  const spec = { ...options.spec, memoryLimitBytes: board.engineBytes };
  const plan = planFor(options.spec, board);
  const layout = layoutWithin(plan.bytes.checkpoint, board.flash, board.freeFlashBytes, board.name);
  const uncut = runUncut(options);
  const checkpointEvery = options.checkpointEvery ?? wearAwareInterval({ samples: steps, sampleUs: uncut.sampleUs }, layout, board.flash);

  const power = powerFor(options);
  const supply = new Supply(new SimulatedClock(), power);
  const flash = new SimulatedFlash({ ...board.flash, bytes: layout.areaBytes }, supply, new Random(seed, STREAM_TEARS), { image: imageFor(options, layout), wornOutCycles: options.wornOutCycles });
  const sensor = new DatasetSensor(data, uncut.orderSeed, new Random(seed, STREAM_SENSOR), options.sensorFaults);
  const plannedCuts = options.power.kind === "brownouts" ? options.power.cuts : 0;
  const cutPlan = power instanceof AimedPower ? new CutPlan(plannedCuts, steps, checkpointOperations(layout, board.flash), power, new Random(seed, STREAM_CUTS)) : null;
  const firmware: Firmware = {
    spec, samples: steps, checkpointEvery, onDamaged: options.onDamaged ?? "fresh", stepWork: STEP_WORK, rates: uncut.rates, order: options.order,
  };

  const cutsDuring: Record<Load, number> = { boot: 0, compute: 0, wait: 0, program: 0, erase: 0 };
  let cuts = 0;
  let lost = 0;
  let checkpoints = 0;
  let trained = 0;
  let committed = 0;
  let now = 0;
  let started: number | null = null;
  let fruitless = 0;
  let lastCut: Omit<RebootEvent, "samplesAfter"> | null = null;
  const report = (samplesAfter: number | null): void => {
    if (lastCut) options.onReboot?.({ ...lastCut, samplesAfter });
    lastCut = null;
  };
  const watch: DeviceWatch = {
    recovered(_, samples) {
      if (samples < committed) lost++;
      // What is lost is lost once.
      committed = Math.min(committed, samples);
      report(samples);
      started ??= samples;
      if (samples >= steps) cutPlan?.whenDone();
      now = samples;
    },
    sample(samples) {
      now = samples;
      cutPlan?.beforeSample(samples);
    },
    trained() {
      trained++;
    },
    checkpointBegins(samples) {
      now = samples;
      cutPlan?.beforeCheckpoint(samples);
    },
    committed(samples) {
      committed = samples;
      checkpoints++;
      fruitless = 0;
    },
  };

  let network: Network | null = null;
  while (!network) {
    cutPlan?.beforeBoot();
    try {
      network = live(firmware, { supply, flash, layout, sensor }, watch);
    } catch (error) {
      if (error instanceof FlashFailure) throw new MayflyError(`the flash is worn out: ${error.message}, after ${Math.max(...flash.wear)} erases of its sector; the newest checkpoint stands`, 1, error);
      if (!(error instanceof PowerCut)) throw error;
      cuts++;
      cutsDuring[error.load]++;
      report(null);
      lastCut = { cut: cuts, seconds: supply.clock.nowUs / 1e6, during: error.load, samplesBefore: now };
      if (options.power.kind === "harvest" && ++fruitless > FRUITLESS_CHARGES) throw tooSmall(options, layout, checkpointEvery, uncut.sampleUs);
      supply.restore();
    }
  }
  if (cutPlan && cutPlan.left > 0) throw new MayflyError(`${cutPlan.left} of ${plannedCuts} power cuts never fell: this is a bug, please report it`, 1);

  const wear = Math.max(...flash.wear);
  const weightsHash = network.weightsHash();
  return {
    ok: lost === 0 && weightsHash === uncut.hash,
    cuts, cutsDuring, lost, weightsHash,
    expectedHash: uncut.hash,
    samples: network.samples,
    replayed: trained - (network.samples - (started ?? 0)),
    checkpoints, checkpointEvery,
    checkpointBytes: plan.bytes.checkpoint,
    checkpointSeconds: checkpointUs(layout, board.flash) / 1e6,
    ram: { bytes: plan.bytes.total, limitBytes: board.engineBytes },
    flash: { slotBytes: layout.slotBytes, erases: flash.erases, programs: flash.programs, wear, enduranceCycles: board.flash.enduranceCycles, lifeJobs: Math.floor(board.flash.enduranceCycles / Math.max(wear, 1)) },
    sensor: { stalls: sensor.stalls, repeats: sensor.repeats },
    seconds: supply.clock.nowUs / 1e6,
    sampleMs: uncut.sampleUs / 1000,
    timeBasis: options.stepTime?.basis ?? TIME_BASIS,
    flashImage: flash.image(),
  };
}

/** The plan, if the board has the memory: the engine is then held to it to the byte. */
export function planFor(spec: NetworkSpecInput, board: SimulatedBoard): ReturnType<typeof planMemory> {
  const plan = planMemory(spec, { build: "scalar" });
  const over = plan.bytes.total - board.engineBytes;
  if (over > 0) {
    const bytes = (n: number): string => `${n.toLocaleString("en")} byte${n === 1 ? "" : "s"}`;
    throw new MayflyError(`${board.name} is out of memory: the network needs ${bytes(plan.bytes.total)} and the board leaves it ${bytes(board.engineBytes)} (${bytes(board.reservedBytes)} of RAM are taken by firmware and program): ${bytes(over)} over`, 1);
  }
  return plan;
}

/** The same job on the host, without power, flash or sensor: the hash to be reached, and the time of a sample. */
function runUncut({ board, spec, data, steps, seed, stepTime }: SimulationOptions): { hash: string; sampleUs: number; rates: StepRates; orderSeed: number } {
  const network = Network.create({ ...spec, memoryLimitBytes: board.engineBytes });
  checkFits(network, data);
  const orderSeed = network.spec.seed;
  const sensor = new DatasetSensor(data, orderSeed, new Random(seed, STREAM_SENSOR));
  const timer = new RowTimer(network, board);
  let us = 0;
  for (let sample = 0; sample < steps; sample++) {
    const reply = sensor.poll();
    if ("sample" in reply) network.train(reply.sample.frame, reply.sample.label);
    us += timer.sinceLastUs();
  }
  // Samples differ as their rows do; on average they take what was metered.
  const scale = stepTime && us > 0 ? (stepTime.us * steps) / us : 1;
  return { hash: network.weightsHash(), sampleUs: (scale * us) / steps, rates: { macUs: scale * board.macUs, updateUs: scale * board.updateUs }, orderSeed };
}

function powerFor({ power, board, seed }: SimulationOptions): Power {
  if (power.kind === "steady") return new SteadyPower();
  if (power.kind === "brownouts") return new AimedPower();
  return new HarvestedPower({ ...power, loadMilliWatts: board.loadMilliWatts }, new Random(seed, STREAM_HARVEST));
}

function imageFor({ flashImage }: SimulationOptions, layout: SlotLayout): Uint8Array | undefined {
  if (flashImage && flashImage.length !== layout.areaBytes) {
    throw new MayflyError(`the flash image has ${flashImage.length.toLocaleString("en")} bytes, the two slots of this network on this board take ${layout.areaBytes.toLocaleString("en")}: it belongs to another network or board, or it is truncated`, 1);
  }
  return flashImage;
}

function tooSmall({ board, power }: SimulationOptions, layout: SlotLayout, checkpointEvery: number, sampleUs: number): MayflyError {
  const milliJoules = (us: number, load: Load): number => (us * board.loadMilliWatts[load]) / 1e6;
  const needed = milliJoules(checkpointUs(layout, board.flash), "erase") + milliJoules(checkpointEvery * sampleUs, "compute");
  const held = power.kind === "harvest" ? power.capacitorMilliJoules : 0;
  return new MayflyError(`no progress in ${FRUITLESS_CHARGES} charges: the capacitor gives ${held} mJ, and ${checkpointEvery} samples with their checkpoint take about ${needed.toPrecision(3)} mJ; give it more, or checkpoint more often`, 1);
}
