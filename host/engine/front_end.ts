/** The engine's front end (docs/streams.md): samples in, frames out, and what it has counted. */
import * as state from "../../assembly/abi/front.js";
import { REGION_FRONT_BLOCK, REGION_FRONT_STATE } from "../../assembly/abi/region.js";
import { MayflyError } from "../errors.js";
import type { FrontEnd } from "../spec/network_spec.js";
import type { EngineExports } from "./exports.js";
import { checked } from "./instance.js";
import type { Region } from "./regions.js";

/** What the front end has counted since the network was made; u32, they wrap. */
export interface StreamCounters {
  /** Samples taken, windows made of them, frames given. */
  readonly samples: number;
  readonly windows: number;
  readonly frames: number;
  /** Feature values beyond what a u8 holds after scaling. */
  readonly saturated: number;
  /** Sample values at an end of an i16: the sensor's range was too small. */
  readonly clipped: number;
  readonly gaps: number;
  readonly alarms: number;
  /** Windows of the warm-up still to come. */
  readonly warmupLeft: number;
}

/** What came of samples: how many values were taken, and whether a frame is ready; "window": one that went into the warm-up, or into a frame that is not full. */
export interface Pushed {
  readonly taken: number;
  readonly event: "none" | "window" | "frame";
}

type FrontExports = Required<Pick<EngineExports, "push_block" | "samples_wanted" | "gap" | "alarm" | "alarm_threshold">>;

export class EngineFrontEnd {
  private readonly block: Int16Array;
  private readonly blockRows: number;
  private readonly state: DataView;
  private readonly exports: FrontExports;

  constructor(private readonly engine: EngineExports, region: (kind: number) => Region, private readonly spec: FrontEnd) {
    const { push_block, samples_wanted, gap, alarm, alarm_threshold } = engine;
    if (!push_block || !samples_wanted || !gap || !alarm || !alarm_threshold) throw new MayflyError("this engine has no front end: it was packed without one", 1);
    this.exports = { push_block, samples_wanted, gap, alarm, alarm_threshold };
    const block = region(REGION_FRONT_BLOCK);
    this.blockRows = block.rows;
    this.block = new Int16Array(engine.memory.buffer, block.offset, block.rows * block.columns);
    const { offset, bytes } = region(REGION_FRONT_STATE);
    this.state = new DataView(engine.memory.buffer, offset, bytes);
  }

  push(samples: ArrayLike<number>, from: number): Pushed {
    const { channels } = this.spec;
    if ((samples.length - from) % channels !== 0) throw new MayflyError(`${samples.length - from} values are not whole samples of ${channels} channels`, 1);
    checkSamples(samples, from);
    let at = from;
    while (at < samples.length) {
      const rows = Math.min(this.blockRows, checked(this.engine, this.exports.samples_wanted()), (samples.length - at) / channels);
      for (let i = 0; i < rows * channels; i++) this.block[i] = samples[at + i]!;
      const event = checked(this.engine, this.exports.push_block(rows));
      at += rows * channels;
      if (event !== state.PUSH_NONE) return { taken: at - from, event: event === state.PUSH_FRAME ? "frame" : "window" };
    }
    return { taken: at - from, event: "none" };
  }

  gap(): void {
    checked(this.engine, this.exports.gap());
  }

  alarm(learn: boolean): boolean {
    if (this.spec.falseAlarms === 0) throw new MayflyError("this network keeps no alarm threshold: stream.falseAlarms is 0", 1);
    return checked(this.engine, this.exports.alarm(learn ? 1 : 0)) === 1;
  }

  get threshold(): number {
    return this.exports.alarm_threshold();
  }

  get counters(): StreamCounters {
    const word = (offset: number): number => this.state.getUint32(offset, true);
    const windows = word(state.FRONT_WINDOWS);
    return {
      samples: word(state.FRONT_SAMPLES), windows, frames: word(state.FRONT_READY), saturated: word(state.FRONT_SATURATED), clipped: word(state.FRONT_CLIPPED),
      gaps: word(state.FRONT_GAPS), alarms: word(state.FRONT_ALARMS), warmupLeft: Math.max(0, this.spec.warmup - windows),
    };
  }
}

/** An Int16Array cannot be wrong; what else comes may be. */
function checkSamples(samples: ArrayLike<number>, from: number): void {
  if (samples instanceof Int16Array) return;
  for (let at = from; at < samples.length; at++) {
    const value = samples[at]!;
    if (!(Number.isInteger(value) && value >= -32768 && value <= 32767)) throw new MayflyError(`sample value ${at} is ${value}, expected a whole number from -32768 to 32767`, 1);
  }
}
