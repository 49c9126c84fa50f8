/** What goes wrong on a backend is said in a line: what, where, what to do. */
import { expect, test } from "vitest";
import { permutation } from "../../../host/data/shuffle.js";
import { MayflyError } from "../../../host/errors.js";
import { explainFailure } from "../../../host/reference/backends/failures.js";
import { importOptional } from "../../../host/reference/backends/packages.js";
import { findBackends, startNamed } from "../../../host/reference/backends/registry.js";
import { batchOf } from "../../../host/reference/float/batch.js";
import { FloatNetwork } from "../../../host/reference/float/network.js";
import { trainFloat } from "../../../host/reference/float/train.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { CLASSWISE, PAIR, stripes } from "../train/stripes.js";

const samples = stripes(60);
const order = permutation(samples.count, 1, 1);

test("a backend that does not exist is refused with those that do", async () => {
  await expect(startNamed("cuda")).rejects.toThrow("there is no backend cuda: take cpu, wasm, webgpu");
});

test("a package that is not installed is named, with the command that gets it", async () => {
  const missing = "@tensorflow/tfjs-backend-nowhere";
  await expect(importOptional(missing, () => import(/* @vite-ignore */ missing))).rejects.toThrow(MayflyError);
  const notFound = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  await expect(importOptional(missing, () => Promise.reject(notFound))).rejects.toThrow(`the optional package ${missing} is not installed: npm install ${missing}`);
});

test("cpu and wasm are found, each with what it runs on", async () => {
  const found = await findBackends();
  expect(found.map(({ name }) => name)).toEqual(["cpu", "wasm", "webgpu"]);
  for (const { name, found: info } of found.slice(0, 2)) expect(info, name).toMatchObject({ gpu: false, version: expect.stringMatching(/^\d+\.\d+/) });
  for (const { found: info, reason } of found) expect((info === null) === (reason !== null)).toBe(true);
});

test.each([["pair", PAIR], ["class-wise", CLASSWISE]])("weights that leave the numbers stop the run, and the layer is named: %s", async (_, input) => {
  const backend = await startNamed("wasm");
  const network = await FloatNetwork.create(backend, resolveSpec(input));
  await network.train(batchOf(samples, order, 0, 4));
  const { weights, inputs, outputs } = network.layers.at(-1)!;
  await backend.use();
  weights.set(backend.tf.fill([inputs, outputs], NaN));
  await expect(network.train(batchOf(samples, order, 4, 8))).rejects.toThrow(/(goodness|logit) of layer \d is NaN after 4 samples.*lower --rate/);
  expect(network.samples).toBe(4);
  network.dispose();
});

test("a rate far too high ends in that error, not in silence", async () => {
  const backend = await startNamed("wasm");
  const network = await FloatNetwork.create(backend, resolveSpec({ ...PAIR, loss: "threshold", minCoefficient: 0 }), { ...(await import("../../../host/reference/float/recipe.js")).MAYFLY, rate: 1e30 });
  const run = async (): Promise<void> => {
    for await (const event of trainFloat(network, samples, { epochs: 3, batch: 4, seed: 1, test: null, evaluateEvery: 1 })) void event;
  };
  await expect(run()).rejects.toThrow(/layer \d is (NaN|Infinity|-Infinity) after \d+ samples/);
  network.dispose();
});

test("memory that ends is said as such", async () => {
  const backend = await startNamed("wasm");
  // 2^30 floats are 4 GiB, more than WebAssembly's memory can grow to.
  const cause = await Promise.resolve().then(() => backend.tf.zeros([2 ** 15, 2 ** 15]).dataSync()).catch((error: unknown) => error);
  expect(cause).toBeInstanceOf(Error);
  expect(explainFailure(cause, "wasm")).toMatchObject({ name: "MayflyError", message: expect.stringMatching(/wasm backend is out of memory.*smaller --batch/) });
});

test("a bug stays a bug", () => {
  const bug = new TypeError("x is undefined");
  expect(explainFailure(bug, "wasm")).toBe(bug);
});

test("a batch of nothing is refused", async () => {
  const network = await FloatNetwork.create(await startNamed("cpu"), resolveSpec(PAIR));
  await expect(trainFloat(network, samples, { epochs: 1, batch: 0, seed: 1, test: null, evaluateEvery: 1 }).next()).rejects.toThrow(/batch is 0/);
  network.dispose();
});
