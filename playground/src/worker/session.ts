/** The device's days: runs it in slices, looks at it now and then, and does what the visitor asks in between. */
import type { SimulatedBoard } from "../../../firmware-sim/simulated_board.js";
import type { StepRates } from "../../../firmware-sim/step_timer.js";
import { platform } from "#platform";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import type { Digits } from "../digits.js";
import { SIDE } from "../digits.js";
import { type CutPlace, FIRST_PACE, type Pace, type Reply } from "../protocol.js";
import { through, type World } from "../world.js";
import { Observer } from "./observer.js";
import { SimulatedDevice } from "./simulated_device.js";

/** Milliseconds of training between two looks at the messages. */
const SLICE_MS = 20;
const PROGRESS_MS = 100;
/** Looking takes at most so much of the time, and comes no more often than this. */
const LOOKING_SHARE = 0.15;
const LOOK_MS = 350;
const DARK_MS = 1100;
/** Waiting for the board's own pace. */
const WAIT_MS = 15;

export class Session {
  private readonly device: SimulatedDevice;
  private readonly observer: Observer;
  private running = false;
  private looping = false;
  private pace: Pace = FIRST_PACE;
  private ended = false;
  private progressDue = 0;
  private lookDue = 0;
  private rate = 0;
  /** Wall and simulated time at which the pace was set. */
  private paceFrom = { wallMs: 0, seconds: 0 };

  constructor(board: SimulatedBoard, spec: NetworkSpecInput, private readonly digits: Digits, world: World, private readonly tell: (reply: Reply) => void) {
    this.device = new SimulatedDevice(board, spec, digits.train, world, tell);
    this.observer = new Observer(this.device.network, digits.test);
    const { checkpointEvery, layout, network } = this.device;
    tell({ type: "configured", checkpointEvery, slotBytes: layout.slotBytes, enduranceCycles: board.flash.enduranceCycles, build: network.build, trainCount: digits.train.count });
    this.report();
    this.look();
  }

  end(): void {
    this.ended = true;
    this.running = false;
  }

  setRates({ macUs, updateUs }: StepRates): void {
    Object.assign(this.device.rates, { macUs, updateUs });
  }

  setPace(pace: Pace): void {
    this.pace = pace;
    this.paceFrom = { wallMs: performance.now(), seconds: this.device.seconds };
  }

  setRunning(running: boolean): void {
    this.running = running;
    if (running && !this.looping) void this.loop();
  }

  setWorld(world: World): void {
    // Before and after, so that the curve jumps where it happens.
    if (this.device.network.samples > 0) this.look();
    this.device.changeWorld(world);
    this.look();
  }

  cut(place: CutPlace): void {
    this.device.cut(place);
    this.setRunning(true);
  }

  predict(id: number, frame: Uint8Array): void {
    const { device, observer } = this;
    // Without power the chip says nothing.
    if (device.dark) return;
    observer.take(device.network);
    const seen = through(device.world, frame, SIDE, SIDE, id);
    this.tell({ type: "prediction", id, seen, ...observer.predict(seen), samples: device.network.samples });
  }

  testDigit(index: number): void {
    const { test } = this.digits;
    const at = index % test.count;
    this.tell({ type: "test digit", frame: test.frames.slice(at * SIDE * SIDE, (at + 1) * SIDE * SIDE), label: test.labels[at]!, index: at });
  }

  private async loop(): Promise<void> {
    this.looping = true;
    this.setPace(this.pace);
    let slice = { from: performance.now(), samples: this.device.network.samples };
    while (this.running && !this.ended) {
      const alive = this.pace === null ? this.sprint() : await this.stroll(this.pace);
      if (!alive) {
        this.report();
        this.tell({ type: "flash", flash: this.device.flashPicture() });
        await wait(DARK_MS);
        if (this.ended) return;
        this.device.restore();
        this.setPace(this.pace);
        this.lookDue = 0;
        slice = { from: performance.now(), samples: this.device.network.samples };
      }
      const now = performance.now();
      if (now >= this.progressDue) {
        this.rate = ((this.device.network.samples - slice.samples) * 1000) / Math.max(1, now - slice.from);
        slice = { from: now, samples: this.device.network.samples };
        this.report();
        this.progressDue = now + PROGRESS_MS;
      }
      if (now >= this.lookDue) {
        this.look();
        slice.from += performance.now() - now;
      }
      await platform.turn();
    }
    this.looping = false;
    if (this.ended) return;
    this.rate = 0;
    this.report();
    this.look();
  }

  /** As many samples as a slice holds. False: the power died. */
  private sprint(): boolean {
    const until = performance.now() + SLICE_MS;
    do if (!this.device.advance()) return false; while (performance.now() < until && this.running);
    return true;
  }

  /** As many as the board would have done by now, so many times as fast. */
  private async stroll(pace: number): Promise<boolean> {
    const until = performance.now() + SLICE_MS;
    const due = this.paceFrom.seconds + (pace * (performance.now() - this.paceFrom.wallMs)) / 1000;
    while (this.device.seconds < due && performance.now() < until) if (!this.device.advance()) return false;
    await wait(WAIT_MS);
    return true;
  }

  private report(): void {
    this.tell({ type: "progress", progress: { ...this.device.facts, rate: this.rate, running: this.device.takePoints() } });
  }

  /** Test error, receptive fields, histograms, flash: the dear part, so it sees to its own share of the time. */
  private look(): void {
    const from = performance.now();
    const { device, observer } = this;
    const { world } = device;
    const { samples } = device.network;
    observer.take(device.network);
    const { goodness, readout, count } = observer.testError(world);
    this.tell({ type: "tested", samples, goodness, readout, count, world });
    this.tell({ type: "pictures", pictures: { samples, fields: observer.fields(), histograms: observer.histograms(world), seen: device.sensor.seen.map(({ frame, label }) => ({ frame, label })) } });
    this.tell({ type: "flash", flash: device.flashPicture() });
    // What the first look took says little: the code was cold.
    const took = this.device.network.samples > 0 ? performance.now() - from : 0;
    this.lookDue = performance.now() + Math.max(LOOK_MS, took / LOOKING_SHARE);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
