import { MayflyError } from "../errors.js";
import type { Experiment } from "./experiment.js";
import { blackbox } from "./presets/blackbox.js";
import { cifar } from "./presets/cifar.js";
import { cnn } from "./presets/cnn.js";
import { jitter } from "./presets/jitter.js";
import { local } from "./presets/local.js";
import { mortal } from "./presets/mortal.js";
import { objective } from "./presets/objective.js";
import { phases } from "./presets/phases.js";
import { recurrent } from "./presets/recurrent.js";
import { sequence } from "./presets/sequence.js";
import { supervised } from "./presets/supervised.js";
import { unsupervised } from "./presets/unsupervised.js";

/** Every experiment, in the order of Hinton's paper, then convolution. */
export const EXPERIMENTS: readonly Experiment[] = [supervised, unsupervised, local, jitter, recurrent, cifar, sequence, objective, phases, blackbox, mortal, cnn];

export function findExperiment(name: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  if (!found) throw new MayflyError(`there is no experiment "${name}"; there are ${EXPERIMENTS.map((experiment) => experiment.name).join(", ")}`, 2);
  return found;
}
