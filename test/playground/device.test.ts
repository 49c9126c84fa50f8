/** The page's chip, without a page. */
import { beforeAll, describe, expect, test } from "vitest";
import { allBoards, findBoard } from "../../firmware-sim/boards/load.js";
import { simulatedBoard } from "../../firmware-sim/simulated_board.js";
import { type Dataset, take } from "../../host/data/dataset.js";
import { loadMnist } from "../../host/data/mnist.js";
import { Network } from "../../host/engine/network.js";
import { customSpec, NETWORKS } from "../../playground/src/networks.js";
import type { Reply } from "../../playground/src/protocol.js";
import { Observer } from "../../playground/src/worker/observer.js";
import { meterOn, planOn } from "../../playground/src/worker/planner.js";
import { SimulatedDevice } from "../../playground/src/worker/simulated_device.js";
import { WorldSensor } from "../../playground/src/worker/world_sensor.js";
import { CLEAN, describeWorld, through, type World } from "../../playground/src/world.js";

const CUTS = 40;
const TINY = customSpec({ layers: "16", weights: "i8", objective: "pair" });
if (typeof TINY === "string") throw new Error(TINY);
const board = simulatedBoard(findBoard("rp2040"));

let digits: Dataset;
let tests: Dataset;
beforeAll(async () => {
  const { train, test } = await loadMnist();
  digits = take(train, 0, 500);
  tests = take(test, 0, 100);
});

describe("a chip whose power is cut", () => {
  const deviceWith = (world: World = CLEAN): { device: SimulatedDevice; told: Reply[] } => {
    const told: Reply[] = [];
    return { device: new SimulatedDevice(board, TINY, digits, world, (reply) => told.push(reply)), told };
  };

  test("comes back to the same bits, many times over, wherever it is cut, in a world that changes", () => {
    const { device, told } = deviceWith();
    const worlds: World[] = [{ kind: "noise", amount: 30 }, { kind: "invert", amount: 0 }, { kind: "rotate", amount: 45 }, CLEAN];
    for (let cut = 0; cut < CUTS; cut++) {
      if (cut % 7 === 3) device.changeWorld(worlds[(cut >> 3) % worlds.length]!);
      device.cut(cut % 3 === 0 ? "compute" : "flash");
      while (device.advance()) { /* until the power dies */ }
      expect(device.dark).toBe(true);
      device.restore();
      const target = (told.findLast(({ type }) => type === "dark") as Extract<Reply, { type: "dark" }>).samples;
      while (device.network.samples < target) device.advance();
      expect(device.network.samples).toBe(target);
    }
    const dark = told.filter((reply) => reply.type === "dark");
    const resumed = told.filter((reply) => reply.type === "resumed");
    const caughtUp = told.filter((reply) => reply.type === "caught up");
    expect([dark.length, resumed.length]).toEqual([CUTS, CUTS]);
    expect(new Set(dark.map(({ load }) => load)).size).toBeGreaterThanOrEqual(3);
    for (const { outcome, hash, committedHash } of resumed) if (outcome === "restored") expect(hash).toBe(committedHash);
    expect(resumed.filter(({ outcome }) => outcome === "restored").length).toBeGreaterThan(0.9 * CUTS);
    expect(resumed.some(({ slots }) => slots.includes("unfinished") || slots.includes("damaged"))).toBe(true);
    expect(caughtUp).toHaveLength(CUTS);
    for (const { hash, expected } of caughtUp) expect(hash).toBe(expected);
  });

  test("cut before its first checkpoint it starts from its seed, and gets to the same state", () => {
    const { device, told } = deviceWith({ kind: "noise", amount: 20 });
    for (let sample = 0; sample < 10; sample++) device.advance();
    device.cut("compute");
    while (device.advance()) { /* until the power dies */ }
    device.restore();
    expect(told.at(-1)).toMatchObject({ type: "resumed", outcome: "empty", samples: 0, committedHash: null });
    while (!told.some(({ type }) => type === "caught up")) device.advance();
    const { samples, hash, expected } = told.at(-1) as Extract<Reply, { type: "caught up" }>;
    expect([samples, hash]).toEqual([10, expected]);
  });

  test("looking at it changes nothing", () => {
    const [watched, alone] = [deviceWith().device, deviceWith().device];
    const observer = new Observer(watched.network, tests);
    for (let sample = 0; sample < 300; sample++) {
      watched.advance();
      alone.advance();
      if (sample % 50 !== 0) continue;
      observer.take(watched.network);
      observer.testError({ kind: "noise", amount: 30 });
      observer.histograms(CLEAN);
      observer.predict(tests.frames.subarray(0, 784));
      watched.flashPicture();
    }
    expect(watched.network.checkpoint()).toEqual(alone.network.checkpoint());
    expect(watched.facts).toEqual(alone.facts);
  });

  test("what it counts as time and energy grows with the rates it is given", () => {
    const { device } = deviceWith();
    const before = device.facts;
    for (let sample = 0; sample < 50; sample++) device.advance();
    const slow = device.facts;
    Object.assign(device.rates, { macUs: device.rates.macUs * 10, updateUs: device.rates.updateUs * 10 });
    for (let sample = 0; sample < 50; sample++) device.advance();
    const fast = device.facts;
    expect(fast.seconds - slow.seconds).toBeGreaterThan(4 * (slow.seconds - before.seconds));
    expect(fast.milliJoules - slow.milliJoules).toBeGreaterThan(4 * (slow.milliJoules - before.milliJoules));
    expect(slow.milliJoules).toBeGreaterThan(0);
  });
});

