/** Networks in a host: training, prediction, checkpoints, jobs in pieces. */
import { describe, expect, test } from "vitest";
import * as kinds from "../../../assembly/abi/region.js";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED, NET_STEP } from "../../../assembly/abi/state.js";
import * as statuses from "../../../assembly/abi/status.js";
import { BUILDS, type Build } from "../../../host/engine/artefacts.js";
import { loadEngine } from "../../../host/engine/load.js";
import { Network } from "../../../host/engine/network.js";
import { EngineError } from "../../../host/engine/status.js";
import { MayflyError } from "../../../host/errors.js";
import { encodeSpec } from "../../../host/spec/encode.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { CLASSWISE, NETWORKS, PAIR, sampleOf } from "./networks.js";

const HEADER_BYTES = kinds.HEADER_BYTES;

function trainOn(network: Network, spec: NetworkSpecInput, from: number, to: number): void {
  for (let index = from; index < to; index++) {
    const { frame, label } = sampleOf(spec, index);
    network.train(frame, label);
  }
}

function caught(run: () => unknown): MayflyError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MayflyError);
    return error as MayflyError;
  }
  throw new Error("nothing was thrown");
}

describe.each(Object.entries(NETWORKS))("a network, %s,", (_, spec) => {
  test.each([["scalar", "scalar"], ["scalar", "simd"], ["simd", "scalar"], ["simd", "simd"]] as [Build, Build][])("goes on from a checkpoint bit for bit: %s, then %s", (first, second) => {
    const uninterrupted = Network.create(spec, { build: first });
    trainOn(uninterrupted, spec, 0, 34);
    const before = Network.create(spec, { build: first });
    trainOn(before, spec, 0, 13);
    const after = Network.open(before.checkpoint(), "the middle", { build: second });
    expect([after.build, after.samples]).toEqual([second, 13]);
    expect(after.weightsHash()).toBe(before.weightsHash());
    trainOn(after, spec, 13, 34);
    expect(after.weightsHash()).toBe(uninterrupted.weightsHash());
    expect(Buffer.compare(after.checkpoint(), uninterrupted.checkpoint())).toBe(0);
    expect(after.samples).toBe(34);
  });

  test("learns: the weights change with every sample, and the seed decides them", () => {
    const network = Network.create(spec);
    const hashes = new Set([network.weightsHash()]);
    for (let index = 0; index < 5; index++) {
      trainOn(network, spec, index, index + 1);
      hashes.add(network.weightsHash());
    }
    expect(hashes.size).toBe(6);
    const fresh = Network.create(spec);
    expect(hashes.has(fresh.weightsHash())).toBe(true);
    expect(Network.create({ ...spec, seed: 4 }).weightsHash()).not.toBe(fresh.weightsHash());
  });

  test("predicts without learning: only the counter of rows used moves, and training goes on as if nothing had been asked", () => {
    const quiet = Network.create(spec);
    const asked = Network.create(spec);
    const ways = asked.spec.readout.from === null ? (["goodness"] as const) : (["goodness", "readout"] as const);
    for (let index = 0; index < 20; index++) {
      for (const network of [quiet, asked]) trainOn(network, spec, index, index + 1);
      for (const way of ways) {
        const predicted = asked.predict(sampleOf(spec, index + 1000).frame, way);
        expect(predicted).toBe(indexOfLargest(way === "goodness" ? asked.scores : asked.logits));
      }
      expect(asked.weightsHash()).toBe(quiet.weightsHash());
    }
    expect(withoutRowsUsed(asked)).toEqual(withoutRowsUsed(quiet));
    expect(asked.view(asked.region(kinds.REGION_LAYER_STATE, 0))[LAYER_ROWS_USED >> 2]).toBeGreaterThan(quiet.view(quiet.region(kinds.REGION_LAYER_STATE, 0))[LAYER_ROWS_USED >> 2]!);
  });

  test("learns the same in pieces of any size, in more of them the smaller they are", () => {
    const network = Network.create(spec);
    trainOn(network, spec, 0, 5);
    const { frame, label } = sampleOf(spec, 5);
    const { restore } = snapshotOf(network);
    const runs = [0, 100_000, 3000, 500, 100, 1].map((maxWork) => {
      restore();
      network.frame.set(frame);
      expect(network.engine.begin_train(label)).toBe(statuses.OK);
      let calls = 1;
      for (let status; (status = network.engine.step(maxWork)) !== statuses.OK; calls++) expect(status).toBe(statuses.BUSY);
      return { calls, checkpoint: network.checkpoint() };
    });
    expect(runs.slice(0, 2).map(({ calls }) => calls)).toEqual([1, 1]);
    const calls = runs.map((run) => run.calls);
    expect(calls).toEqual([...calls].sort((a, b) => a - b));
    expect(calls[4]).toBeGreaterThan(1);
    expect(calls[5]).toBeGreaterThan(calls[4]!);
    for (const { checkpoint } of runs) expect(Buffer.compare(checkpoint, runs[0]!.checkpoint)).toBe(0);
  });
});

