import * as kinds from "../../assembly/abi/region.js";
import { BUSY, OK } from "../../assembly/abi/status.js";
import { checked } from "../engine/instance.js";
import { Network, type NetworkOptions } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { goodnessOf } from "../reference/integers.js";
import { integersOf } from "../reference/interchange.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** What the engine had in its memory when a layer's pass was done. */
export interface EngineTrace {
  readonly layer: number;
  readonly pass: "single" | "pair";
  /** acc of each row, flat. */
  readonly sums: Int32Array;
  /** G of each row or group, from the engine's activities. */
  readonly goodness: number[];
  /** a⁺ of every unit, then a⁻. */
  readonly coefficients: Int16Array;
}

/** No activity is negative. */
const MARK = -1;

/**
 * Trains an engine and looks into its memory after each piece of work. Scratch memory is as large as the widest layer, so each layer's
 * numbers are there for a moment only: when the activities, marked before the piece, have been written anew.
 */
export class ObservedEngine {
  readonly network: Network;
  /** Trained beside it without being looked at: it must end with the same weights. */
  private readonly unobserved: Network;

  constructor(spec: NetworkSpec, options: NetworkOptions) {
    this.network = Network.create(spec, options);
    this.unobserved = Network.create(spec, options);
  }

  train(frame: Uint8Array, label: number): EngineTrace[] {
    this.unobserved.train(frame, label);
    const { network } = this;
    const { engine } = network;
    const activity = network.view(network.region(kinds.REGION_ACTIVITY));
    network.frame.set(frame);
    checked(engine, engine.begin_train(label));
    const traces: EngineTrace[] = [];
    for (let status = BUSY; status !== OK;) {
      activity.fill(MARK);
      // One piece of work, however small the limit.
      status = checked(engine, engine.step(1));
      if (activity[0] !== MARK) traces.push(this.trace(traces.length));
    }
    return traces;
  }

  /** Throws if looking at the engine has changed what it computes. */
  checkUndisturbed(): void {
    if (this.network.weightsHash() !== this.unobserved.weightsHash()) throw new MayflyError("the parity check has disturbed the engine it looks at: this is a bug, please report it", 1);
  }

  weights(layer: number): Float32Array {
    return integersOf(this.network, this.network.region(kinds.REGION_WEIGHTS, layer));
  }

  readoutWeights(layer: number): Float32Array {
    return integersOf(this.network, this.network.region(kinds.REGION_READOUT_WEIGHTS, layer));
  }

  /** Summed logits of the last neutral pass. */
  logits(): number[] {
    return Array.from(this.network.logits);
  }

  /** The engine's own scores of a frame, counting the layers from each layer on: [layers][classes]. */
  scores(frame: Uint8Array): number[][] {
    return this.network.spec.layers.map((_, from) => {
      const probe = Network.create({ ...this.network.spec, goodnessFrom: from }, { build: this.network.build });
      for (const region of this.network.regions) {
        if (region.kind === kinds.REGION_WEIGHTS) probe.view(probe.region(region.kind, region.layer)).set(this.network.view(region));
      }
      probe.predict(frame, "goodness");
      return Array.from(probe.scores);
    });
  }

  /** The order of the passes: the neutral or class-wise one through all layers, then the pair of passes. */
  private trace(index: number): EngineTrace {
    const { network } = this;
    const { spec } = network;
    const singles = spec.objective === "classwise" || spec.readout.from !== null ? spec.layers.length : 0;
    const pass = index < singles ? "single" : "pair";
    const layer = index < singles ? index : index - singles;
    const { units } = spec.layers[layer]!;
    const plane = network.region(kinds.REGION_WEIGHTS, layer).stride;
    const rows = pass === "single" ? 1 : 2;
    const sums = network.view(network.region(kinds.REGION_SUMS));
    const activity = network.view(network.region(kinds.REGION_ACTIVITY));
    const coefficients = network.view(network.region(kinds.REGION_COEFFICIENTS));
    const planes = Array.from({ length: rows }, (_, row) => row);
    const groups = spec.objective === "classwise" ? spec.classes : 1;
    return {
      layer, pass,
      sums: Int32Array.from(planes.flatMap((row) => Array.from(sums.subarray(row * plane, row * plane + units)))),
      goodness: planes.flatMap((row) => goodnessOfGroups(activity.subarray(row * plane, row * plane + units), groups)),
      coefficients: Int16Array.from([0, 1].flatMap((half) => Array.from({ length: units }, (_, unit) => coefficients[2 * unit + half]!))),
    };
  }
}

function goodnessOfGroups(y: ArrayLike<number>, groups: number): number[] {
  const size = y.length / groups;
  return Array.from({ length: groups }, (_, group) => {
    let squares = 0;
    for (let unit = group * size; unit < (group + 1) * size; unit++) squares += y[unit]! ** 2;
    return goodnessOf(squares);
  });
}