describe("the world between the digits and the sensor", () => {
  const frame = Uint8Array.from({ length: 784 }, (_, at) => (at * 37) & 255);

  test("swapped twice, or turned all the way, is the world as it was", () => {
    const twice = through({ kind: "invert", amount: 0 }, through({ kind: "invert", amount: 0 }, frame, 28, 28, 1), 28, 28, 2);
    expect(twice).toEqual(frame);
    expect(through({ kind: "rotate", amount: 360 }, frame, 28, 28, 1)).toEqual(frame);
    const half = through({ kind: "rotate", amount: 180 }, frame, 28, 28, 1);
    expect(half).toEqual(frame.slice().reverse());
    // Clockwise: the top left corner comes to the top right.
    const corner = new Uint8Array(784);
    corner[0] = 255;
    expect(through({ kind: "rotate", amount: 90 }, corner, 28, 28, 1)[27]).toBe(255);
  });

  test("noise spoils the share it says, the same for the same sample, another for the next", () => {
    const world: World = { kind: "noise", amount: 30 };
    const spoiled = through(world, frame, 28, 28, 5);
    const share = spoiled.filter((value, at) => value !== frame[at]).length / 784;
    expect(share).toBeGreaterThan(0.24);
    expect(share).toBeLessThan(0.36);
    expect(through(world, frame, 28, 28, 5)).toEqual(spoiled);
    expect(through(world, frame, 28, 28, 6)).not.toEqual(spoiled);
    expect(describeWorld(world)).toBe("noise on 30 % of pixels");
  });

  test("a sensor asked again gives the same sample in the world it had then", () => {
    const sensor = new WorldSensor(digits, 1);
    sensor.change(0, CLEAN);
    sensor.change(3, { kind: "invert", amount: 0 });
    const read = (): string[] => {
      sensor.seek(0);
      return Array.from({ length: 6 }, () => {
        const reply = sensor.poll();
        return "sample" in reply ? `${reply.sample.label} ${reply.sample.frame.join()}` : "";
      });
    };
    const first = read();
    expect(read()).toEqual(first);
    expect(sensor.worldAt(2).kind).toBe("clean");
    expect(sensor.worldAt(3).kind).toBe("invert");
    // A change further back than others forgets them.
    sensor.change(1, CLEAN);
    expect(sensor.worldAt(5).kind).toBe("clean");
  });
});

