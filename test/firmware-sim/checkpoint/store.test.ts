import { describe, expect, it } from "vitest";
import { crc32 } from "../../../firmware-sim/checkpoint/crc32.js";
import { checkpointOperations, wearAwareInterval } from "../../../firmware-sim/checkpoint/interval.js";
import { layoutWithin, slotLayout } from "../../../firmware-sim/checkpoint/layout.js";
import { FlashFailure } from "../../../firmware-sim/checkpoint/store.js";
import { bench, CONTENT_BYTES, contentOf, numberOf, SHAPES, writeWhole } from "./cut_run.js";

const SIZES = SHAPES["pages of 32, bytes writable"]!;

describe("the checkpoint store", () => {
  it.each(Object.entries(SHAPES))("gives back the newest of many checkpoints (%s)", (_, sizes) => {
    const { newStore } = bench(sizes);
    const store = newStore();
    expect(store.recover()).toEqual({ outcome: "empty", slots: ["blank", "blank"] });
    for (let number = 1; number <= 5; number++) {
      writeWhole(store, contentOf(number));
      expect(newStore().recover()).toMatchObject({ outcome: "restored", sequence: number, slot: (number - 1) % 2, content: contentOf(number) });
    }
  });

  it("does one flash operation a step, and as many as the interval counts on", () => {
    const { flash, newStore } = bench(SIZES);
    const store = newStore();
    store.recover();
    store.begin(contentOf(1));
    let last = 0;
    for (let state = "busy"; state === "busy";) {
      state = store.step();
      const operations = flash.programs + flash.erases;
      expect(operations - last).toBe(1);
      last = operations;
    }
    const { erases, programs } = checkpointOperations(slotLayout(CONTENT_BYTES, SIZES), flash.shape);
    expect(flash).toMatchObject({ erases, programs });
  });

  it("wears both slots alike", () => {
    const { flash, newStore } = bench(SIZES);
    const store = newStore();
    store.recover();
    for (let number = 1; number <= 20; number++) writeWhole(store, contentOf(number));
    expect(new Set(flash.wear)).toEqual(new Set([10]));
  });

  it("goes on from the older slot when the newer is damaged, at any byte", () => {
    const written = bench(SIZES);
    const store = written.newStore();
    for (let number = 1; number <= 2; number++) writeWhole(store, contentOf(number));
    const image = written.flash.image();
    const { slotBytes, contentAt, recordsAt } = slotLayout(CONTENT_BYTES, SIZES);
    const used = [...Array(recordsAt + 12).keys(), ...Array.from({ length: CONTENT_BYTES }, (_, at) => contentAt + at)];
    for (const at of used) {
      const damaged = image.slice();
      damaged[slotBytes + at]! ^= 1 << (at % 8);
      const recovery = bench(SIZES, 1, { image: damaged }).newStore().recover();
      expect(recovery, `byte ${at}`).toMatchObject({ outcome: "restored", slot: 0, content: contentOf(1) });
      expect(recovery.slots[1]).not.toBe("valid");
    }
  });

  it("says so when both slots are damaged, and writes again", () => {
    const written = bench(SIZES);
    const store = written.newStore();
    for (let number = 1; number <= 2; number++) writeWhole(store, contentOf(number));
    const image = written.flash.image();
    const { slotBytes, contentAt } = slotLayout(CONTENT_BYTES, SIZES);
    image[contentAt + 5]! ^= 4;
    image[slotBytes + contentAt + 80]! ^= 4;
    const after = bench(SIZES, 1, { image }).newStore();
    expect(after.recover()).toEqual({ outcome: "damaged", slots: ["damaged", "damaged"] });
    writeWhole(after, contentOf(9));
    const again = after.recover();
    expect(again.outcome === "restored" && numberOf(again.content)).toBe(9);
  });

  it("does not take another network's checkpoint", () => {
    const written = bench(SIZES);
    writeWhole(written.newStore(), contentOf(1));
    const image = written.flash.image();
    // The same header but for its size, with all CRCs right.
    const view = new DataView(image.buffer);
    view.setUint32(12, CONTENT_BYTES + 1, true);
    view.setUint32(28, crc32(image.subarray(0, 28)), true);
    view.setUint32(36, crc32(image.subarray(0, 28)), true);
    view.setUint32(40, crc32(image.subarray(32, 40)), true);
    expect(bench(SIZES, 1, { image }).newStore().recover()).toEqual({ outcome: "damaged", slots: ["foreign", "blank"] });
  });

  it("notices flash that does not take what is written", () => {
    const { newStore } = bench(SIZES, 1, { wornOutCycles: 3 });
    const store = newStore();
    expect(() => {
      for (let number = 1; number < 100; number++) writeWhole(store, contentOf(number));
    }).toThrow(FlashFailure);
  });

  it("refuses to be laid out in too little flash, with the bytes it lacks", () => {
    const { areaBytes } = slotLayout(1000, SIZES);
    expect(layoutWithin(1000, SIZES, areaBytes, "a board").areaBytes).toBe(areaBytes);
    expect(() => layoutWithin(1000, SIZES, areaBytes - 1, "a board")).toThrow(/a board: two checkpoint slots take .* 1 more than there are/);
  });

  it("is written more rarely where flash wears fast or a write takes long", () => {
    const layout = slotLayout(4000, SIZES);
    const shape = { ...SIZES, bytes: layout.areaBytes, programUs: 1, eraseUs: 1, enduranceCycles: 100_000 };
    const job = { samples: 100_000, sampleUs: 1000 };
    expect(wearAwareInterval(job, layout, shape)).toBe(500);
    expect(wearAwareInterval(job, layout, { ...shape, enduranceCycles: 10_000 })).toBe(5000);
    expect(wearAwareInterval(job, layout, { ...shape, eraseUs: 10_000 })).toBeGreaterThan(3000);
    expect(wearAwareInterval({ ...job, samples: 3 }, layout, shape)).toBe(1);
  });
});

describe("the CRC", () => {
  it("is that of gzip", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new TextEncoder().encode("6789"), crc32(new TextEncoder().encode("12345")))).toBe(0xcbf43926);
  });
});
