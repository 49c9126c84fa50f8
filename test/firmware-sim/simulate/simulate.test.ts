import { describe, expect, it } from "vitest";
import { slotLayout } from "../../../firmware-sim/checkpoint/layout.js";
import { type RebootEvent, simulate, type SimulationResult } from "../../../firmware-sim/simulate.js";
import { Network } from "../../../host/engine/network.js";
import { planMemory } from "../../../host/engine/plan.js";
import { train } from "../../../host/train/train.js";
import { BOARD, CLASSWISE, dataFor, job, SPEC } from "./job.js";

describe("a simulated job", () => {
  it("ends with the weights of `mayfly train`, with cuts and without", async () => {
    const data = dataFor(SPEC, 20);
    const network = Network.create(SPEC);
    for await (const _ of train(network, data, { epochs: 2 }));
    const steady = simulate(job({ data, steps: 40, power: { kind: "steady" } }));
    const cut = simulate(job({ data, steps: 40, power: { kind: "brownouts", cuts: 25 } }));
    expect(steady).toMatchObject({ ok: true, cuts: 0, replayed: 0, weightsHash: network.weightsHash(), expectedHash: network.weightsHash() });
    expect(cut).toMatchObject({ ok: true, cuts: 25, lost: 0, weightsHash: network.weightsHash() });
    expect(cut.replayed).toBeGreaterThan(0);
    expect(cut.seconds).toBeGreaterThan(steady.seconds);
  });

  it("is the same again for the same seed, to the last bit of its flash", () => {
    const run = (seed: number): SimulationResult => simulate(job({ seed, power: { kind: "brownouts", cuts: 20 } }));
    expect(run(5)).toEqual(run(5));
    expect(run(5).seconds).not.toBe(run(6).seconds);
  });

  it("loses nothing in 10,000 cuts over random seeds", () => {
    const during = { boot: 0, compute: 0, wait: 0, program: 0, erase: 0 };
    let cuts = 0;
    for (let seed = 1; cuts < 10_000; seed++) {
      const spec = seed % 2 ? SPEC : CLASSWISE;
      const result = simulate(job({ spec, seed, steps: 12, checkpointEvery: 1 + (seed % 3), power: { kind: "brownouts", cuts: 80 } }));
      expect(result, `seed ${seed}`).toMatchObject({ ok: true, lost: 0, cuts: 80, weightsHash: result.expectedHash });
      cuts += result.cuts;
      for (const load of Object.keys(during) as (keyof typeof during)[]) during[load] += result.cutsDuring[load];
    }
    expect(during.program).toBeGreaterThan(2000);
    expect(during.erase).toBeGreaterThan(1000);
    expect(during.compute + during.wait).toBeGreaterThan(500);
    expect(during.boot).toBeGreaterThan(500);
  });

  it("catches a commit word that is programmed first", () => {
    let lost = 0;
    for (let seed = 1; seed <= 150 && lost === 0; seed++) {
      const result = simulate(job({ seed, steps: 12, power: { kind: "brownouts", cuts: 80 }, order: ["confirm", "erase", "commit", "header", "content"] }));
      lost += result.lost;
      expect(result.ok).toBe(result.lost === 0);
    }
    expect(lost).toBeGreaterThan(0);
  });

  it("runs on harvested energy", () => {
    const result = simulate(job({ power: { kind: "harvest", capacitorMilliJoules: 4.5, incomeMilliWatts: 5 } }));
    expect(result).toMatchObject({ ok: true, lost: 0 });
    expect(result.cuts).toBeGreaterThan(2);
  });

  it("says so when the capacitor is too small for a checkpoint", () => {
    expect(() => simulate(job({ power: { kind: "harvest", capacitorMilliJoules: 1, incomeMilliWatts: 5 } }))).toThrow(/no progress in 50 charges: the capacitor gives 1 mJ/);
  });

  it("tells of every cut, in order", () => {
    const events: RebootEvent[] = [];
    const result = simulate(job({ power: { kind: "brownouts", cuts: 30 }, onReboot: (event) => events.push(event) }));
    expect(events.map(({ cut }) => cut)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
    expect(result.cuts).toBe(30);
    for (const { samplesBefore, samplesAfter } of events) expect(samplesAfter ?? 0).toBeLessThanOrEqual(samplesBefore);
  });
});

describe("a board's memory", () => {
  it("holds a network to the byte: one byte less, and the job dies with a report", () => {
    const { total } = planMemory(SPEC, { build: "scalar" }).bytes;
    expect(simulate(job({ board: { ...BOARD, engineBytes: total } })).ok).toBe(true);
    expect(() => simulate(job({ board: { ...BOARD, engineBytes: total - 1 } }))).toThrow(/testboard is out of memory: .*: 1 byte over$/);
  });

  it("has to hold two slots of flash", () => {
    const { areaBytes } = slotLayout(planMemory(SPEC).bytes.checkpoint, BOARD.flash);
    expect(simulate(job({ board: { ...BOARD, freeFlashBytes: areaBytes } })).ok).toBe(true);
    expect(() => simulate(job({ board: { ...BOARD, freeFlashBytes: areaBytes - 1 } }))).toThrow(/two checkpoint slots take .*, 1 more than there are/);
  });
});

describe("a flash image", () => {
  const { flashImage } = simulate(job());
  const { slotBytes, contentAt } = slotLayout(planMemory(SPEC).bytes.checkpoint, BOARD.flash);

  it("is taken up where it was", () => {
    expect(simulate(job({ flashImage, power: { kind: "steady" } }))).toMatchObject({ ok: true, checkpoints: 0, samples: 30 });
  });

  it("damaged in both slots starts afresh or stops, as told", () => {
    const damaged = flashImage.slice();
    damaged[contentAt + 100]! ^= 1;
    damaged[slotBytes + contentAt + 100]! ^= 1;
    expect(simulate(job({ flashImage: damaged }))).toMatchObject({ ok: true, lost: 0, samples: 30 });
    expect(() => simulate(job({ flashImage: damaged, onDamaged: "stop" }))).toThrow(/no checkpoint can be read \(slot 0 damaged, slot 1 damaged\)/);
  });

  it("of noise is no checkpoint", () => {
    const noise = Uint8Array.from(flashImage, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
    expect(simulate(job({ flashImage: noise })).ok).toBe(true);
    expect(() => simulate(job({ flashImage: noise, onDamaged: "stop" }))).toThrow(/no checkpoint can be read/);
  });

  it("of the wrong size, or of another network, is refused", () => {
    expect(() => simulate(job({ flashImage: flashImage.subarray(1) }))).toThrow(/the flash image has .* bytes, the two slots .* take/);
    expect(() => simulate(job({ spec: { ...SPEC, seed: 4 }, flashImage, power: { kind: "steady" } }))).toThrow(/checkpoint of another network/);
  });

  it("of worn-out flash stops the job", () => {
    expect(() => simulate(job({ wornOutCycles: 3, checkpointEvery: 1 }))).toThrow(/the flash is worn out/);
  });
});

describe("a sensor", () => {
  it("that stalls now and then, or repeats samples, changes nothing but the time", () => {
    const plain = simulate(job());
    const result = simulate(job({ sensorFaults: { stalls: 0.2, repeats: 0.3 } }));
    expect(result).toMatchObject({ ok: true, weightsHash: plain.weightsHash });
    expect(result.sensor.stalls).toBeGreaterThan(0);
    expect(result.sensor.repeats).toBeGreaterThan(0);
  });

  it("that falls silent stops the job after a second", () => {
    expect(() => simulate(job({ sensorFaults: { diesAt: 20 } }))).toThrow(/the sensor has stalled: it gave nothing for 1 s at sample 20; the newest checkpoint stands/);
  });

  it("that repeats one sample for ever stops the job", () => {
    expect(() => simulate(job({ sensorFaults: { stuckAt: 12 } }))).toThrow(/the sensor repeats itself: sample 11 came 101 times where 12 was due/);
  });

  it("that leaves out a sample stops the job", () => {
    expect(() => simulate(job({ sensorFaults: { skips: 12 } }))).toThrow(/the sensor went from sample 11 to 13: 1 missing/);
  });
});
