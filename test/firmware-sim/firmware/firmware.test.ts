import { expect, test } from "vitest";
import { findBoard } from "../../../firmware-sim/boards/load.js";
import { planBoard } from "../../../firmware-sim/boards/plan_board.js";
import { buildFirmware, OverflowError } from "../../../firmware-sim/firmware/build.js";
import { MACHINES, type Machine, networkBytes } from "../../../firmware-sim/firmware/machines.js";
import { simulateFirmware } from "../../../firmware-sim/firmware/simulate.js";
import { planMemory } from "../../../host/engine/plan.js";
import { Network } from "../../../host/engine/network.js";
import { EngineError } from "../../../host/engine/status.js";
import { packCLibrary } from "../../../host/pack_c/c_library.js";
import { temporaryFolder } from "../../../host/runtimes/files.js";
import { FIRMWARE } from "./limits.js";
import { mnistJob } from "./jobs.js";
import { describeFirmware } from "./require_tools.js";

function machine(name: string): Machine {
  const found = MACHINES.find((one) => one.name === name);
  if (!found) throw new Error(`no machine ${name}`);
  return found;
}

describeFirmware("firmware in QEMU", () => {
  test.each(["mps2-an385", "mps2-an386", "mps2-an500", "mps3-an547"])("784-32 trained on 500 images of MNIST ends with Node's bits on %s", async (name) => {
    const { spec, samples } = await mnistJob(500, [32], "i16");
    const run = await simulateFirmware(machine(name), spec, samples);
    expect(run.weightsHash).toBe(run.expectedHash);
    expect(run.sameCheckpoint).toBe(true);
    expect(run.report.samples).toBe(500);
  });

  test("a Cortex-M0 with 16 KiB trains 196-32", async () => {
    const { spec, samples } = await mnistJob(200, [32], "i8", 2);
    const run = await simulateFirmware(machine("microbit"), spec, samples);
    expect(run.sameCheckpoint).toBe(true);
    expect(run.sizes.ramBytes).toBeLessThanOrEqual(16 * 1024);
    expect(run.report.stackBytes).toBeLessThan(machine("microbit").stackBytes);
  });

  test.each([
    ["pair", [16], 2],
    ["pair", [32, 16], 4],
    ["classwise", [20, 20], 4],
  ] as const)("an STM32F100 with 8 KiB trains %s %j", async (objective, layers, by) => {
    const { spec, samples } = await mnistJob(200, layers, "i8", by, { objective });
    const run = await simulateFirmware(machine("stm32vldiscovery"), spec, samples);
    expect(run.sameCheckpoint).toBe(true);
    expect(run.sizes.ramBytes).toBeLessThanOrEqual(8 * 1024);
    expect(run.report.stackBytes).toBeLessThan(machine("stm32vldiscovery").stackBytes);
  });

  test.each([
    ["mps2-an386", "i16", 1],
    ["mps2-an385", "i8", 1],
    ["mps3-an547", "i16", 1],
    ["microbit", "i8", 2],
  ] as const)("kernels in C give the same bits on %s, %s", async (name, weights, by) => {
    const { spec, samples } = await mnistJob(100, [32], weights, by);
    const run = await simulateFirmware(machine(name), spec, samples, { kernels: "c" });
    expect(run.sameCheckpoint).toBe(true);
    if (name !== "mps2-an386") return;
    expect(run.profile?.forward).toBeLessThanOrEqual(FIRMWARE.kernelsInC.forwardInstructions);
    expect(run.profile?.update).toBeLessThanOrEqual(FIRMWARE.kernelsInC.updateInstructions);
  });

  test("made for the network, with kernels in C, a sample takes at most half the instructions that the engine takes as wasm2c translates it", async () => {
    const { spec, samples } = await mnistJob(20, [64], "i8");
    const plain = await simulateFirmware(machine("mps2-an386"), spec, samples, { kernels: "plain" });
    const made = await simulateFirmware(machine("mps2-an386"), spec, samples, { kernels: "c" });
    expect([plain.sameCheckpoint, made.sameCheckpoint]).toEqual([true, true]);
    expect(made.weightsHash).toBe(plain.weightsHash);
    expect(made.report.instructions / plain.report.instructions).toBeLessThanOrEqual(FIRMWARE.ofPlain);
  });

  test("a network one size too large fails to link by as many bytes as it fails to plan", async () => {
    const small = machine("stm32vldiscovery");
    const { spec: largest } = await mnistJob(1, [1], "i8", 2);
    const specOf = (units: number) => ({ ...largest, layers: [{ units, weights: "i8" as const }] });
    let units = 8;
    while (planMemory(specOf(units)).bytes.total <= networkBytes(small)) units += 8;
    const missing = missingInPlan({ ...specOf(units), memoryLimitBytes: networkBytes(small) });
    expect(missing).toBeGreaterThan(0);
    const onBoard = planBoard(findBoard(small.name), { bytes: planMemory(specOf(units)).bytes, metered: null, moduleBytes: { code: 0, data: 0 }, epochSamples: 1, checkpointEvery: { samples: 1 } });
    expect(onBoard).toMatchObject({ fits: false, scarce: "ram", spareBytes: -missing });
    const folder = await temporaryFolder();
    try {
      const build = async (width: number) => buildFirmware(small, (await packCLibrary(Network.create(specOf(width)), { state: false })).files, folder.path);
      expect((await build(units - 8)).sizes.networkBytes).toBe(planMemory(specOf(units - 8)).bytes.total);
      const error = await build(units).then(() => null, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(OverflowError);
      expect((error as OverflowError).missingBytes).toBe(missing);
    } finally {
      await folder.remove();
    }
  });

  test("guest instructions are exact: the same in every run, and within their limits on Cortex-M4", async () => {
    const { spec, samples } = await mnistJob(60, [32], "i16");
    const first = await simulateFirmware(machine("mps2-an386"), spec, samples);
    const second = await simulateFirmware(machine("mps2-an386"), spec, samples);
    expect(second.report).toEqual(first.report);
    expect(second.profile).toEqual(first.profile);
    expect(first.profile?.forward).toBeLessThanOrEqual(FIRMWARE.forwardInstructions);
    expect(first.profile?.update).toBeLessThanOrEqual(FIRMWARE.updateInstructions);
    expect(first.sizes.flashBytes).toBeLessThanOrEqual(FIRMWARE.flashBytes);
  });
});

function missingInPlan(spec: Parameters<typeof planMemory>[0]): number {
  try {
    planMemory(spec);
  } catch (error) {
    if (error instanceof EngineError) return error.detail;
  }
  return 0;
}
