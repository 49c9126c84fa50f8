import type { NetworkSpecInput } from "../../spec/network_spec.js";
import type { Experiment, Variant } from "../experiment.js";

type Change = Partial<NetworkSpecInput>;
type LayerChange = Partial<NetworkSpecInput["layers"][number]>;

const variant = (name: string, about: string, change: Change = {}, layer: LayerChange = {}, units = 256): Variant => ({
  name, scale: "small", about, epochs: 5,
  spec: (input, classes) => ({ input, classes, layers: [{ units, ...layer }, { units, ...layer }], ...change }),
});

/** Hinton 2022, §2 and §6 (what goodness might be), and others' objectives. */
export const objective: Experiment = {
  name: "objective",
  title: "What a layer may try to achieve",
  source: "Hinton 2022, §2, §6; SymBa (Lee and Song 2023); CwComp (Papachristodoulou et al. 2024)",
  about: "Much or little activity for positives, both goodnesses against a threshold or against each other, blocks that decide for themselves, another activation, goodness by class.",
  dataset: "mnist",
  variants: [
    variant("difference", "positives have more goodness than negatives: one logistic on the difference (the default)"),
    variant("threshold", "each goodness against the threshold (the paper's)", { loss: "threshold" }, { rate: 3e-4 }),
    variant("minimise", "positives have less goodness than negatives", { sense: "minimise" }, { rate: 5e-4 }),
    variant("minimise-threshold", "positives below the threshold, negatives above", { sense: "minimise", loss: "threshold" }, { rate: 3e-4 }),
    variant("blocks", "four blocks of 64 units, each with its own goodness and decision", {}, { blocks: 4, temperature: 5 }),
    variant("clipped", "ReLU that ends at 8: another activation", {}, { ceiling: 8 }),
    variant("classwise", "a group of units a class, one pass, no negatives", { objective: "classwise" }, {}, 250),
    variant("classwise-clipped", "the same with the clipped activation", { objective: "classwise" }, { ceiling: 4 }, 250),
    variant("blocks-clipped", "blocks with the clipped activation", {}, { blocks: 4, temperature: 5, ceiling: 4 }),
  ],
};
