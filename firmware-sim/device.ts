import { equalBytes } from "../host/bytes.js";
import { Network } from "../host/engine/network.js";
import type { BuildChoice } from "../host/engine/load.js";
import { checked } from "../host/engine/instance.js";
import { HEADER_BYTES } from "../host/engine/plan.js";
import { MayflyError } from "../host/errors.js";
import { plannedWords } from "../host/engine/fit_bands.js";
import type { NetworkSpecInput } from "../host/spec/network_spec.js";
import { CheckpointStore, type Phase, type Recovery } from "./checkpoint/store.js";
import type { SlotLayout } from "./checkpoint/layout.js";
import type { Flash } from "./devices/flash.js";
import type { Supply } from "./devices/power.js";
import type { Sample, Sensor } from "./devices/sensor.js";
import { RowTimer, type StepRates } from "./step_timer.js";

/** What the firmware is told at its build. */
export interface Firmware {
  readonly spec: NetworkSpecInput;
  /** Samples to train in all. */
  readonly samples: number;
  /** Samples between two checkpoints. */
  readonly checkpointEvery: number;
  /** Both slots damaged: start again from the seed, or stop and say so. */
  readonly onDamaged: "fresh" | "stop";
  /** Work of one `step` of the engine: what may pass between two looks at the watchdog. */
  readonly stepWork: number;
  readonly rates: StepRates;
  /** Order of a checkpoint's phases; only tests give another than the protocol's. */
  readonly order?: readonly Phase[];
  /** Build of the engine; a chip has the scalar one, which is the default. The bits are the same. */
  readonly build?: BuildChoice;
}

/** What the outside of the device has. */
export interface Hardware {
  readonly supply: Supply;
  readonly flash: Flash;
  readonly layout: SlotLayout;
  readonly sensor: Sensor;
}

/** What happens, for whoever watches. `samples` is how many the network has trained. */
export interface DeviceWatch {
  recovered?(recovery: Recovery, samples: number): void;
  /** Before sample number `samples` is asked for. */
  sample?(samples: number): void;
  trained?(): void;
  checkpointBegins?(samples: number): void;
  /** The commit is programmed, whole. */
  committed?(samples: number): void;
}

const BOOT_US = 2000;
/** Reading a byte of flash, with its CRC. */
const READ_US = 0.1;
/** The sensor's answer and the copy of the frame. */
const SAMPLE_US = 50;
const SENSOR_TIMEOUT_US = 1e6;
const MAX_REPEATS = 100;

/** One life of the device: from power-on until the job is done. Returns the network; a PowerCut thrown from within ends it earlier. */
export function live(firmware: Firmware, hardware: Hardware, watch: DeviceWatch = {}): Network {
  const moments = life(firmware, hardware, watch);
  for (;;) {
    const moment = moments.next();
    if (moment.done) return moment.value;
  }
}

