/** A network whose training step is done stage by stage (docs/abi.md, "Stages"): one layer of one pass at a time, in any order that its inputs allow. */
import * as kinds from "../../assembly/abi/region.js";
import {
  STAGE_BY_NEGATIVE, STAGE_BY_POSITIVE, STAGE_FRAME, STAGE_LABEL, STAGE_NEGATIVE, STAGE_OTHER_LABEL, STAGE_PAIR, STAGE_ROWS, STAGE_SINGLE,
} from "../../assembly/abi/stage.js";
import { NET_STEP } from "../../assembly/abi/state.js";
import { HANDOVER } from "../../assembly/abi/status.js";
import { checked } from "../engine/instance.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { isMap } from "../spec/geometry.js";
import type { Slot } from "./streams.js";

/** The neutral or only pass, and the pair of passes that follows it. */
export type Pass = "single" | "pair";

/** Bytes of an entry of a list, which holds two rows (assembly/kernels/rows.ts). */
const ENTRY_BYTES = { single: 8, pair: 12 } as const;
/** Words of a hand-over before its logits: rows, and the two multipliers. */
const HEAD_WORDS = 3;

/** What a stage needs to know of its sample. */
export interface Step {
  /** Samples trained before this one, u32. */
  readonly step: number;
  readonly label: number;
}

export class StagedNetwork {
  private readonly job: Int32Array;
  private readonly state: Uint32Array;
  private readonly logits: Int32Array;
  /** Where the activities of a layer stand. */
  private readonly activity: Uint8Array;
  /** The lists that even and odd layers read. */
  private readonly lists: readonly [Uint8Array, Uint8Array];

  constructor(readonly network: Network) {
    const { engine } = network;
    if (!engine.begin_stage || !engine.job_address) throw new MayflyError("this engine cannot train in stages: it is the core build, or packed for a device", 1);
    this.job = new Int32Array(engine.memory.buffer, engine.job_address(), (STAGE_BY_NEGATIVE >> 2) + 1);
    this.state = network.view(network.region(kinds.REGION_STATE)) as Uint32Array;
    this.logits = network.logits;
    this.activity = this.bytesOf(kinds.REGION_ACTIVITY);
    this.lists = [this.bytesOf(kinds.REGION_ROWS_A), this.bytesOf(kinds.REGION_ROWS_B)];
  }

  private bytesOf(kind: number): Uint8Array {
    const { offset, bytes } = this.network.region(kind);
    return new Uint8Array(this.network.engine.memory.buffer, offset, bytes);
  }

  /** Takes in the frame that stands in memory. The first layer's stages need it until the next. */
  frame(at: Step): void {
    this.begin(STAGE_FRAME, 0, at);
    this.end();
  }

  /** A layer's single pass with all it learns there. */
  single(layer: number, at: Step): void {
    this.begin(STAGE_SINGLE, layer, at);
    this.end();
  }

  /** Draws the negative's label, hard ones from the logits that stand in memory. */
  negative(at: Step): number {
    this.begin(STAGE_NEGATIVE, 0, at);
    this.end();
    return this.job[STAGE_OTHER_LABEL >> 2] ?? 0;
  }

  /** A layer's pair of passes; `other`: the negative's label, which the first layer needs. `handOver` is called as soon as the next layer can begin, before this one's update. */
  pair(layer: number, at: Step, other: number, handOver: () => void): void {
    this.job[STAGE_OTHER_LABEL >> 2] = other;
    this.begin(STAGE_PAIR, layer, at);
    const status = checked(this.network.engine, this.network.engine.step(0));
    handOver();
    if (status === HANDOVER) this.end();
  }

  private begin(stage: number, layer: number, { step, label }: Step): void {
    this.state[NET_STEP >> 2] = step;
    this.job[STAGE_LABEL >> 2] = label;
    checked(this.network.engine, this.network.engine.begin_stage!(stage, layer));
  }

  private end(): void {
    const { engine } = this.network;
    const status = checked(engine, engine.step(0));
    if (status !== 0) throw new Error(`a stage ended with status ${status}`);
  }

  /** Bytes that a hand-over from `layer` to the next takes at most. */
  slotBytes(layer: number, pass: Pass): number {
    const payload = this.nextIsMap(layer) ? 2 * this.units(layer) * (pass === "pair" ? 2 : 1) : this.list(layer).length;
    return (4 * this.headWords(pass) + payload + 15) & ~15;
  }

  /** Copies what `layer` gives to the next into a slot. */
  take(layer: number, pass: Pass, { words, bytes }: Slot): void {
    const { job } = this;
    words[0] = job[STAGE_ROWS >> 2]!;
    words[1] = job[STAGE_BY_POSITIVE >> 2]!;
    words[2] = job[STAGE_BY_NEGATIVE >> 2]!;
    if (pass === "single") words.set(this.logits, HEAD_WORDS);
    const head = 4 * this.headWords(pass);
    this.payload(layer, pass, words[0]!, (piece, at) => bytes.set(piece, head + at));
  }

  /** Puts what the layer below `layer + 1` gave where that layer looks for it. */
  give(layer: number, pass: Pass, { words, bytes }: Slot): void {
    const { job } = this;
    job[STAGE_ROWS >> 2] = words[0]!;
    job[STAGE_BY_POSITIVE >> 2] = words[1]!;
    job[STAGE_BY_NEGATIVE >> 2] = words[2]!;
    if (pass === "single") for (let c = 0; c < this.logits.length; c++) this.logits[c] = words[HEAD_WORDS + c]!;
    const head = 4 * this.headWords(pass);
    this.payload(layer, pass, words[0]!, (piece, at) => piece.set(bytes.subarray(head + at, head + at + piece.length)));
  }

  private headWords(pass: Pass): number {
    return HEAD_WORDS + (pass === "single" ? this.logits.length : 0);
  }

  /** The pieces of memory that go from `layer` to the next, and where in a slot each lies. */
  private payload(layer: number, pass: Pass, rows: number, each: (bytes: Uint8Array, at: number) => void): void {
    if (!this.nextIsMap(layer)) return each(this.list(layer).subarray(0, ((rows + 1) >> 1) * ENTRY_BYTES[pass]), 0);
    const bytes = 2 * this.units(layer);
    each(this.activity.subarray(0, bytes), 0);
    // The negative's stand behind the positive's, which are padded (assembly/maps/input_map.ts).
    const plane = 2 * (((this.units(layer) + 7) & ~7) + 8);
    if (pass === "pair") each(this.activity.subarray(plane, plane + bytes), bytes);
  }

  /** The list that the layer behind `layer` reads. */
  private list(layer: number): Uint8Array {
    return this.lists[(layer + 1) & 1]!;
  }

  private units(layer: number): number {
    return this.network.spec.layers[layer]!.units;
  }

  private nextIsMap(layer: number): boolean {
    return isMap(this.network.spec.layers[layer + 1]!);
  }
}
