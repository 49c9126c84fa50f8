import * as kinds from "../../assembly/abi/region.js";
import { BUSY, OK } from "../../assembly/abi/status.js";
import { checked } from "../engine/instance.js";
import { type SampleExtras, writeExtras } from "../engine/extras.js";
import { Network, type NetworkOptions } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { goodnessOf } from "../reference/integers.js";
import { integersOf } from "../reference/interchange.js";
import { isMap } from "../spec/geometry.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** What the engine had in its memory when a layer's pass was done. */
export interface EngineTrace {
  readonly layer: number;
  readonly pass: "single" | "pair";
  /** acc of each row, flat; null of a map, which keeps those of one place at a time. */
  readonly sums: Int32Array | null;
  /** y of each row, flat. */
  readonly activities: Int16Array;
  /** G of each row or group, from the engine's activities. */
  readonly goodness: number[];
  /** a⁺ of every unit, then a⁻; null of a map, whose units get theirs place by place as they learn. */
  readonly coefficients: Int16Array | null;
}

/** Added to a layer's number by the engine when both of a pair are done. */
const PAIR = 256;

/**
 * Trains an engine and looks into its memory after each piece of work. Scratch memory is as large as the widest layer, so each layer's
 * numbers are there for a moment only: when the engine says that the piece has completed it.
 */
export class ObservedEngine {
  readonly network: Network;
  /** The sums as they were before the piece of work under way. */
  private readonly sums: Int32Array;
  /** Trained beside it without being looked at: it must end with the same weights. */
  private readonly unobserved: Network;

  constructor(spec: NetworkSpec, options: NetworkOptions) {
    // Of a map in bands one sees a band at a time; the bits are those of whole maps, which is checked in the end.
    this.network = Network.create({ ...spec, memoryLimitBytes: 0, layers: spec.layers.map((layer) => ({ ...layer, bandRows: 0 })) }, options);
    this.unobserved = Network.create(spec, options);
    this.sums = new Int32Array(this.network.view(this.network.region(kinds.REGION_SUMS)).length);
  }

  train(frame: Uint8Array, label: number, extras: SampleExtras = {}): EngineTrace[] {
    this.unobserved.train(frame, label, extras);
    const { network } = this;
    const { engine } = network;
    if (!engine.completed) throw new MayflyError("this engine cannot be watched: it was packed for a device", 1);
    network.frame.set(frame);
    writeExtras(extras, network.negative, network.targets);
    checked(engine, engine.begin_train(label));
    const traces: EngineTrace[] = [];
    const sums = network.view(network.region(kinds.REGION_SUMS)) as Int32Array;
    for (let status = BUSY; status !== OK;) {
      // The piece that makes activities of the sums may use their memory for the next list.
      this.sums.set(sums);
      // One piece of work, however small the limit.
      status = checked(engine, engine.step(1));
      const completed = engine.completed();
      if (completed >= 0) traces.push(this.trace(completed % PAIR, completed >= PAIR ? "pair" : "single"));
    }
    const { iterations, last, stream } = network.spec.recurrence;
    if (iterations === 0) return traces;
    // The pair that learns: its start, where it has one, and its iterations. What a stream's other classes see after it is in the state.
    const singles = traces.filter(({ pass }) => pass === "single").length;
    traces.length = Math.min(traces.length, singles + (stream ? last : last + 1) * network.spec.layers.length);
    for (const layer of network.spec.layers.keys()) traces.push(this.state(layer));
    return traces;
  }

  /** Of a recurrent network: a layer's y after the last iteration, of the pair or of all classes of a stream. */
  private state(layer: number): EngineTrace {
    const { network } = this;
    const region = network.region(kinds.REGION_UNIT_STATE, layer);
    const activities = Int16Array.from(integersOf(network, region));
    const { units } = network.spec.layers[layer]!;
    const rows = Array.from({ length: activities.length / units }, (_, row) => activities.subarray(row * units, (row + 1) * units));
    return { layer, pass: "pair", sums: null, activities, goodness: rows.flatMap((y) => goodnessOfGroups(y, 1, units)), coefficients: null };
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

  private trace(layer: number, pass: EngineTrace["pass"]): EngineTrace {
    const { network } = this;
    const { spec } = network;
    const { units, channels } = spec.layers[layer]!;
    const map = isMap(spec.layers[layer]!);
    // A map's plane of activities has a block of 8 to spare.
    const plane = ((units + 7) & ~7) + (map ? 8 : 0);
    const rows = pass === "single" ? 1 : 2;
    const { sums } = this;
    const activity = network.view(network.region(kinds.REGION_ACTIVITY));
    const coefficients = network.view(network.region(kinds.REGION_COEFFICIENTS));
    const planes = Array.from({ length: rows }, (_, row) => row);
    const groups = spec.objective === "classwise" ? spec.classes : 1;
    const activities = Int16Array.from(planes.flatMap((row) => Array.from(activity.subarray(row * plane, row * plane + units))));
    return {
      layer, pass, activities,
      sums: map || (pass === "pair" && spec.recurrence.iterations > 0) ? null : Int32Array.from(planes.flatMap((row) => Array.from(sums.subarray(row * plane, row * plane + units)))),
      goodness: planes.flatMap((row) => goodnessOfGroups(activities.subarray(row * units, (row + 1) * units), groups, map ? channels : units)),
      coefficients: map ? null : Int16Array.from([0, 1].flatMap((half) => Array.from({ length: units }, (_, unit) => coefficients[2 * unit + half]!))),
    };
  }
}

/** `columns`: units that repeat from place to place, of which each group has as many. */
function goodnessOfGroups(y: ArrayLike<number>, groups: number, columns: number): number[] {
  const squares = new Array<number>(groups).fill(0);
  for (let unit = 0; unit < y.length; unit++) squares[Math.floor(((unit % columns) * groups) / columns)]! += y[unit]! ** 2;
  return squares.map(goodnessOf);
}