function indexOfLargest(values: Int32Array): number {
  return values.indexOf(Math.max(...values));
}

/** The checkpoint with the counters of rows used at 0, and no CRC. */
function withoutRowsUsed(network: Network): Uint8Array {
  const checkpoint = network.checkpoint();
  const start = network.regions[0]!.offset;
  for (const region of network.regions) if (region.kind === kinds.REGION_LAYER_STATE) checkpoint.fill(0, region.offset - start + LAYER_ROWS_USED, region.offset - start + LAYER_ROWS_USED + 4);
  return checkpoint.fill(0, kinds.HEADER_CRC, kinds.HEADER_CRC + 4);
}

/** The engine has no state outside its memory, so a copy of that is the whole of it. */
function snapshotOf(network: Network): { restore: (into?: Network) => void } {
  const copy = new Uint8Array(network.engine.memory.buffer).slice();
  return { restore: (into = network) => new Uint8Array(into.engine.memory.buffer).set(copy) };
}

test.each(BUILDS)("memory is all there is to an engine: a copy of it goes on in the middle of a sample (%s)", (build) => {
  const first = Network.create(PAIR, { build });
  const second = Network.create(PAIR, { build });
  trainOn(first, PAIR, 0, 7);
  first.frame.set(sampleOf(PAIR, 7).frame);
  first.engine.begin_train(sampleOf(PAIR, 7).label);
  for (let piece = 0; piece < 5; piece++) expect(first.engine.step(1)).toBe(statuses.BUSY);
  snapshotOf(first).restore(second);
  for (const network of [first, second]) expect(network.engine.step(0)).toBe(statuses.OK);
  expect(Buffer.compare(second.checkpoint(), first.checkpoint())).toBe(0);
  expect(second.samples).toBe(8);
});

test.each(BUILDS)("one call of step does no less than it was given and at most 64 products for each input more (%s)", (build) => {
  // Wide enough below that the products of 32 units are the largest piece.
  const spec: NetworkSpecInput = { input: { width: 10, height: 10, channels: 1 }, classes: 4, label: { placement: "append" }, layers: [{ units: 72 }, { units: 40, weights: "i8" }] };
  const network = Network.create(spec, { build });
  trainOn(network, spec, 0, 3);
  network.frame.fill(200);
  for (const maxWork of [1, 50, 1000, 6000, 30_000]) {
    expect(network.engine.begin_goodness()).toBe(statuses.OK);
    let left = workLeft(network);
    for (let busy = true; busy; ) {
      busy = network.engine.step(maxWork) === statuses.BUSY;
      const now = busy ? workLeft(network) : 0;
      expect(left - now).toBeGreaterThanOrEqual(busy ? maxWork : 1);
      expect(left - now).toBeLessThanOrEqual(maxWork + 64 * 104);
      left = now;
    }
  }
});

/** The smallest limit that finishes the job under way in one call. */
function workLeft(network: Network): number {
  const { restore } = snapshotOf(network);
  let low = 0;
  let high = 1 << 20;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (network.engine.step(middle) === statuses.OK) high = middle;
    else low = middle;
    restore();
  }
  return high;
}