describe("the page's planner", () => {
  const pico = findBoard("rp2040");

  test("says what is missing, of RAM and of flash", () => {
    expect(planOn([pico], pico, NETWORKS[1]!.spec, 1)).toMatchObject({ id: 1, problem: null, fitting: [{ name: "rp2040" }] });
    const large = planOn([pico], pico, NETWORKS[3]!.spec, 2);
    expect(large.problem).toMatch(/^285,360 bytes of RAM too few: the network needs 554,416 bytes, and the board has 269,056 bytes for it\.$/);
    expect(large.fitting).toEqual([]);
    const f446 = findBoard("stm32f446");
    const wide = customSpec({ layers: "100", weights: "i8", objective: "pair" });
    if (typeof wide === "string") throw new Error(wide);
    const small = planOn([f446], { ...f446, flash: { ...f446.flash, bytes: { ...f446.flash.bytes, value: 2 * f446.flash.eraseBytes.value } } }, wide, 3);
    expect(small.problem).toMatch(/^The RAM holds it, but the flash has no room for two checkpoints: [\d,]+ bytes too few\./);
  });

  test("takes maps in bands where whole ones do not fit, as the device then does", () => {
    const bytes = 72_000;
    const tight = { ...pico, ramBytes: { ...pico.ramBytes, value: bytes }, ramContiguousBytes: { ...pico.ramContiguousBytes, value: bytes } };
    const whole = planOn([pico], pico, NETWORKS[4]!.spec, 6);
    const banded = planOn([tight], tight, NETWORKS[4]!.spec, 7);
    expect([whole.problem, banded.problem, whole.plan!.bands]).toEqual([null, null, []]);
    // Boards too small even for bands are left out, no more.
    const everywhere = planOn(allBoards(), pico, NETWORKS[4]!.spec, 8).fitting.map(({ name }) => name);
    expect(everywhere).toContain("rp2040");
    expect(everywhere).not.toContain("microbit");
    expect(banded.plan!.bands.length).toBeGreaterThan(0);
    expect(banded.plan!.bytes.total).toBeLessThan(Math.min(bytes, whole.plan!.bytes.total));
    const device = new SimulatedDevice(simulatedBoard(tight), NETWORKS[4]!.spec, digits, CLEAN, () => undefined);
    expect(device.network.plan.bytes.total).toBe(banded.plan!.bytes.total);
  });

  test("an impossible network is a line, not a crash", () => {
    const found = planOn([pico], pico, { ...NETWORKS[1]!.spec, layers: [{ units: 0 }] }, 4);
    expect(found.plan).toBeNull();
    expect(found.problem).toMatch(/layers\.0\.units/);
  });

  test("metered, the rates give the step the time it was metered to take", () => {
    const { board: plan, rates } = meterOn(pico, TINY, digits, 5);
    const network = Network.create(TINY);
    expect(plan.stepMs!.low).toBeGreaterThan(0);
    expect(plan.stepMs!.high).toBeGreaterThan(plan.stepMs!.low);
    expect(rates.updateUs / rates.macUs).toBeCloseTo(2, 9);
    const device = new SimulatedDevice(board, TINY, digits, CLEAN, () => undefined);
    Object.assign(device.rates, rates);
    const from = device.facts.seconds;
    for (let sample = 0; sample < 40; sample++) device.advance();
    const ms = ((device.facts.seconds - from) * 1000) / 40;
    expect(ms).toBeGreaterThan(plan.stepMs!.low * 0.8);
    expect(ms).toBeLessThan(plan.stepMs!.high * 1.2);
    expect(network.samples).toBe(0);
  });
});

describe("a network of the visitor's own", () => {
  const layersOf = (layers: string): unknown => {
    const spec = customSpec({ layers, weights: "i16", objective: "pair" });
    return typeof spec === "string" ? spec : spec.layers.map(({ units }) => units);
  };

  test("is read with commas, spaces or hyphens; what is wrong is said", () => {
    for (const text of ["96,48", " 96 , 48 ", "96 48", "96-48"]) expect(layersOf(text)).toEqual([96, 48]);
    expect(layersOf("1,2,3,4,5,6,7")).toBe("7 layers are too many for this page: 6 at most.");
    for (const wrong of ["0", "2001", "1.5", "1e3", "x"]) expect(layersOf(wrong)).toBe(`“${wrong}” is no width of a layer: whole numbers from 1 to 2,000.`);
  });
});
