/** Says what each piece of work on the device was, by doing the same pieces here and watching the engine's counters. */
import { REGION_COEFFICIENTS, REGION_LAYER_STATE, REGION_WEIGHTS } from "../../assembly/abi/region.js";
import { BUSY, OK } from "../../assembly/abi/status.js";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../../assembly/abi/state.js";
import type { Network } from "../../host/engine/network.js";
import { MayflyError } from "../../host/errors.js";
import type { Sample } from "./job.js";

export interface Profile {
  /** Guest instructions for each multiply-add of the first layer's forward pass over the image: kernel, its call and the step's own work. */
  readonly forward: number;
  /** Guest instructions for each weight of a unit that learns, in the first layer's update; 0 when nothing was learned. */
  readonly update: number;
  readonly multiplyAdds: number;
  readonly weightsUpdated: number;
}

/** `network` is a fresh one; it is trained like the device's. */
export function profileOf(network: Network, samples: readonly Sample[], pieces: readonly (readonly number[])[]): Profile {
  const { engine } = network;
  const state = network.region(REGION_LAYER_STATE, 0);
  const { stride } = network.region(REGION_WEIGHTS, 0);
  const coefficients = network.view(network.region(REGION_COEFFICIENTS));
  const memory = new DataView(engine.memory.buffer);
  const counter = (word: number): number => memory.getUint32(state.offset + word, true);
  const total = { forward: 0, update: 0, multiplyAdds: 0, weightsUpdated: 0 };
  for (const [index, sample] of samples.entries()) {
    network.frame.set(sample.frame);
    expect(engine.begin_train(sample.label) === OK);
    let forward = 0;
    let imageDone = false;
    const sizes = pieces[index] ?? [];
    for (const [piece, instructions] of sizes.entries()) {
      const used = counter(LAYER_ROWS_USED);
      const updated = counter(LAYER_ROWS_UPDATED);
      expect(engine.step(1) === (piece + 1 < sizes.length ? BUSY : OK));
      // The first piece reads the frame; from then on it is the image's sums until their rows are counted.
      if (piece > 0 && !imageDone) {
        forward += instructions;
        const rows = counter(LAYER_ROWS_USED) - used;
        if (rows > 0) {
          imageDone = true;
          total.forward += forward;
          total.multiplyAdds += rows * stride;
        }
      }
      const rows = counter(LAYER_ROWS_UPDATED) - updated;
      if (rows > 0) {
        // Only of networks whose first layer is updated in one piece: see profiledUnits.
        let active = 0;
        for (let unit = 0; unit < stride; unit++) if (coefficients[2 * unit] !== 0 || coefficients[2 * unit + 1] !== 0) active++;
        total.update += instructions;
        total.weightsUpdated += rows * active;
      }
    }
  }
  const { multiplyAdds, weightsUpdated } = total;
  return { forward: total.forward / Math.max(multiplyAdds, 1), update: total.update / Math.max(weightsUpdated, 1), multiplyAdds, weightsUpdated };
}

/** Units of a layer that is done in one piece (docs/abi.md, step). */
export const PIECE_UNITS = 32;

function expect(condition: boolean): void {
  if (!condition) throw new MayflyError("the device and the engine went different ways: this is a bug, please report it", 1);
}
