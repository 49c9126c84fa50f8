import { type Dataset, frame } from "../../data/dataset.js";
import { permutation } from "../../data/shuffle.js";
import * as kinds from "../../../assembly/abi/region.js";
import { Network } from "../../engine/network.js";
import type { NetworkSpecInput } from "../../spec/network_spec.js";
import { evaluate } from "../../train/evaluate.js";
import type { Experiment, Laboratory, Measurement } from "../experiment.js";

const UNITS = [120, 120];
const DEVICES = [1, 2, 3];
/** Temperature at which a teacher's scores become probabilities, in units of the engine's logits (256 = 1.0). */
const SOFTNESS = 2 * 256;

const specFor = ({ data, seed }: Laboratory, device: number, total: number, change: Partial<NetworkSpecInput> = {}): NetworkSpecInput => ({
  input: data.train.shape, classes: data.train.classes, objective: "classwise", layers: UNITS.map((units) => ({ units })), seed, device,
  schedule: { holdSamples: total >> 1, totalSamples: total }, ...change,
});

/** Hinton 2022, §8. */
export const mortal: Experiment = {
  name: "mortal",
  title: "Mortal computation: no two devices are alike",
  source: "Hinton 2022, §8",
  about: "Every device has random gains, offsets and knees of its own in every unit, which learning never sees. Each is trained by itself; one's weights are copied to another; and one learns from another's probabilities on frames without labels (distillation).",
  dataset: "mnist",
  variants: [],
  measure: async (laboratory) => {
    const { data } = laboratory;
    const epochs = laboratory.scale === "small" ? 3 : 20;
    const total = data.train.count * epochs;
    const wrong = (what: string, network: Network): Measurement => ({ what, value: evaluate(network, data.test).testError.goodness ?? 100, unit: "% wrong" });
    const found: Measurement[] = [];
    const ideal = Network.create(specFor(laboratory, 0, total));
    await laboratory.train("the ideal device", ideal, epochs);
    found.push(wrong("the ideal device, trained", ideal));
    const trained: Network[] = [];
    for (const device of DEVICES) {
      const network = Network.create(specFor(laboratory, device, total));
      await laboratory.train(`device ${device}`, network, epochs);
      found.push(wrong(`device ${device}, trained by itself`, network));
      trained.push(network);
    }
    const [teacher] = trained;
    if (!teacher) return found;
    for (const device of [0, ...DEVICES.slice(1)]) {
      const copy = Network.create(specFor(laboratory, device, total));
      copyWeights(teacher, copy);
      found.push(wrong(`weights of device 1 in ${device === 0 ? "the ideal device" : `device ${device}`}`, copy));
    }
    const student = Network.create(specFor(laboratory, 2, total, { targets: "given" }));
    await distil(teacher, student, data.train, epochs, laboratory);
    found.push(wrong("device 2, taught by device 1's probabilities, no labels", student));
    return found;
  },
};

/** Layer weights only: what two devices could exchange. */
function copyWeights(from: Network, to: Network): void {
  from.spec.layers.forEach((_, layer) => to.view(to.region(kinds.REGION_WEIGHTS, layer)).set(from.view(from.region(kinds.REGION_WEIGHTS, layer))));
}

/** The student learns what the teacher answers. The true labels are not used: the one the engine asks for is the teacher's guess. */
async function distil(teacher: Network, student: Network, data: Dataset, epochs: number, { signal, seed, say }: Laboratory): Promise<void> {
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const [done, index] of permutation(data.count, seed, epoch).entries()) {
      const sample = frame(data, index);
      const guess = teacher.predict(sample, "readout");
      student.train(sample, guess, { targets: probabilities(teacher.logits) });
      if (done % 1000 === 0) {
        if (signal.aborted) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    say(`distillation: epoch ${epoch}/${epochs}`);
  }
}

function probabilities(logits: Int32Array): number[] {
  const most = Math.max(...logits);
  const parts = Array.from(logits, (logit) => Math.exp((logit - most) / SOFTNESS));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}
