import { expect, test } from "vitest";
import { slotLayout } from "../../../firmware-sim/checkpoint/layout.js";
import { CheckpointStore } from "../../../firmware-sim/checkpoint/store.js";
import { SimulatedClock } from "../../../firmware-sim/devices/clock.js";
import { SimulatedFlash } from "../../../firmware-sim/devices/flash.js";
import { SteadyPower, Supply } from "../../../firmware-sim/devices/power.js";
import { Random, STREAM_TEARS } from "../../../firmware-sim/devices/random.js";
import { type FlashSizes } from "../../../firmware-sim/firmware/flash_file.js";
import { MACHINES, type Machine } from "../../../firmware-sim/firmware/machines.js";
import { type PowerCutOptions, type PowerCutRun, SERIAL_NOR, simulatePowerCuts } from "../../../firmware-sim/firmware/power_cuts.js";
import { Network } from "../../../host/engine/network.js";
import { mnistJob, type Job } from "./jobs.js";
import { describeFirmware } from "./require_tools.js";

const M4 = machine("mps2-an386");
/** As on the STM32U5, the STM32F1 and the SAMD21. */
const ECC_WORDS: FlashSizes = { unitBytes: 16, pageBytes: 16, sectorBytes: 8192 };
const HALF_WORDS: FlashSizes = { unitBytes: 2, pageBytes: 2, sectorBytes: 1024 };
const WHOLE_PAGES: FlashSizes = { unitBytes: 64, pageBytes: 64, sectorBytes: 256 };

function machine(name: string): Machine {
  return MACHINES.find((one) => one.name === name)!;
}

const run = ({ spec, samples }: Job, options: Partial<PowerCutOptions>, on = M4): Promise<PowerCutRun> => simulatePowerCuts(on, spec, samples, { cuts: 0, seed: 1, ...options });

/** The host's own store, on the flash that a device left, or on an erased one. */
function hostStore(contentBytes: number, sizes: FlashSizes, image?: Uint8Array): { store: CheckpointStore; flash: SimulatedFlash } {
  const layout = slotLayout(contentBytes, sizes);
  const flash = new SimulatedFlash({ ...sizes, bytes: layout.areaBytes, programUs: 1, eraseUs: 1, enduranceCycles: 1e5 }, new Supply(new SimulatedClock(), new SteadyPower()), new Random(1, STREAM_TEARS), { image });
  return { store: new CheckpointStore(flash, layout), flash };
}

function write(store: CheckpointStore, content: Uint8Array): void {
  store.begin(content);
  while (store.step() === "busy") { /* one piece each */ }
}

/** The engine here after so many samples. */
function trained({ spec, samples }: Job, count: number): Network {
  const network = Network.create(spec, { build: "scalar" });
  for (const { frame, label } of samples.slice(0, count)) network.train(frame, label);
  return network;
}

describeFirmware("power that dies inside the flash routine of firmware in QEMU", () => {
  test("50 cuts on Cortex-M4 lose nothing: 784-32 ends with Node's bits, and the host reads the flash that it leaves", async () => {
    const job = await mnistJob(60, [32], "i16");
    const result = await run(job, { cuts: 50, seed: 1 });
    expect(result).toMatchObject({ cuts: 50, lost: 0, sameCheckpoint: true, weightsHash: result.expectedHash });
    expect(result.expectedHash).toBe(trained(job, 60).weightsHash());
    expect(result.lives.filter(({ cut }) => cut !== null)).toHaveLength(50);
    expect(result.replayed).toBeGreaterThan(0);
    const content = trained(job, 60).checkpoint();
    expect(hostStore(content.length, SERIAL_NOR, result.flashImage).store.recover()).toMatchObject({ outcome: "restored", content });
  });

  test.each([
    ["mps2-an385", "ECC words", ECC_WORDS, "i8"],
    ["mps2-an386", "half-words", HALF_WORDS, "i8"],
    ["mps2-an500", "pages", WHOLE_PAGES, "i16"],
  ] as const)("nor on %s, with flash that writes %s", async (name, _, flash, weights) => {
    const job = await mnistJob(14, [8], weights, 2);
    const result = await run(job, { cuts: 12, seed: 3, flash }, machine(name));
    expect(result).toMatchObject({ cuts: 12, lost: 0, sameCheckpoint: true, weightsHash: result.expectedHash });
  });

  test.each([
    ["a commit before the content", "CONFIRM, ERASE, HEADER, COMMIT, CONTENT"],
    ["no confirmation after a start", "ERASE, CONTENT, HEADER, COMMIT"],
  ])("the same cuts catch %s", async (_, order) => {
    const job = await mnistJob(60, [8], "i8", 2);
    let seed = 0;
    let lost = 0;
    while (lost === 0 && seed < 6) lost = (await run(job, { cuts: 50, seed: ++seed, order })).lost;
    expect(lost).toBeGreaterThan(0);
    expect(await run(job, { cuts: 50, seed })).toMatchObject({ cuts: 50, lost: 0, sameCheckpoint: true });
  });

  test.each([["serial NOR", SERIAL_NOR], ["ECC words", ECC_WORDS]])("without cuts the firmware leaves the bytes of the host's store, on %s", async (_, flash) => {
    const job = await mnistJob(9, [8], "i16", 2);
    const result = await run(job, { flash, checkpointEvery: 3 });
    const device = hostStore(trained(job, 9).checkpoint().length, flash);
    device.store.recover();
    for (const samples of [3, 6, 9]) write(device.store, trained(job, samples).checkpoint());
    expect(Buffer.compare(result.flashImage, device.flash.image())).toBe(0);
  });

  test("the firmware goes on from flash that the host wrote", async () => {
    const job = await mnistJob(20, [8], "i16", 2);
    const device = hostStore(trained(job, 0).checkpoint().length, SERIAL_NOR);
    device.store.recover();
    for (const samples of [5, 8, 12]) write(device.store, trained(job, samples).checkpoint());
    const result = await run(job, { image: device.flash.image(), checkpointEvery: 4 });
    expect(result.lives).toMatchObject([{ recovered: "restored", started: 12, committed: 20 }]);
    expect(result.sameCheckpoint).toBe(true);
    // Its newest slot damaged, it takes the other; both damaged, it says so and begins from the seed.
    const { contentAt, slotBytes } = slotLayout(trained(job, 0).checkpoint().length, SERIAL_NOR);
    const image = device.flash.image();
    image[contentAt + 100]! ^= 1;
    expect((await run(job, { image: image.slice(), checkpointEvery: 4 })).lives).toMatchObject([{ recovered: "restored", started: 8 }]);
    image[slotBytes + contentAt + 100]! ^= 1;
    const afresh = await run(job, { image, checkpointEvery: 4 });
    expect(afresh.lives).toMatchObject([{ recovered: "damaged", started: 0 }]);
    expect(afresh.sameCheckpoint).toBe(true);
  });
});
