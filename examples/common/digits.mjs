/** MNIST as the field examples divide it, and the network they ship. */
import { Network, evaluate, frame, loadMnist, permutation, take } from "mayfly";

/** 50,000 samples for the factory, 10,000 from which a user's come, 2,000 of the test set. */
export async function divided() {
  const { train, test } = await loadMnist();
  return { factory: take(train, 0, 50_000), field: take(train, 50_000, 60_000), test: take(test, 0, 2000) };
}

const EPOCHS = 3;

/** Trains a network as a factory would: jitter of a pixel, and a rate that falls to 0. */
export function train(data, { objective, layers }, seed) {
  const network = Network.create({
    input: data.shape, classes: data.classes, objective, layers, jitter: 1, seed,
    schedule: { holdSamples: data.count, totalSamples: EPOCHS * data.count },
  });
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    for (const index of permutation(data.count, seed, epoch)) network.train(frame(data, index), data.labels[index]);
  }
  return network;
}

/** Percent right, by goodness and by the readout. The network may be a packed one: what it has learned is evaluated in the fastest engine here. */
export function accuracy(network, data) {
  const { testError } = evaluate(Network.open(network.checkpoint()), data);
  return { goodness: 100 - testError.goodness, readout: 100 - testError.readout };
}
