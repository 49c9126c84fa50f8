import { expect, test } from "vitest";
import { REGION_READOUT_WEIGHTS, REGION_WEIGHTS } from "../../../assembly/abi/region.js";
import { Network } from "../../../host/engine/network.js";
import { retune } from "../../../host/field/retune.js";
import { NETWORKS, PAIR, sampleOf } from "../engine/networks.js";
import { expectMayflyError } from "../data/expect-error.js";

function trained(name: string, samples = 60): Network {
  const spec = NETWORKS[name]!;
  const network = Network.create(spec);
  for (let index = 0; index < samples; index++) network.train(sampleOf(spec, index).frame, sampleOf(spec, index).label);
  return network;
}

const weights = (network: Network, kind: number): Uint8Array[] => network.regions.filter((region) => region.kind === kind)
  .map((region) => new Uint8Array(network.engine.memory.buffer).slice(region.offset, region.offset + region.bytes));

test.each(Object.keys(NETWORKS))("%s: nothing but the schedule changes by default, and the network given stays", (name) => {
  const network = trained(name);
  const before = network.checkpoint();
  const copy = retune(network, {});
  expect(network.checkpoint()).toEqual(before);
  expect(copy.spec).toEqual({ ...network.spec, schedule: { holdSamples: 0, totalSamples: 0 } });
  expect(copy.weightsHash()).toBe(network.weightsHash());
  expect(copy.samples).toBe(network.samples);
});

test("a network whose schedule has ended learns again", () => {
  const name = "pair, label replaced, bias, dropout, decay, schedule";
  const network = trained(name);
  const learn = (of: Network): boolean => {
    const before = of.weightsHash();
    for (let index = 0; index < 20; index++) of.train(sampleOf(NETWORKS[name]!, index).frame, sampleOf(NETWORKS[name]!, index).label);
    return of.weightsHash() !== before;
  };
  expect(learn(Network.open(network.checkpoint()))).toBe(false);
  expect(learn(retune(network, {}))).toBe(true);
  expect(retune(network, { schedule: { holdSamples: 5, totalSamples: 20 } }).spec.schedule).toEqual({ holdSamples: 65, totalSamples: 80 });
});

test("a rate of 0 freezes a layer bit for bit, while the others and the readout learn", () => {
  for (const [rate, frozen] of [[[0, 0.001], [true, false]], [[0.001, 0], [false, true]], [0, [true, true]]] as const) {
    const network = retune(trained("pair, i16 and i8"), { rate });
    const before = weights(network, REGION_WEIGHTS);
    const readout = weights(network, REGION_READOUT_WEIGHTS);
    for (let index = 0; index < 40; index++) network.train(sampleOf(PAIR, index).frame, sampleOf(PAIR, index).label);
    weights(network, REGION_WEIGHTS).forEach((after, layer) => expect(Buffer.compare(after, before[layer]!) === 0).toBe(frozen[layer]));
    expect(weights(network, REGION_READOUT_WEIGHTS)).not.toEqual(readout);
  }
});

test("what does not fit the network is refused", async () => {
  await expectMayflyError(() => retune(trained("pair, i16 and i8"), { rate: [0.001] }), "retune: 1 rates for 2 layers", 2);
  await expectMayflyError(() => retune(trained("pair, no readout"), { readoutRate: 0.01 }), "retune: this network has no readout, so readoutRate says nothing", 2);
  await expectMayflyError(() => retune(trained("class-wise, i8"), { negatives: "random" }), 'retune: negatives "random" are wrong labels, and this network has no negatives', 2);
  expect(() => retune(trained("pair, i16 and i8"), { rate: 7 })).toThrow("the network spec is wrong at layers.0.rate");
});
