/** Boxes: layers that only the host can compute. The engine stops at one, shows its inputs, and goes on with the activities it is given. */
import * as kinds from "../../assembly/abi/region.js";
import { BUSY, WAITING } from "../../assembly/abi/status.js";
import { MayflyError } from "../errors.js";
import type { EngineExports } from "./exports.js";
import { checked } from "./instance.js";
import type { Region } from "./regions.js";

/**
 * What a box computes: from `inputs` [2][inputs], positive first, 0..127 with 16 = root mean square, to activities [2][units], 0..32767
 * with 128 = 1.0. In a pass over one input alone the negative half is 0 and its activities are not used. `layer` counts from 0. The same
 * inputs must always give the same activities, or the network is no longer the same everywhere.
 */
export type Box = (layer: number, inputs: Uint8Array) => ArrayLike<number>;

/**
 * Goes on with the job under way, of which `status` is the last word, to its end: asks the box whenever the engine waits for it. With `watch` it
 * works piece by piece, and `watch` is called after each.
 */
export function finishJob(engine: EngineExports, regions: readonly Region[], box: Box | undefined, status: number, watch?: () => void): void {
  for (;;) {
    watch?.();
    if (status !== WAITING && status !== BUSY) break;
    if (status === WAITING) {
      try {
        answer(engine, regions, box, engine.status_detail());
      } catch (error) {
        engine.cancel();
        throw error;
      }
    }
    status = engine.step(watch ? 1 : 0);
  }
  checked(engine, status);
}

function answer(engine: EngineExports, regions: readonly Region[], box: Box | undefined, layer: number): void {
  const region = (kind: number): Region => {
    const found = regions.find((candidate) => candidate.kind === kind && candidate.layer === layer);
    if (!found) throw new MayflyError(`layer ${layer + 1} is no box`, 1);
    return found;
  };
  if (!box) throw new MayflyError(`layer ${layer + 1} is a box: say what it computes with the option "box" of Network.create or Network.open`, 1);
  const { buffer } = engine.memory;
  const input = region(kinds.REGION_BOX_INPUT);
  const output = region(kinds.REGION_BOX_OUTPUT);
  const activities = box(layer, new Uint8Array(buffer, input.offset, input.bytes).slice());
  const expected = output.rows * output.columns;
  if (activities.length !== expected) throw new MayflyError(`the box of layer ${layer + 1} gave ${activities.length} activities, expected ${expected}: 2 times ${output.columns} units, positive first`, 1);
  const wrong = Array.prototype.findIndex.call(activities, (value: number) => !(Number.isInteger(value) && value >= 0 && value <= 32767));
  if (wrong >= 0) throw new MayflyError(`the box of layer ${layer + 1} gave the activity ${activities[wrong]} for unit ${wrong % output.columns}, expected a whole number from 0 to 32767 (128 = 1.0)`, 1);
  new Int16Array(buffer, output.offset, expected).set(activities);
}
