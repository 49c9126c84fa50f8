/**
 * Watching a machine without labels: the network learns on the device what is normal, by telling frames from their corrupted copies; its goodness is the
 * score, and what scores below a threshold learned there as well is not normal. What the loop keeps besides the network is a replay buffer and a few counters.
 */
import type { Network } from "../engine/network.js";
import { formatShape, sameShape } from "../data/shape.js";
import { MayflyError } from "../errors.js";
import { AlarmVote } from "./metrics.js";
import { ReplayBuffer } from "./replay.js";

export interface AnomalyWatchOptions {
  /** Frames learned from at the start, while the machine is known to be well. */
  learnFrames: number;
  /** Frames after those from which the threshold is learned before the first alarm. */
  settleFrames: number;
  /** Training steps for each frame while learning; default 8. */
  steps?: number;
  /** Afterwards only every so many frames one may be kept, is followed by the threshold, and brings one training step; 0: all stays as it was. Default 16: slow enough not to get used to a fault that grows. */
  followEvery?: number;
  /** Frames kept to learn from, and over how many that may be kept old ones fade; defaults 256 and 2048: with a frame every 64 ms and every 16th followed, half an hour. */
  kept?: number;
  horizon?: number;
  /** An alarm stands while `votes` of the last `of` frames were below the threshold; defaults 5 and 8. */
  votes?: number;
  of?: number;
  seed?: number;
  /** Goes on from what `save` gave, with a network opened from the checkpoint taken then. The recent votes begin anew. */
  from?: WatchState;
}

/** What a watch keeps besides its network. */
export interface WatchState {
  readonly frames: number;
  readonly kept: Uint8Array;
}

export type WatchPhase = "learning" | "settling" | "watching";

/** What became of one frame. */
export interface Verdict {
  readonly phase: WatchPhase;
  /** Goodness, positive sense: the lower, the less normal. q8. */
  readonly score: number;
  /** Below the threshold; false until there is one. */
  readonly below: boolean;
  /** Enough of the last frames were. */
  readonly alarm: boolean;
}

/**
 * ```ts
 * const network = Network.create({ stream: { window: 1024, spread: 10 }, negatives: "corrupted", … });
 * const watch = new AnomalyWatch(network, { learnFrames: 2500, settleFrames: 1000 });
 * for (const { alarm } of watch.push(samples)) if (alarm) sound();
 * ```
 *
 * Each frame is scored before it is learned. Training steps take frames at random from the buffer and not the latest: neighbours are alike, and a network that
 * learns one state of the machine for seconds forgets the others. While an alarm stands nothing is learned; a frame below the threshold is not kept.
 */
export class AnomalyWatch {
  readonly kept: ReplayBuffer;
  private readonly vote: AlarmVote;
  private readonly options: Required<Pick<AnomalyWatchOptions, "learnFrames" | "settleFrames" | "steps" | "followEvery">>;
  private frames: number;
  private alarmed = false;

  constructor(readonly network: Network, options: AnomalyWatchOptions) {
    const { learnFrames, settleFrames, steps = 8, followEvery = 16, kept = 256, horizon = 2048, votes = 5, of = 8, seed = 1, from } = options;
    for (const [name, value, least] of [["learnFrames", learnFrames, 1], ["settleFrames", settleFrames, 1], ["steps", steps, 1], ["followEvery", followEvery, 0]] as const) {
      if (!Number.isInteger(value) || value < least) throw new MayflyError(`AnomalyWatch: ${name} is ${value}, expected a whole number from ${least}`, 2);
    }
    const { stream, negatives } = network.spec;
    if (!stream || (negatives !== "corrupted" && negatives !== "hybrid")) {
      throw new MayflyError(`AnomalyWatch: this network ${stream ? `has "${negatives}" negatives` : "has no front end (stream)"}: it needs a stream, and negatives it makes itself ("corrupted" or "hybrid")`, 2);
    }
    if (stream.falseAlarms === 0) throw new MayflyError("AnomalyWatch: this network keeps no alarm threshold: stream.falseAlarms is 0", 2);
    this.options = { learnFrames, settleFrames, steps, followEvery };
    this.kept = from ? ReplayBuffer.fromBytes(from.kept, "the watch's state") : new ReplayBuffer({ shape: network.spec.input, classes: 1, perClass: kept, horizon, seed });
    if (!sameShape(this.kept.shape, network.spec.input)) throw new MayflyError(`AnomalyWatch: the state keeps frames of ${formatShape(this.kept.shape)}, the network takes ${formatShape(network.spec.input)}`, 1);
    this.frames = from?.frames ?? 0;
    this.vote = new AlarmVote(votes, of);
  }

  get phase(): WatchPhase {
    const { learnFrames, settleFrames } = this.options;
    return this.frames < learnFrames ? "learning" : this.frames < learnFrames + settleFrames ? "settling" : "watching";
  }

  /** Takes samples (i16, channels in turn); a verdict for each frame that they complete. */
  push(samples: ArrayLike<number>): Verdict[] {
    const verdicts: Verdict[] = [];
    for (let at = 0; at < samples.length;) {
      const { taken, event } = this.network.push(samples, at);
      at += taken;
      if (event === "frame") verdicts.push(this.judge());
    }
    return verdicts;
  }

  /** With the network's checkpoint, all that a device needs to go on after its power was cut. */
  save(): WatchState {
    return { frames: this.frames, kept: this.kept.toBytes() };
  }

  /** The signal was interrupted here. */
  gap(): void {
    this.network.gap();
  }

  private judge(): Verdict {
    const { network, phase } = this;
    const { steps, followEvery } = this.options;
    const frame = network.frame.slice();
    network.predict(frame);
    const score = network.scores[0]!;
    const follows = phase !== "watching" || (followEvery > 0 && this.frames % followEvery === 0);
    // While an alarm stands nothing follows what caused it.
    const below = phase !== "learning" && network.alarm(follows && !this.alarmed) && phase === "watching";
    this.alarmed = this.vote.push(below);
    this.frames++;
    if (follows && !below && !this.alarmed) this.learn(frame, phase === "learning" ? steps : phase === "settling" ? 0 : 1);
    return { phase, score, below, alarm: this.alarmed };
  }

  private learn(frame: Uint8Array, steps: number): void {
    this.kept.add(frame, 0);
    for (let step = 0; step < steps; step++) this.network.train(this.kept.draw().frame, 0);
  }
}
