/** The chip of the page: the simulator's device (firmware-sim/device.ts) on a board's flash and supply, lived moment by moment so that a visitor can meddle. */
import { checkpointOperations, wearAwareInterval } from "../../../firmware-sim/checkpoint/interval.js";
import { layoutWithin, type SlotLayout, SLOTS } from "../../../firmware-sim/checkpoint/layout.js";
import { CheckpointStore, type Recovery } from "../../../firmware-sim/checkpoint/store.js";
import { type Firmware, life } from "../../../firmware-sim/device.js";
import { SimulatedClock } from "../../../firmware-sim/devices/clock.js";
import { SimulatedFlash } from "../../../firmware-sim/devices/flash.js";
import { PowerCut, Supply } from "../../../firmware-sim/devices/power.js";
import { Random, STREAM_CUTS, STREAM_TEARS } from "../../../firmware-sim/devices/random.js";
import type { SimulatedBoard } from "../../../firmware-sim/simulated_board.js";
import { RowTimer, type StepRates } from "../../../firmware-sim/step_timer.js";
import type { Dataset } from "../../../host/data/dataset.js";
import { frame } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { planMemory } from "../../../host/engine/plan.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { CounterReader } from "../../../host/train/counters.js";
import { platform } from "#platform";
import type { CutPlace, FlashPicture, Point, Reply } from "../protocol.js";
import type { World } from "../world.js";
import { MeteredPower } from "./energy.js";
import { WorldSensor } from "./world_sensor.js";

/** What the checkpoint interval is laid out for, as `mayfly simulate` does by the job: one pass over MNIST. */
const JOB_SAMPLES = 60_000;
/** Nobody waits for the end of this job. */
const ENDLESS = 2 ** 31;
const STEP_WORK = 20_000;
/** Samples that tell about what a step takes, and samples behind a point of the running error. */
const TIMED_SAMPLES = 40;
const POINT_SAMPLES = 100;
/** Of a training step's pieces, those a cut in mid-sample may skip. */
const SKIPPED_PIECES = 2;
const SEED = 1;

/** A checkpoint as it was committed. */
interface Committed {
  readonly samples: number;
  readonly hash: string;
}

export class SimulatedDevice {
  readonly layout: SlotLayout;
  readonly checkpointEvery: number;
  readonly sensor: WorldSensor;
  /** Changed in place when a better estimate is there. */
  readonly rates: { macUs: number; updateUs: number };
  network: Network;
  checkpoints = 0;
  /** Set while the power is away. */
  dark = false;

  private readonly power: MeteredPower;
  private readonly supply: Supply;
  private readonly flash: SimulatedFlash;
  private readonly firmware: Firmware;
  private readonly random = new Random(SEED, STREAM_CUTS);
  private moments: Generator<Network, Network, void>;
  private counters: CounterReader;
  private countedFrom: number;
  private readonly points: Point[] = [];
  private readonly committed = new Map<number, Committed>();
  private recovery: Recovery | null = null;
  private cutAt: CutPlace | null = null;
  /** The whole training state when the power died, to be reached again. */
  private expected: Committed | null = null;

  constructor(readonly board: SimulatedBoard, spec: NetworkSpecInput, data: Dataset, world: World, private readonly tell: (reply: Reply) => void) {
    const limited = { ...spec, memoryLimitBytes: board.engineBytes };
    this.layout = layoutWithin(planMemory(limited).bytes.checkpoint, board.flash, board.freeFlashBytes, board.name);
    this.rates = { macUs: board.macUs, updateUs: board.updateUs };
    this.checkpointEvery = wearAwareInterval({ samples: JOB_SAMPLES, sampleUs: meanSampleUs(limited, data, board) }, this.layout, board.flash);
    this.power = new MeteredPower(board.loadMilliWatts);
    this.supply = new Supply(new SimulatedClock(), this.power);
    this.flash = new SimulatedFlash({ ...board.flash, bytes: this.layout.areaBytes }, this.supply, new Random(SEED, STREAM_TEARS));
    this.sensor = new WorldSensor(data, SEED);
    this.sensor.change(0, world);
    this.firmware = { spec: limited, samples: ENDLESS, checkpointEvery: this.checkpointEvery, onDamaged: "fresh", stepWork: STEP_WORK, rates: this.rates, build: "auto" };
    this.moments = this.born();
    this.network = this.start();
    this.counters = new CounterReader(this.network);
    this.countedFrom = this.network.samples;
  }

  get world(): World {
    return this.sensor.worldAt(this.network.samples);
  }

  /** Simulated, since the first start. */
  get seconds(): number {
    return this.supply.clock.nowUs / 1e6;
  }

  get facts() {
    const { flash } = this;
    return { samples: this.network.samples, seconds: this.seconds, milliJoules: this.power.milliJoules, checkpoints: this.checkpoints, erases: flash.erases, programs: flash.programs, wear: Math.max(...flash.wear) };
  }

  /** Points of the running error since the last call. */
  takePoints(): Point[] {
    return this.points.splice(0);
  }

