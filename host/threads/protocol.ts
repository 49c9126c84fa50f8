/** What the coordinating thread and its workers say to each other. Everything large lies in memory they share. */
import type { Build } from "../engine/artefacts.js";
import type { Shares } from "./shares.js";
import type { Block, ShareTimes } from "./stage_runner.js";
import type { StreamsMemory } from "./streams.js";
import type { UnitMemory } from "./unit_runner.js";

/** How a worker starts. */
export interface WorkerStart {
  readonly thread: number;
  readonly build: Build;
  /** The persistent bytes of the network: what threads give each other between blocks. */
  readonly image: SharedArrayBuffer;
  readonly bells: SharedArrayBuffer;
  /** Null where the network only predicts. */
  readonly training: TrainingMemory | null;
}

/** What threads that train share besides. */
export interface TrainingMemory {
  readonly streams: StreamsMemory;
  /** Null where the units of a layer cannot be divided. */
  readonly units: UnitMemory | null;
}

/** Trains what is the worker's on the samples in the block's memory, then writes what it owns into the image. */
export interface TrainTask extends Block {
  readonly type: "train";
  readonly shares: Shares;
  /** Takes weights from the image too, not only states, before it begins. */
  readonly reload: boolean;
}

/** Predicts samples `from` to `to` - 1 of some frames. */
export interface PredictTask {
  readonly type: "predict";
  readonly reload: boolean;
  readonly frames: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly goodness: boolean;
  readonly readout: boolean;
  /** Whether the scores of every class are wanted, not only the class. */
  readonly scores: boolean;
}

export type Task = TrainTask | PredictTask;

/** One of the ways to predict, over samples in order. */
export interface Predictions {
  /** The class of each sample. */
  readonly classes: Uint8Array;
  /** i32 [samples][classes], as in `Network.scores` or `Network.logits`; null when not asked for. */
  readonly scores: Int32Array | null;
}

export interface Predicted {
  readonly goodness: Predictions | null;
  readonly readout: Predictions | null;
  /** Rows multiplied in each layer, u32: a counter of the network's. */
  readonly rowsUsed: Uint32Array;
}

/** `of`: the task it answers; the first of all, that the worker is there. */
export type Reply = { readonly of: "start" } | { readonly of: "train"; readonly times: ShareTimes } | { readonly of: "predict"; readonly predicted: Predicted };
