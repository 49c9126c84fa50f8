/** Threads that fail, and networks that cannot be shared. */
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { Crew, ThreadError } from "../../../host/threads/crew.js";
import { evaluate } from "../../../host/train/evaluate.js";
import { evaluateInThreads, predictInThreads } from "../../../host/train/learner.js";
import { train } from "../../../host/train/train.js";
import { expectMayflyError } from "../data/expect-error.js";
import { PAIR, stripes } from "../train/stripes.js";

const data = stripes(400);
const workers: Worker[] = [];
const onWorker = (worker: Worker): void => void workers.push(worker);
process.on("worker", onWorker);
afterEach(() => void workers.splice(0));

/** Trains with threads until `when` has seen so many samples, then does something to a worker; returns what is thrown. */
async function thrownBy(network: Network, after: number, harm: (worker: Worker) => unknown, divide?: "layers" | "units"): Promise<unknown> {
  try {
    for await (const event of train(network, data, { epochs: 50, threads: 2, progressEvery: 20, ...(divide && { divide }) })) {
      if (event.type === "progress" && network.samples >= after && after > 0) {
        after = 0;
        void harm(workers[1]!);
      }
    }
  } catch (error) {
    return error;
  }
  return null;
}

describe.each(["layers", "units"] as const)("a thread that fails where threads divide %s", (divide) => {
  test.each([
    ["is ended", (worker: Worker) => worker.terminate(), /^thread 2 of 2 failed \(it ended unexpectedly\); the network stands as it was after [0-9,]+ samples$/],
    ["throws", (worker: Worker) => worker.postMessage({ type: "predict", reload: false, frames: new Uint8Array(3), from: 0, to: 1, goodness: true, readout: false, scores: false }), /^thread 2 of 2 failed \(the frame has 3 values, this network takes 30\); the network/],
  ])("%s: one line, a whole network, from which another goes on to the same bits", async (_, harm, message) => {
    const network = Network.create(PAIR);
    const error = await thrownBy(network, 100, harm, divide);
    expect(error).toBeInstanceOf(ThreadError);
    expect((error as Error).message).toMatch(message);
    // A whole number of blocks of 20, no more and no less than the message says.
    expect(network.samples % 20).toBe(0);
    expect(network.samples).toBeGreaterThanOrEqual(100);
    expect((error as Error).message).toContain(`after ${network.samples.toLocaleString("en")} samples`);
    const again = Network.open(network.checkpoint());
    const [epochs, whole] = [Math.ceil(again.samples / data.count) + 1, Network.create(PAIR)];
    for await (const event of train(again, data, { epochs, threads: 2 })) void event;
    for await (const event of train(whole, data, { epochs })) void event;
    expect(Buffer.compare(again.checkpoint(), whole.checkpoint())).toBe(0);
  });

  test("ends the others: nobody is left when the training has thrown", async () => {
    const exits: Promise<unknown>[] = [];
    const error = await thrownBy(Network.create(PAIR), 20, (worker) => {
      exits.push(...workers.map((each) => new Promise((resolve) => each.once("exit", resolve))));
      return worker.terminate();
    }, divide);
    expect(error).toBeInstanceOf(ThreadError);
    expect(exits).toHaveLength(2);
    await Promise.all(exits);
  });

  test("and whoever asks a crew that has failed hears it again", async () => {
    const network = Network.create(PAIR);
    const crew = await Crew.start(network, 2, null);
    await workers[0]!.terminate();
    const ask = (): Promise<unknown> => crew.ask(1, { type: "predict", reload: false, frames: data.frames, from: 0, to: 1, goodness: true, readout: false, scores: false });
    await expect(ask()).rejects.toThrow(/^thread 1 of 2 failed/);
    await expect(ask()).rejects.toThrow(/^thread 1 of 2 failed/);
    await crew.close();
  });
});

test("a training that is broken off ends its threads", async () => {
  for await (const event of train(Network.create(PAIR), data, { epochs: 2, threads: 2, progressEvery: 50 })) if (event.type === "progress") break;
  expect(workers).toHaveLength(2);
  await Promise.all(workers.map((worker) => (worker.threadId === -1 ? null : new Promise((resolve) => worker.once("exit", resolve)))));
});

describe("networks that cannot be shared", () => {
  const recurrent = { ...PAIR, recurrence: { iterations: 4 } };
  const box = { ...PAIR, layers: [{ units: 24 }, { kind: "box" as const, units: 6 }, { units: 16 }] };
  const trains = (network: Network, threads: number) => async (): Promise<void> => {
    for await (const event of train(network, data, { epochs: 1, threads })) void event;
  };

  test("recurrent ones train in one thread, and are tested in several", async () => {
    const network = Network.create(recurrent);
    await expectMayflyError(trains(network, 2), "this network trains in one thread only (the layers of a recurrent network wait for those above them in every iteration), not in 2", 2);
    for (let index = 0; index < 40; index++) network.train(data.frames.subarray(index * 30, (index + 1) * 30), data.labels[index]!);
    const other = Network.open(network.checkpoint());
    expect(await evaluateInThreads(network, data, 2)).toEqual(evaluate(other, data));
    // Rows that predictions multiply are counted, and part of a checkpoint.
    expect(Buffer.compare(network.checkpoint(), other.checkpoint())).toBe(0);
  });

  test("boxes and streams do neither", async () => {
    const why = "what a box computes only the thread knows that was given it";
    await expectMayflyError(trains(Network.create(box), 2), `this network trains in one thread only (${why}), not in 2`, 2);
    await expectMayflyError(() => evaluateInThreads(Network.create(box), data, 3), `this network predicts in one thread only (${why}), not in 3`, 2);
    const stream = Network.create({ ...PAIR, negatives: "random", recurrence: { iterations: 4, stream: true } });
    await expectMayflyError(() => predictInThreads(stream, data, "goodness", 2), "this network predicts in one thread only (a network of streams carries its state from each sample to the next), not in 2", 2);
  });

  test("maps in bands train in one thread, and are tested in several", async () => {
    const network = Network.create({ ...PAIR, layers: [{ kind: "conv", channels: 4, field: 3, bandRows: 1 }, { units: 16 }] });
    await expectMayflyError(trains(network, 2), "this network trains in one thread only (a map in bands makes the next layer's input while it works on its own), not in 2", 2);
    expect(await evaluateInThreads(network, data, 2)).toEqual(evaluate(network, data));
  });

  test("and no crew has no threads, or thousands", async () => {
    for (const threads of [0, 1.5, 257, NaN]) await expectMayflyError(trains(Network.create(PAIR), threads), `${threads} threads, expected 1 to 256`, 2);
  });
});

test("scores and classes in threads are those of one", async () => {
  const network = Network.create(PAIR);
  for (let index = 0; index < 60; index++) network.train(data.frames.subarray(index * 30, (index + 1) * 30), data.labels[index]!);
  for (const by of ["goodness", "readout"] as const) {
    const { classes, scores } = await predictInThreads(network, data, by, 3);
    for (let index = 0; index < data.count; index++) {
      expect(classes[index]).toBe(network.predict(data.frames.subarray(index * 30, (index + 1) * 30), by));
      expect([...scores.subarray(4 * index, 4 * index + 4)]).toEqual([...(by === "goodness" ? network.scores : network.logits)]);
    }
  }
  await expectMayflyError(() => predictInThreads(Network.create({ ...PAIR, readout: { from: null }, negatives: "random" }), data, "readout", 2), "this network has no readout: predict by goodness", 1);
});