test.each(BUILDS)("a job under way shuts out seals and other jobs, and may be cancelled (%s)", (build) => {
  const network = Network.create(PAIR, { build });
  const { engine } = network;
  const { frame, label } = sampleOf(PAIR, 0);
  network.frame.set(frame);
  for (const begin of [() => engine.begin_train(label), () => engine.begin_goodness(), () => engine.begin_readout()]) {
    expect(begin()).toBe(statuses.OK);
    expect(engine.step(1)).toBe(statuses.BUSY);
    const attempts = [() => engine.seal(), () => engine.begin_train(0), () => engine.begin_goodness(), () => engine.begin_readout(), () => engine.train(0), () => engine.predict_goodness(), () => engine.predict_readout()];
    for (const attempt of attempts) expect([attempt(), engine.status()]).toEqual([statuses.JOB_PENDING, statuses.JOB_PENDING]);
    expect(caught(() => network.checkpoint()).message).toBe("a sample is still under way");
    expect(engine.cancel()).toBe(statuses.OK);
    expect(engine.step(1)).toBe(statuses.OK);
  }
  expect(network.samples).toBe(0);
  network.train(frame, label);
  expect(network.samples).toBe(1);
});

test.each(BUILDS)("bad arguments are statuses with the argument as detail (%s)", (build) => {
  const network = Network.create(PAIR, { build });
  const { engine } = network;
  const count = engine.region_count();
  const says = (result: number): [number, number, number] => [result, engine.status(), engine.status_detail()];
  const { BAD_ARGUMENT, BAD_LABEL } = statuses;
  expect(count).toBe(network.regions.length);
  expect(says(engine.region(-1, 0))).toEqual([BAD_ARGUMENT, BAD_ARGUMENT, -1]);
  expect(says(engine.region(count, 0))).toEqual([BAD_ARGUMENT, BAD_ARGUMENT, count]);
  expect(says(engine.region(0, -1))).toEqual([BAD_ARGUMENT, BAD_ARGUMENT, -1]);
  expect(says(engine.region(0, kinds.FIELD_COUNT))).toEqual([BAD_ARGUMENT, BAD_ARGUMENT, kinds.FIELD_COUNT]);
  expect(engine.region(count - 1, kinds.FIELD_COUNT - 1)).toBe(0);
  expect(says(engine.step(-1))).toEqual([BAD_ARGUMENT, BAD_ARGUMENT, -1]);
  expect(says(engine.begin_train(4))).toEqual([BAD_LABEL, BAD_LABEL, 4]);
  expect(says(engine.train(-1))).toEqual([BAD_LABEL, BAD_LABEL, -1]);
  expect(says(engine.plan())).toEqual([network.plan.bytes.total, statuses.OK, 0]);
});

test.each(BUILDS)("before init an engine has no network: it says so to everything but its plan (%s)", (build) => {
  const engine = loadEngine(build).start(1);
  expect([engine.abi(), engine.samples(), engine.status()]).toEqual([statuses.ABI_VERSION, 0, statuses.OK]);
  expect([engine.plan(), engine.status_detail()]).toEqual([statuses.BAD_MAGIC, 0]);
  expect(engine.region_count()).toBe(statuses.BAD_MAGIC);
  expect(engine.region(0, 0)).toBe(statuses.BAD_MAGIC);
  expect(engine.init()).toBe(statuses.BAD_MAGIC);
  expect(engine.open()).toBe(statuses.BAD_MAGIC);
  expect(engine.seal()).toBe(statuses.NOT_READY);
  const words = encodeSpec(resolveSpec(PAIR));
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  const notReady = [engine.seal(), engine.begin_train(0), engine.begin_goodness(), engine.begin_readout(), engine.train(0), engine.predict_goodness(), engine.predict_readout()];
  expect(notReady).toEqual(notReady.map(() => statuses.NOT_READY));
  expect(engine.plan()).toBeGreaterThan(0);
  expect(engine.init()).toBe(statuses.OK);
  expect(engine.train(0)).toBe(statuses.OK);
  words[0] = 0;
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  expect([engine.init(), engine.train(0), engine.samples()]).toEqual([statuses.BAD_MAGIC, statuses.NOT_READY, 0]);
});

