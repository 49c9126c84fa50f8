/** Learning a few labelled samples on a device, among samples of what was known before. */
import { type Dataset, frame } from "../data/dataset.js";
import { permutation } from "../data/shuffle.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { checkFits } from "../train/train.js";
import type { ReplayBuffer } from "./replay.js";

export interface AdaptOptions {
  /** Times each new sample is learned. */
  passes: number;
  /** Where old samples come from; without it only the new ones are learned, and the old are forgotten. */
  replay?: ReplayBuffer | undefined;
  /** Old samples learned after each new one, default 1 with a replay buffer. */
  replayEach?: number;
  /** Seed of the order of the new samples, default 1. */
  seed?: number;
}

export interface Adapted {
  /** Training steps, of new and of old samples. */
  readonly steps: number;
  readonly replayed: number;
}

/**
 * Trains a network on a handful of new samples: each pass takes all of them in a new order, and after each one come `replayEach` old ones. Which rates it
 * learns by is the network's own affair: see `retune`. The new samples are not put into the replay buffer: a device does that when it means to keep them.
 *
 * ```ts
 * adapt(onDevice, { ...samplesOfTheUser }, { passes: 10, replay, replayEach: 2 });
 * ```
 */
export function adapt(network: Network, fresh: Dataset, { passes, replay, replayEach = replay ? 1 : 0, seed = 1 }: AdaptOptions): Adapted {
  checkFits(network, fresh);
  if (!Number.isInteger(passes) || passes < 1) throw new MayflyError(`adapt: passes is ${passes}, expected a whole number from 1`, 2);
  if (!Number.isInteger(replayEach) || replayEach < 0) throw new MayflyError(`adapt: replayEach is ${replayEach}, expected a whole number from 0`, 2);
  if (replayEach > 0 && !replay) throw new MayflyError("adapt: replayEach asks for old samples, and there is no replay buffer", 2);
  let replayed = 0;
  for (let pass = 1; pass <= passes; pass++) {
    for (const index of permutation(fresh.count, seed, pass)) {
      network.train(frame(fresh, index), fresh.labels[index] ?? 0);
      for (let again = 0; again < replayEach && replay; again++, replayed++) {
        const old = replay.draw();
        network.train(old.frame, old.label);
      }
    }
  }
  return { steps: passes * fresh.count + replayed, replayed };
}