/** The same, moment by moment, for hosts that have other things to do: gives the network after the start and after every sample. */
export function* life(firmware: Firmware, { supply, flash, layout, sensor }: Hardware, watch: DeviceWatch = {}): Generator<Network, Network, void> {
  const { build = "scalar" } = firmware;
  supply.spend(BOOT_US, "boot");
  const store = new CheckpointStore(flash, layout, firmware.order);
  const recovery = store.recover();
  supply.spend(2 * layout.slotBytes * READ_US, "boot");
  if (recovery.outcome === "damaged" && firmware.onDamaged === "stop") {
    throw new MayflyError(`no checkpoint can be read (slot 0 ${recovery.slots[0]}, slot 1 ${recovery.slots[1]}): the device has stopped, as it was told; --on-damaged fresh starts again from the seed`, 1);
  }
  if (recovery.outcome === "restored") checkSpec(recovery.content, firmware.spec);
  const network = recovery.outcome === "restored"
    ? Network.open(recovery.content, `the checkpoint in slot ${recovery.slot}`, { build })
    : Network.create(firmware.spec, { build });
  watchMemory(network);
  watch.recovered?.(recovery, network.samples);
  yield network;

  const { engine } = network;
  const timer = new RowTimer(network, firmware.rates);
  sensor.seek(network.samples);
  let saved = recovery.outcome === "restored" ? network.samples : -1;
  for (;;) {
    const { samples } = network;
    const done = samples >= firmware.samples;
    if (saved !== samples && (done || (samples > 0 && samples % firmware.checkpointEvery === 0))) {
      watch.checkpointBegins?.(samples);
      store.begin(sealed(network));
      while (store.step() === "busy") { /* One flash operation each; here a device looks at its watchdog. */ }
      saved = samples;
      watch.committed?.(samples);
    }
    if (done) {
      // A cut may still fall right behind the last commit.
      supply.spend(SAMPLE_US, "wait");
      break;
    }
    watch.sample?.(samples);
    const sample = nextSample(sensor, supply, samples);
    network.frame.set(sample.frame);
    checked(engine, engine.begin_train(sample.label));
    for (let status = 1; status !== 0;) {
      status = checked(engine, engine.step(firmware.stepWork));
      supply.spend(timer.sinceLastUs(), "compute");
    }
    watch.trained?.();
    yield network;
  }
  checkMemory(network);
  return network;
}

/** A checkpoint of a network other than the firmware's own is not for it to go on with. */
function checkSpec(content: Uint8Array, spec: NetworkSpecInput): void {
  const own = new Uint8Array(plannedWords(spec).buffer);
  if (equalBytes(content.subarray(HEADER_BYTES, HEADER_BYTES + own.length), own)) return;
  throw new MayflyError("the flash holds a checkpoint of another network or another job: give the same options, or an empty flash", 1);
}

/** The persistent part of memory where it lies, sealed: what a device writes without a copy. */
function sealed(network: Network): Uint8Array {
  const { engine, plan } = network;
  checked(engine, engine.seal());
  return new Uint8Array(engine.memory.buffer, engine.spec_address() - HEADER_BYTES, plan.bytes.checkpoint);
}

/** Waits for sample `number`: drops repeats, and gives up on a sensor that is silent or has skipped some. */
function nextSample(sensor: Sensor, supply: Supply, number: number): Sample {
  let repeats = 0;
  let waitedUs = 0;
  for (;;) {
    supply.spend(SAMPLE_US, "wait");
    const reply = sensor.poll();
    if ("busyUs" in reply) {
      const us = Math.min(reply.busyUs, SENSOR_TIMEOUT_US - waitedUs);
      supply.spend(us, "wait");
      waitedUs += us;
      if (waitedUs >= SENSOR_TIMEOUT_US) throw new MayflyError(`the sensor has stalled: it gave nothing for ${SENSOR_TIMEOUT_US / 1e6} s at sample ${number}; the newest checkpoint stands`, 1);
      continue;
    }
    const { sample } = reply;
    if (sample.number === number) return sample;
    if (sample.number > number) throw new MayflyError(`the sensor went from sample ${number - 1} to ${sample.number}: ${sample.number - number} missing, so the bits cannot be those of the whole stream`, 1);
    if (++repeats > MAX_REPEATS) throw new MayflyError(`the sensor repeats itself: sample ${sample.number} came ${repeats} times where ${number} was due`, 1);
  }
}

/** What a chip would not have lies behind the plan: filled, and looked at again when the job is done. */
const CANARY = 0xa5;

function watchMemory({ engine, plan }: Network): void {
  new Uint8Array(engine.memory.buffer).fill(CANARY, plan.bytes.total);
}

function checkMemory({ engine, plan }: Network): void {
  const beyond = new Uint8Array(engine.memory.buffer).subarray(plan.bytes.total);
  const at = beyond.findIndex((byte) => byte !== CANARY);
  if (at >= 0) throw new MayflyError(`the engine wrote at ${plan.bytes.total + at}, beyond the ${plan.bytes.total} bytes of its plan: this is a bug, please report it`, 1);
}
