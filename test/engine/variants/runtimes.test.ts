/** Variants through a stream of commands, in another process: the WASI build has the full engine in it. */
import { describe, expect, test } from "vitest";
import { findRuntime } from "../../../host/runtimes/registry.js";
import { packTraining } from "../../../host/runtimes/packed_job.js";
import { RuntimeNetwork } from "../../../host/runtimes/runtime_network.js";
import { VARIANTS, generator, sample, start, trainOn } from "./networks.js";

const boxed = (name: string): boolean => VARIANTS[name]!.layers.some(({ kind }) => kind === "box");

describe("node-wasi", () => {
  test.each(Object.keys(VARIANTS).filter((name) => !boxed(name)))("trains to the same bits: %s", async (name) => {
    const spec = VARIANTS[name]!;
    const runtime = await findRuntime("node-wasi");
    const network = start(spec, "scalar");
    const random = generator(12);
    const samples = Array.from({ length: 12 }, () => sample(spec, random));
    for (const each of samples) trainOn(network, each);
    const remote = await RuntimeNetwork.create(runtime, spec);
    try {
      await remote.train(samples.map(({ frame, label, negative, targets }) => ({ frame, label, ...(network.negative && { negative }), ...(network.targets && { targets }) })));
      expect(await remote.checkpoint()).toEqual(network.checkpoint());
    } finally {
      await remote.dispose();
    }
  });

  test("refuses a network with a box, which it could not ask", async () => {
    const spec = VARIANTS["a box between"]!;
    const runtime = await findRuntime("node-wasi");
    await expect(RuntimeNetwork.create(runtime, spec)).rejects.toThrow("node-wasi: layer 2 is a box, which only a host in the same process can answer: use Network");
    await expect(RuntimeNetwork.open(runtime, start(spec, "scalar").checkpoint())).rejects.toThrow("layer 2 is a box");
    expect(() => packTraining(spec, [])).toThrow("a packed job: layer 2 is a box");
  });
});
