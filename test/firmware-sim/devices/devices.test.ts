import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../../../firmware-sim/devices/clock.js";
import { FlashRuleError, SimulatedFlash } from "../../../firmware-sim/devices/flash.js";
import { AimedPower, HarvestedPower, type Load, PowerCut, SteadyPower, Supply } from "../../../firmware-sim/devices/power.js";
import { Random } from "../../../firmware-sim/devices/random.js";
import { DatasetSensor } from "../../../firmware-sim/devices/sensor.js";
import type { Dataset } from "../../../host/data/dataset.js";
import { permutation } from "../../../host/data/shuffle.js";

const SHAPE = { bytes: 512, unitBytes: 8, pageBytes: 32, sectorBytes: 256, programUs: 100, eraseUs: 5000, enduranceCycles: 1000 };

function flashWith(power = new AimedPower(), seed = 1): { flash: SimulatedFlash; power: AimedPower; clock: SimulatedClock } {
  const clock = new SimulatedClock();
  return { flash: new SimulatedFlash(SHAPE, new Supply(clock, power), new Random(seed, 2)), power, clock };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const PAGE = Uint8Array.from({ length: 32 }, (_, at) => at * 7);

describe("the simulated flash", () => {
  it("reads what was programmed, takes its time, and counts wear", () => {
    const { flash, clock } = flashWith();
    flash.program(32, PAGE);
    expect(flash.read(32, 32)).toEqual(PAGE);
    expect(clock.nowUs).toBe(100);
    flash.erase(0);
    expect(clock.nowUs).toBe(5100);
    expect(flash.read(0, 256).every((byte) => byte === 0xff)).toBe(true);
    expect([...flash.wear]).toEqual([1, 0]);
  });

  it.each<[string, (flash: SimulatedFlash) => void, RegExp]>([
    ["a second write without an erase", (flash) => { flash.program(0, PAGE); flash.program(0, PAGE); }, /already programmed/],
    ["half a unit", (flash) => flash.program(4, bytes(1, 2, 3, 4)), /whole units/],
    ["a write across a page", (flash) => flash.program(16, PAGE), /beyond the page/],
    ["a write outside", (flash) => flash.program(512, PAGE), /the flash has 512/],
    ["an erase in a sector", (flash) => flash.erase(32), /begin elsewhere/],
    ["a read outside", (flash) => void flash.read(500, 13), /the flash has 512/],
  ])("refuses %s", (_, act, message) => {
    const { flash } = flashWith();
    expect(() => act(flash)).toThrow(FlashRuleError);
    expect(() => act(flashWith().flash)).toThrow(message);
  });

  it("refuses a write into a sector whose erase was cut, until it is erased", () => {
    const { flash, power } = flashWith();
    power.aim({ loads: ["erase"], skip: 0, share: 0.5 });
    expect(() => flash.erase(0)).toThrow(PowerCut);
    expect(() => flash.program(0, PAGE)).toThrow(/erase it again/);
    flash.erase(0);
    flash.program(0, PAGE);
  });

  it("is as before when the power dies before an operation, and done when it dies right after", () => {
    for (const [share, expected] of [[0, 0xff], [1, 0x07]] as const) {
      const { flash, power } = flashWith();
      power.aim({ loads: ["program"], skip: 0, share });
      const write = (): void => {
        flash.program(0, bytes(7, 7, 7, 7, 7, 7, 7, 7));
        flash.program(8, PAGE.subarray(0, 8));
      };
      expect(write).toThrow(PowerCut);
      expect([...flash.read(0, 8)]).toEqual(Array(8).fill(expected));
      expect([...flash.read(8, 8)]).toEqual(Array(8).fill(0xff));
    }
  });

  it("leaves only bits between old and new when a write is cut; what follows stays as it was", () => {
    const outcomes = new Set<string>();
    let unstable = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const { flash, power } = flashWith(new AimedPower(), seed);
      power.aim({ loads: ["program"], skip: 0, share: (seed % 100) / 100 + 0.001 });
      expect(() => flash.program(0, PAGE)).toThrow(PowerCut);
      const read = flash.read(0, 32);
      for (const [at, byte] of read.entries()) expect(byte & PAGE[at]!).toBe(PAGE[at]);
      expect(flash.read(32, 32).every((byte) => byte === 0xff)).toBe(true);
      if (Array.from({ length: 8 }, () => flash.read(0, 32)).some((again) => Buffer.compare(again, read) !== 0)) unstable++;
      outcomes.add(Buffer.compare(read, PAGE) === 0 ? "as whole" : read.every((byte) => byte === 0xff) ? "as before" : "between");
    }
    expect(outcomes).toEqual(new Set(["as whole", "as before", "between"]));
    expect(unstable).toBeGreaterThan(100);
  });

  it("lets an unfinished unit be written again, for good", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { flash, power } = flashWith(new AimedPower(), seed);
      power.aim({ loads: ["program"], skip: 0, share: 0.7 });
      expect(() => flash.program(0, PAGE)).toThrow(PowerCut);
      flash.program(0, PAGE);
      for (let again = 0; again < 8; again++) expect(flash.read(0, 32)).toEqual(PAGE);
    }
  });

  it("tears the same way for the same seed", () => {
    const torn = (seed: number): Uint8Array => {
      const { flash, power } = flashWith(new AimedPower(), seed);
      flash.program(0, PAGE);
      power.aim({ loads: ["erase"], skip: 0, share: 0.5 });
      expect(() => flash.erase(0)).toThrow(PowerCut);
      return flash.read(0, 256);
    };
    for (let seed = 1; seed <= 20; seed++) expect(torn(seed)).toEqual(torn(seed));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => torn(seed + 1).join())).size).toBeGreaterThan(5);
  });
});