test.each(BUILDS)("peek, poke and checksum serve hosts that cannot see memory (%s)", (build) => {
  const network = Network.create(PAIR, { build });
  const { engine } = network;
  const frame = network.region(kinds.REGION_FRAME).offset;
  expect(engine.poke32(frame, 0x81828384 | 0)).toBe(statuses.OK);
  expect([...network.frame.subarray(0, 4)]).toEqual([0x84, 0x83, 0x82, 0x81]);
  expect(engine.poke8(frame + 1, 0x1ff)).toBe(statuses.OK);
  expect([engine.peek8(frame + 1), engine.peek32(frame) >>> 0]).toEqual([0xff, 0x8182ff84]);
  new TextEncoder().encodeInto("123456789", network.frame);
  expect(engine.checksum(frame, 9) >>> 0).toBe(0xcbf43926);
});

test("a wrong label or a frame of the wrong length leaves the network as it was", () => {
  for (const spec of [PAIR, CLASSWISE]) {
    const network = Network.create(spec);
    trainOn(network, spec, 0, 3);
    const before = network.checkpoint();
    const { frame } = sampleOf(spec, 3);
    expect(caught(() => network.train(frame, 4)).message).toBe("label 4 is outside the network's classes");
    expect(caught(() => network.train(frame, -1)).message).toBe("label -1 is outside the network's classes");
    for (const label of [1.5, NaN]) expect(caught(() => network.train(frame, label)).message).toBe(`label ${label} is not a whole number`);
    const wrong = [frame.subarray(1), new Uint8Array(31), new Uint8Array(0)];
    for (const other of wrong) for (const use of [() => network.train(other, 0), () => network.predict(other, "goodness"), () => network.predict(other, "readout")]) {
      expect(caught(use).message).toBe(`the frame has ${other.length} values, this network takes 30`);
    }
    expect(Buffer.compare(network.checkpoint(), before)).toBe(0);
    expect(network.samples).toBe(3);
  }
});

test("a network without a readout says so when asked for one", () => {
  const spec = NETWORKS["pair, no readout"]!;
  const network = Network.create(spec);
  expect(caught(() => network.predict(sampleOf(spec, 0).frame, "readout")).message).toBe("this network has no readout: predict by goodness");
  expect(caught(() => network.region(kinds.REGION_READOUT_WEIGHTS, 0)).message).toBe(`this network has no region of kind ${kinds.REGION_READOUT_WEIGHTS} for layer 1`);
  expect(network.engine.begin_readout()).toBe(statuses.BAD_ARGUMENT);
});

test("views of memory stay valid through training, prediction and checkpoints", () => {
  const network = Network.create(PAIR);
  const { buffer } = network.engine.memory;
  const weights = network.view(network.region(kinds.REGION_WEIGHTS, 0));
  const step = network.view(network.region(kinds.REGION_STATE));
  const first = weights.slice();
  const { frame, scores, logits } = network;
  trainOn(network, PAIR, 0, 30);
  network.predict(sampleOf(PAIR, 1).frame, "goodness");
  network.predict(sampleOf(PAIR, 1).frame, "readout");
  network.checkpoint();
  expect(network.engine.memory.buffer).toBe(buffer);
  expect([...frame]).toEqual([...sampleOf(PAIR, 1).frame]);
  expect(step[NET_STEP >> 2]).toBe(30);
  expect(weights).not.toEqual(first);
  expect([scores.length, logits.length, weights.length]).toEqual([4, 4, 30 * 24]);
  expect(logits.some((logit) => logit !== 0)).toBe(true);
});