  changeWorld(world: World): void {
    // The next sample may already have been seen before a cut: then the state at the cut will not be reached again.
    if (this.expected && this.network.samples < this.expected.samples) {
      this.expected = null;
      this.tell({ type: "parted" });
    }
    this.sensor.change(this.network.samples, world);
  }

  /** The power will die there. */
  cut(place: CutPlace): void {
    if (!this.power.aimed) this.cutAt = place;
  }

  /** Lives on by one sample, with its checkpoint if one is due. False: the power has died. */
  advance(): boolean {
    if (this.cutAt === "compute") {
      this.remember();
      this.aim(["compute"], SKIPPED_PIECES);
    }
    try {
      this.moments.next();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.dark = true;
      const { samples, hash } = this.expected ?? this.state();
      this.tell({ type: "dark", load: error.load, samples, hash });
      return false;
    }
    const { samples } = this.network;
    if (samples - this.countedFrom >= POINT_SAMPLES) this.count(samples);
    // It may get through a sample or two before it dies: then the last of them counts.
    if (this.power.aimed) this.remember();
    else this.compare();
    return true;
  }

  /** Whether the sample at which the power died is reached again. */
  private compare(): void {
    if (this.network.samples !== this.expected?.samples) return;
    const { samples, hash } = this.state();
    this.tell({ type: "caught up", samples, hash, expected: this.expected.hash });
    this.expected = null;
  }

  /** The power comes back: recovery from what stands in the flash. */
  restore(): void {
    this.supply.restore();
    this.dark = false;
    this.moments = this.born();
    this.network = this.start();
    this.counters = new CounterReader(this.network);
    this.countedFrom = this.network.samples;
  }

  /** What a programmer would see in the slots now. */
  flashPicture(): FlashPicture {
    const { pageBytes } = this.board.flash;
    const image = this.flash.image();
    const pages = Uint8Array.from({ length: Math.floor(image.length / pageBytes) }, (_, page) => {
      let written = 0;
      for (let at = page * pageBytes; at < (page + 1) * pageBytes; at++) if (image[at] !== 0xff) written++;
      return Math.round((255 * written) / pageBytes);
    });
    const { slots } = new CheckpointStore(this.flash, this.layout).recover();
    return { pages, slots: slots.map((state, slot) => ({ state, samples: state === "valid" ? (this.committed.get(slot)?.samples ?? null) : null })) };
  }

  private born(): Generator<Network, Network, void> {
    return life(this.firmware, { supply: this.supply, flash: this.flash, layout: this.layout, sensor: this.sensor }, {
      recovered: (recovery) => (this.recovery = recovery),
      checkpointBegins: () => {
        if (this.cutAt !== "flash") return;
        this.remember();
        const { erases, programs } = checkpointOperations(this.layout, this.board.flash);
        this.aim(["erase", "program"], erases + programs);
      },
      committed: () => {
        this.checkpoints++;
        this.committed.set(this.newestSlot(), this.state());
      },
    });
  }

  /** The start up to the first sample. */
  private start(): Network {
    const started = this.moments.next();
    this.network = started.value;
    const found = this.recovery!;
    if (this.expected) {
      const slot = found.outcome === "restored" ? found.slot : null;
      const { samples, hash } = this.state();
      this.tell({ type: "resumed", outcome: found.outcome, slot, slots: found.slots, samples, hash, committedHash: slot === null ? null : (this.committed.get(slot)?.hash ?? null) });
      // Where the checkpoint was finished after all, nothing has to be trained again.
      this.compare();
    }
    return started.value;
  }

  private newestSlot(): number {
    const found = new CheckpointStore(this.flash, this.layout).recover();
    return found.outcome === "restored" ? found.slot : SLOTS;
  }

  private remember(): void {
    this.expected = this.state();
  }

  /** One random operation of the next `operations`, anywhere within it. */
  private aim(loads: Parameters<MeteredPower["aim"]>[0]["loads"], operations: number): void {
    this.cutAt = null;
    this.power.aim({ loads, skip: this.random.below(operations), share: this.random.unit() });
  }

  /** Everything that a checkpoint holds: spec, counters, generators, weights. */
  private state(): Committed {
    return { samples: this.network.samples, hash: platform.sha256([this.network.checkpoint()]).slice(0, 16) };
  }

  private count(samples: number): void {
    const { readoutError } = this.counters.since(samples - this.countedFrom);
    if (readoutError !== null) this.points.push({ samples, value: readoutError });
    this.countedFrom = samples;
  }
}

/** What the first samples take on the board, roughly: for the checkpoint interval. */
export function meanSampleUs(spec: NetworkSpecInput, data: Dataset, rates: StepRates): number {
  const network = Network.create(spec);
  const timer = new RowTimer(network, rates);
  for (let at = 0; at < TIMED_SAMPLES; at++) network.train(frame(data, at), data.labels[at]!);
  return timer.sinceLastUs() / TIMED_SAMPLES;
}