describe("power", () => {
  it("never dies when it is steady", () => {
    const supply = new Supply(new SimulatedClock(), new SteadyPower());
    supply.spend(1e12, "compute");
    expect(supply.clock.nowUs).toBe(1e12);
  });

  it("dies at the draw that is aimed at, once", () => {
    const power = new AimedPower();
    const supply = new Supply(new SimulatedClock(), power);
    power.aim({ loads: ["erase"], skip: 2, share: 0.25 });
    supply.spend(10, "erase");
    supply.spend(10, "compute");
    supply.spend(10, "erase");
    expect(() => supply.spend(100, "erase")).toThrow(PowerCut);
    expect(supply.clock.nowUs).toBe(55);
    expect(power.aimed).toBe(false);
    supply.spend(100, "erase");
  });

  it("of a capacitor lasts as long as its charge, and takes its time to come back", () => {
    const load = Object.fromEntries((["boot", "compute", "wait", "program", "erase"] as Load[]).map((name) => [name, 100])) as Record<Load, number>;
    const power = new HarvestedPower({ capacitorMilliJoules: 50, incomeMilliWatts: 10, loadMilliWatts: load }, new Random(3, 4));
    const lasted = power.draw(1e9, "compute");
    // 50 mJ at 100 mW less an income of 5 to 15 mW.
    expect(lasted).toBeGreaterThan(0.5e6);
    expect(lasted).toBeLessThan(0.6e6);
    const away = power.restore();
    expect(away).toBeGreaterThan(50 / 15 * 1e6 - 1);
    expect(away).toBeLessThan(50 / 5 * 1e6 + 1);
  });
});

describe("the sensor", () => {
  const data: Dataset = { name: "made", shape: { width: 2, height: 1, channels: 1 }, classes: 2, count: 5, frames: Uint8Array.from({ length: 10 }, (_, at) => at), labels: bytes(0, 1, 0, 1, 0) };

  it("gives the order of `mayfly train`, again and again", () => {
    const order = [...permutation(5, 7, 1), ...permutation(5, 7, 2)];
    for (const from of [0, 3, 7]) {
      const sensor = new DatasetSensor(data, 7, new Random(1, 3));
      sensor.seek(from);
      for (let number = from; number < 10; number++) {
        const index = order[number]!;
        expect(sensor.poll()).toEqual({ sample: { number, frame: bytes(2 * index, 2 * index + 1), label: index % 2 } });
      }
    }
  });

  it("stalls, repeats, skips and dies when told", () => {
    const sensor = new DatasetSensor(data, 7, new Random(1, 3), { stalls: 0.4, repeats: 0.4, stallUs: 9, skips: 12, diesAt: 40 });
    const numbers: number[] = [];
    let stalls = 0;
    for (;;) {
      const reply = sensor.poll();
      if ("sample" in reply) numbers.push(reply.sample.number);
      else if (reply.busyUs === Infinity) break;
      else stalls++;
    }
    expect([...new Set(numbers)]).toEqual(Array.from({ length: 40 }, (_, at) => at).filter((at) => at !== 12));
    expect(numbers.length - 39).toBe(sensor.repeats);
    expect(sensor.repeats).toBeGreaterThan(5);
    expect(stalls).toBe(sensor.stalls);
    expect(stalls).toBeGreaterThan(5);
  });
});
