/** What page and workers say to each other. Plain data; nothing else goes between them. */
import type { BoardPlan } from "../../firmware-sim/boards/plan_board.js";
import type { SlotState } from "../../firmware-sim/checkpoint/store.js";
import type { Load } from "../../firmware-sim/devices/power.js";
import type { StepRates } from "../../firmware-sim/step_timer.js";
import type { MemoryPlan, PlannedBytes } from "../../host/engine/plan.js";
import type { GoodnessHistogram } from "../../host/report/report_data.js";
import type { NetworkSpecInput } from "../../host/spec/network_spec.js";
import type { World } from "./world.js";

/** Times the chip's own pace; null: as fast as this machine can. */
export type Pace = number | null;
/** Fast enough not to wait, slow enough to watch. */
export const FIRST_PACE: Pace = 10;
/** Where a power cut falls: inside the next checkpoint's flash operations, or in the middle of a training step. */
export type CutPlace = "flash" | "compute";

export type Request =
  /** First of all. `gzipped`: digits.ts. */
  | { readonly type: "digits"; readonly gzipped: Uint8Array<ArrayBuffer> }
  | { readonly type: "plan"; readonly id: number; readonly board: string; readonly spec: NetworkSpecInput }
  /** A fresh device; it stands still. */
  | { readonly type: "configure"; readonly board: string; readonly spec: NetworkSpecInput; readonly world: World }
  | { readonly type: "rates"; readonly rates: StepRates }
  | { readonly type: "run"; readonly running: boolean }
  | { readonly type: "pace"; readonly pace: Pace }
  | { readonly type: "world"; readonly world: World }
  | { readonly type: "cut"; readonly place: CutPlace }
  | { readonly type: "predict"; readonly id: number; readonly frame: Uint8Array }
  | { readonly type: "test digit"; readonly index: number };

export interface RegionPlan {
  readonly name: string;
  readonly bytes: number;
  readonly offset: number;
  readonly persistent: boolean;
  readonly purpose: string;
}

export interface BoardName {
  readonly name: string;
  readonly title: string;
  readonly ramBytes: number;
}

/** A point of the learning curves: percent wrong at a number of samples. */
export interface Point {
  readonly samples: number;
  readonly value: number;
}

export interface Progress {
  readonly samples: number;
  /** Of the board: simulated seconds and millijoules since its first start. */
  readonly seconds: number;
  readonly milliJoules: number;
  readonly checkpoints: number;
  readonly erases: number;
  readonly programs: number;
  /** Erases of the sector erased most often. */
  readonly wear: number;
  /** Samples a second on this machine. */
  readonly rate: number;
  /** New since the last message: samples the readout had wrong before it learned from them. */
  readonly running: readonly Point[];
}

export interface Field {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array;
}

/** A sample as the sensor delivered it. */
export interface Seen {
  readonly frame: Uint8Array;
  readonly label: number;
}

export interface Pictures {
  readonly samples: number;
  readonly fields: readonly Field[];
  readonly histograms: readonly GoodnessHistogram[];
  readonly seen: readonly Seen[];
}

export interface FlashPicture {
  /** Of each page of both slots: share of bytes that are not erased, 0..255. */
  readonly pages: Uint8Array;
  readonly slots: readonly { readonly state: SlotState; readonly samples: number | null }[];
}

export type Reply =
  | { readonly type: "boards"; readonly boards: readonly BoardName[] }
  | { readonly type: "planned"; readonly id: number; readonly problem: string | null; readonly plan: { readonly bytes: PlannedBytes; readonly bands: MemoryPlan["bands"]; readonly regions: readonly RegionPlan[] } | null; readonly board: BoardPlan | null; readonly fitting: readonly { readonly name: string; readonly title: string; readonly spareBytes: number }[]; readonly limitBytes: number }
  /** The same board with times, and what the device is to count by. */
  | { readonly type: "metered"; readonly id: number; readonly board: BoardPlan; readonly rates: StepRates }
  | { readonly type: "configured"; readonly checkpointEvery: number; readonly slotBytes: number; readonly enduranceCycles: number; readonly build: string; readonly trainCount: number }
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "tested"; readonly samples: number; readonly goodness: number | null; readonly readout: number | null; readonly count: number; readonly world: World }
  | { readonly type: "pictures"; readonly pictures: Pictures }
  | { readonly type: "flash"; readonly flash: FlashPicture }
  /** The power is gone. `hash`: of the whole training state in RAM at sample `samples`, the last that was whole. */
  | { readonly type: "dark"; readonly load: Load; readonly samples: number; readonly hash: string }
  /** Back: what recovery found, the state's hash, and that of the checkpoint as it was committed. */
  | { readonly type: "resumed"; readonly outcome: "restored" | "empty" | "damaged"; readonly slot: number | null; readonly slots: readonly SlotState[]; readonly samples: number; readonly hash: string; readonly committedHash: string | null }
  /** The sample at which the power died has been reached again. */
  | { readonly type: "caught up"; readonly samples: number; readonly hash: string; readonly expected: string }
  /** It will not be: the world has changed before it was. */
  | { readonly type: "parted" }
  | { readonly type: "prediction"; readonly id: number; readonly seen: Uint8Array; readonly goodness: readonly number[]; readonly readout: readonly number[] | null; readonly byGoodness: number; readonly byReadout: number | null; readonly samples: number }
  | { readonly type: "test digit"; readonly frame: Uint8Array; readonly label: number; readonly index: number }
  | { readonly type: "failed"; readonly message: string };