test("a checkpoint is a copy: later training leaves it alone", () => {
  const network = Network.create(PAIR);
  const checkpoint = network.checkpoint();
  const copy = checkpoint.slice();
  trainOn(network, PAIR, 0, 3);
  expect(checkpoint).toEqual(copy);
  expect(Network.open(checkpoint).samples).toBe(0);
  // As it comes from readFile: a Buffer, somewhere in a larger one.
  expect(Network.open(Buffer.concat([Buffer.alloc(8), checkpoint]).subarray(8)).samples).toBe(0);
});

test("an opened network has the spec it was made with", () => {
  for (const spec of Object.values(NETWORKS)) expect(Network.open(Network.create(spec).checkpoint()).spec).toEqual(Network.create(spec).spec);
});

describe("a network that takes up another checkpoint of its own kind", () => {
  test.each(Object.entries(NETWORKS))("goes on as one opened from it: %s", (_, spec) => {
    const network = Network.create(spec);
    trainOn(network, spec, 0, 20);
    const checkpoint = network.checkpoint();
    trainOn(network, spec, 20, 40);
    const later = network.checkpoint();
    network.restore(checkpoint);
    expect(network.checkpoint()).toEqual(checkpoint);
    trainOn(network, spec, 20, 40);
    expect(network.checkpoint()).toEqual(later);
  });

  test("refuses any other, and a damaged one, and stays as it was", () => {
    const network = Network.create(PAIR);
    trainOn(network, PAIR, 0, 10);
    const before = network.checkpoint();
    const other = Network.create({ ...PAIR, seed: 4 }).checkpoint();
    const damaged = before.slice();
    damaged[damaged.length - 1]! ^= 1;
    for (const [checkpoint, says] of [[other, "of another network"], [before.subarray(1), "of another network"], [damaged, "the checkpoint: damaged: its checksum does not match"]] as const) {
      expect(caught(() => network.restore(checkpoint)).message).toContain(says);
      expect(network.checkpoint()).toEqual(before);
    }
    trainOn(network, PAIR, 10, 20);
    const straight = Network.create(PAIR);
    trainOn(straight, PAIR, 0, 20);
    expect(network.checkpoint()).toEqual(straight.checkpoint());
  });
});

