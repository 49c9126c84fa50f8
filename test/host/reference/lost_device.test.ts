/** A GPU that goes away in mid-run: in a file of its own, since the device does not come back in this process. */
import { expect } from "vitest";
import { permutation } from "../../../host/data/shuffle.js";
import { startNamed } from "../../../host/reference/backends/registry.js";
import { destroyDevice } from "../../../host/reference/backends/webgpu.js";
import { batchOf } from "../../../host/reference/float/batch.js";
import { FloatNetwork } from "../../../host/reference/float/network.js";
import { loadState, saveState } from "../../../host/reference/float/state.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { PAIR, stripes } from "../train/stripes.js";
import { testOnWebgpu, webgpu } from "./backends_here.js";

testOnWebgpu("a device lost in mid-run is an error that says how to go on, and the checkpoint goes on elsewhere", async () => {
  const samples = stripes(40);
  const order = permutation(samples.count, 1, 1);
  const network = await FloatNetwork.create(webgpu!, resolveSpec(PAIR));
  await network.train(batchOf(samples, order, 0, 8));
  const state = await saveState(network);
  destroyDevice();
  const lost = (async () => {
    for (let at = 8; at < 40; at += 8) {
      await network.train(batchOf(samples, order, at, at + 8));
      // The driver tells of the loss when it has time to.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await expect(lost).rejects.toThrow(/the webgpu device was lost .*mayfly resume DIR/);

  const elsewhere = await FloatNetwork.create(await startNamed("wasm"), resolveSpec(PAIR));
  loadState(elsewhere, state, "the state");
  expect(elsewhere.samples).toBe(8);
  await elsewhere.train(batchOf(samples, order, 8, 16));
  expect(elsewhere.samples).toBe(16);
  elsewhere.dispose();
});
