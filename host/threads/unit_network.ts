/** A network of which this thread does some units of every layer, stage by stage (docs/abi.md, "Stages"). */
import * as kinds from "../../assembly/abi/region.js";
import {
  STAGE_FRAME_ROWS, STAGE_FRAME_SUMS, STAGE_LABEL, STAGE_NEGATIVE, STAGE_PAIR_ROWS, STAGE_PAIR_UNITS, STAGE_READOUT, STAGE_SINGLE_ROWS, STAGE_SINGLE_UNITS, STAGE_UPDATE,
} from "../../assembly/abi/stage.js";
import { NET_STEP } from "../../assembly/abi/state.js";
import { HANDOVER } from "../../assembly/abi/status.js";
import { checked } from "../engine/instance.js";
import type { Network } from "../engine/network.js";
import { allUnits, type UnitRange } from "./own_units.js";
import type { Step } from "./staged_network.js";

export class UnitNetwork {
  private readonly job: Int32Array;
  private readonly state: Uint32Array;
  private readonly readsFrom: number;
  /** The frame's sums, i32, and the activities of the layer at hand, i16, a pair's negative behind the positive's: as bytes. */
  readonly frameSumBytes: Uint8Array;
  readonly activityBytes: Uint8Array;

  /** `own`: this thread's units of every layer. */
  constructor(readonly network: Network, private readonly own: readonly UnitRange[]) {
    const { engine, spec } = network;
    this.job = new Int32Array(engine.memory.buffer, engine.job_address!(), (STAGE_LABEL >> 2) + 1);
    this.state = network.view(network.region(kinds.REGION_STATE)) as Uint32Array;
    this.readsFrom = spec.readout.from ?? Infinity;
    this.frameSumBytes = this.bytesOf(kinds.REGION_IMAGE_SUMS);
    this.activityBytes = this.bytesOf(kinds.REGION_ACTIVITY);
  }

  /** Makes the thread's units its own, so that its weights are wanted as `unit_image.ts` says. */
  divide(): void {
    const { engine } = this.network;
    this.own.forEach(({ from, to }, layer) => checked(engine, engine.divide_units!(layer, from, to)));
  }

  /** Makes all units its own again. */
  unite(): void {
    const { engine, spec } = this.network;
    spec.layers.forEach(({ units }, layer) => checked(engine, engine.divide_units!(layer, 0, allUnits(units).to)));
  }

  private bytesOf(kind: number): Uint8Array {
    const { offset, bytes } = this.network.region(kind);
    return new Uint8Array(this.network.engine.memory.buffer, offset, bytes);
  }

  /** Takes in the frame that stands in memory: own units of the first layer's sums of it. The sample before may still have its pair in a layer above the first. */
  frameRows(): void {
    this.run(STAGE_FRAME_ROWS, 0);
  }

  frameSums(): void {
    this.run(STAGE_FRAME_SUMS, 0);
  }

  /** Enters the sample whose frame has been taken in. */
  begin({ step, label }: Step): void {
    this.state[NET_STEP >> 2] = step;
    this.job[STAGE_LABEL >> 2] = label;
  }

  /** A layer's single pass up to own activities; all of the first layer's, when all of the frame's sums are there. */
  singleUnits(layer: number): void {
    this.run(STAGE_SINGLE_UNITS, layer);
  }

  /** From all activities to the next layer's rows. */
  singleRows(layer: number): void {
    this.run(STAGE_SINGLE_ROWS, layer);
  }

  /** The readout's part of a layer, while the layer's rows still stand: before the rows of the next layer. */
  readout(layer: number): void {
    if (layer >= this.readsFrom) this.run(STAGE_READOUT, layer);
  }

  /** Draws the negative's label, when all layers have been read out. */
  negative(): void {
    this.run(STAGE_NEGATIVE, 0);
  }

  /** A layer's pair up to own activities; all of the first layer's. */
  pairUnits(layer: number): void {
    this.run(STAGE_PAIR_UNITS, layer);
  }

  /** From all activities to the next layer's rows and to coefficients; whether there is something to learn. */
  pairRows(layer: number): boolean {
    return this.run(STAGE_PAIR_ROWS, layer) === HANDOVER;
  }

  /** What own units of a layer learn, while its coefficients still stand: before the next layer's `pairRows`. */
  update(layer: number): void {
    this.run(STAGE_UPDATE, layer);
  }

  private run(stage: number, layer: number): number {
    const { engine } = this.network;
    checked(engine, engine.begin_stage!(stage, layer));
    return checked(engine, engine.step(0));
  }
}