describe("a damaged checkpoint is refused", () => {
  const network = Network.create(PAIR);
  trainOn(network, PAIR, 0, 20);
  const good = network.checkpoint();
  const start = network.regions[0]!.offset;
  const open = (bytes: Uint8Array): MayflyError => caught(() => Network.open(bytes, "model.mayfly"));
  const flipped = (bit: number): Uint8Array => {
    const bytes = good.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return bytes;
  };

  test("the undamaged one is not", () => {
    expect(Network.open(good).samples).toBe(20);
  });

  test("every bit of the header", () => {
    for (let bit = 0; bit < 8 * HEADER_BYTES; bit++) expect(open(flipped(bit)).message).toMatch(/^model\.mayfly/);
  });

  const persistent = network.regions.filter((region) => region.persistent && region.kind !== kinds.REGION_HEADER);
  test.each(persistent.map((region) => [region.name, region] as const))("a flipped bit in %s", (_, region) => {
    const from = 8 * (region.offset - start);
    const bits = 8 * region.bytes;
    // 61 of them, spread over all bit places and words.
    for (let sample = 0; sample < 61; sample++) expect(open(flipped(from + ((sample * 977) % bits))).message).toMatch(/^model\.mayfly/);
  });

  test("a byte that was exchanged for another at the very end", () => {
    const bytes = good.slice();
    bytes[bytes.length - 1]! ^= 0xff;
    expect(open(bytes).message).toMatch(/^model\.mayfly: damaged: its checksum does not match/);
  });

  test("a cut or an addition, by the bytes it should have", () => {
    for (const length of [good.length - 1, good.length - 16, 1000]) expect(open(good.subarray(0, length)).message).toMatch(new RegExp(`truncated: ${length} bytes, its spec needs ${good.length}`));
    const longer = new Uint8Array(good.length + 1);
    longer.set(good);
    expect(open(longer).message).toMatch(new RegExp(`too long: ${good.length + 1} bytes, its spec needs ${good.length}`));
  });

  test("nothing, or too little to be one", () => {
    for (const length of [0, 1, 31, 32, 159]) expect(open(good.subarray(0, length)).message).toMatch(new RegExp(`is not a Mayfly model: ${length} bytes`));
    // The spec is cut off within its layers.
    expect(open(good.subarray(0, 200)).message).toMatch(/^model\.mayfly/);
  });

  test("another file altogether", () => {
    expect(open(new TextEncoder().encode("PK".repeat(2000))).message).toMatch(/not a Mayfly (spec or )?model/);
    expect(open(new Uint8Array(5000)).message).toMatch(/not a Mayfly (spec or )?model/);
  });

  test("one of another ABI, in its header or its spec", () => {
    for (const at of [kinds.HEADER_VERSION, HEADER_BYTES + 4]) {
      const bytes = good.slice();
      new DataView(bytes.buffer).setInt32(at, 77, true);
      expect(open(bytes).message).toBe("model.mayfly: made for version 77 of the engine's ABI, this engine has version 1");
    }
  });

  test("one with another magic in its header", () => {
    const bytes = good.slice();
    new DataView(bytes.buffer).setInt32(0, 0x1234, true);
    const error = open(bytes);
    expect(error.message).toBe("model.mayfly: not a Mayfly spec or model: its first word is 0x1234");
    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).status).toBe(statuses.BAD_MAGIC);
  });

  test("by the engine itself, which then holds no network", () => {
    const engine = Network.create(PAIR).engine;
    const memory = new Uint8Array(engine.memory.buffer);
    const base = engine.spec_address() - HEADER_BYTES;
    const openIn = (bytes: Uint8Array): [number, number] => {
      memory.set(bytes, base);
      return [engine.open(), engine.train(0)];
    };
    const { BAD_CHECKSUM, BAD_SIZE, NOT_READY, OK } = statuses;
    expect(openIn(good)).toEqual([OK, OK]);
    expect(openIn(flipped(8 * (good.length - 1)))).toEqual([BAD_CHECKSUM, NOT_READY]);
    expect(openIn(flipped(8 * kinds.HEADER_SIZE))).toEqual([BAD_SIZE, NOT_READY]);
    expect(openIn(flipped(8 * kinds.HEADER_CRC))).toEqual([BAD_CHECKSUM, NOT_READY]);
    expect(openIn(good)).toEqual([OK, OK]);
  });
});

test("a layer counts the rows it updates: the image's rows once a sample, and none when nothing is left to learn", () => {
  const spec: NetworkSpecInput = { ...CLASSWISE, inputDropout: 0, schedule: { holdSamples: 4, totalSamples: 4 } };
  const network = Network.create(spec);
  const updated = (): number => network.view(network.region(kinds.REGION_LAYER_STATE, 0))[LAYER_ROWS_UPDATED >> 2]!;
  let expected = 0;
  for (let index = 0; index < 8; index++) {
    const { frame, label } = sampleOf(spec, index);
    frame.fill(0, 3 * index);
    network.train(frame.map((value) => (value === 0 ? 0 : 200)), label);
    // All values alike, so each non-zero one is an input; the rate is 0 from the fourth sample on.
    if (index < 4) expected += frame.filter((value) => value !== 0).length;
    expect(updated()).toBe(expected);
  }
  expect(expected).toBeGreaterThan(0);
});

test("a schedule that has ended stays ended, however many samples the counter of 32 bits has seen", () => {
  const spec: NetworkSpecInput = { ...CLASSWISE, schedule: { holdSamples: 2, totalSamples: 4 } };
  const network = Network.create(spec);
  const learnsAt = (step: number): boolean => {
    network.view(network.region(kinds.REGION_STATE))[NET_STEP >> 2] = step;
    const before = network.weightsHash();
    trainOn(network, spec, 0, 1);
    return network.weightsHash() !== before;
  };
  expect([0, 3, 4, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1].map(learnsAt)).toEqual([true, true, false, false, false, false]);
});
