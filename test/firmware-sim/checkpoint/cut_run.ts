import { slotLayout } from "../../../firmware-sim/checkpoint/layout.js";
import { CheckpointStore, type Phase, type Recovery } from "../../../firmware-sim/checkpoint/store.js";
import { SimulatedClock } from "../../../firmware-sim/devices/clock.js";
import { FlashRuleError, type FlashShape, SimulatedFlash } from "../../../firmware-sim/devices/flash.js";
import { type Aim, AimedPower, PowerCut, Supply } from "../../../firmware-sim/devices/power.js";
import { Random, STREAM_TEARS } from "../../../firmware-sim/devices/random.js";

type Sizes = Pick<FlashShape, "unitBytes" | "pageBytes" | "sectorBytes">;

/** External NOR, flash with ECC words, flash that writes half-words, MRAM: small, so that a checkpoint has few operations. */
export const SHAPES: Readonly<Record<string, Sizes>> = {
  "pages of 32, bytes writable": { unitBytes: 1, pageBytes: 32, sectorBytes: 128 },
  "words of 16 with ECC": { unitBytes: 16, pageBytes: 16, sectorBytes: 128 },
  "half-words": { unitBytes: 2, pageBytes: 2, sectorBytes: 64 },
  "pages only": { unitBytes: 64, pageBytes: 64, sectorBytes: 256 },
};

export const CONTENT_BYTES = 90;

/** Content of checkpoint `number`. */
export function contentOf(number: number): Uint8Array {
  return Uint8Array.from({ length: CONTENT_BYTES }, (_, at) => (at < 4 ? number >> (8 * at) : Math.imul(number + 1, 2654435761) >> (at % 23)));
}

export function numberOf(content: Uint8Array): number {
  return new DataView(content.buffer, content.byteOffset).getUint32(0, true);
}

export interface Bench {
  readonly flash: SimulatedFlash;
  readonly power: AimedPower;
  readonly supply: Supply;
  readonly newStore: () => CheckpointStore;
}

export function bench(sizes: Sizes, seed = 1, options: { order?: readonly Phase[]; image?: Uint8Array; wornOutCycles?: number } = {}): Bench {
  const layout = slotLayout(CONTENT_BYTES, sizes);
  const power = new AimedPower();
  const supply = new Supply(new SimulatedClock(), power);
  const shape = { ...sizes, bytes: layout.areaBytes, programUs: 100, eraseUs: 10_000, enduranceCycles: 10_000 };
  const flash = new SimulatedFlash(shape, supply, new Random(seed, STREAM_TEARS), options);
  return { flash, power, supply, newStore: () => new CheckpointStore(flash, layout, options.order) };
}

export function writeWhole(store: CheckpointStore, content: Uint8Array): void {
  store.begin(content);
  while (store.step() === "busy");
}

export interface CutRun {
  /** Starts at which a committed checkpoint was gone, or a content came back that was never written whole. */
  readonly lost: number;
  readonly wrong: number;
  /** Whether the store broke a rule of the flash, which ended the run. */
  readonly rulesBroken: number;
  readonly cuts: number;
  /** Flash operations of the last checkpoint that was not cut. */
  readonly operations: number;
}

const CHECKPOINTS_AFTER = 2;

/**
 * A device that does nothing but write checkpoints: one whole, then one under each aimed cut, then some whole ones and a last start. After each cut it
 * starts again from what it finds.
 */
export function runCuts(sizes: Sizes, seed: number, aims: readonly Omit<Aim, "loads">[], order?: readonly Phase[]): CutRun {
  const { flash, power, supply, newStore } = bench(sizes, seed, { order });
  let committed = 0;
  let lost = 0;
  let wrong = 0;
  let cuts = 0;
  let operations = 0;
  const pending = [...aims];
  const started = (recovery: Recovery): number => {
    const number = recovery.outcome === "restored" ? numberOf(recovery.content) : 0;
    if (recovery.outcome === "restored" && Buffer.compare(recovery.content, contentOf(number)) !== 0) wrong++;
    if (number < committed) lost++;
    committed = Math.min(committed, number);
    return number;
  };
  let store = newStore();
  let number = started(store.recover());
  for (let whole = 0; whole <= CHECKPOINTS_AFTER;) {
    const aimed = committed > 0 ? pending.shift() : undefined;
    if (aimed) power.aim({ ...aimed, loads: ["program", "erase"] });
    const before = flash.programs + flash.erases;
    try {
      writeWhole(store, contentOf(number + 1));
      committed = ++number;
      if (power.aimed) supply.spend(1, "compute");
      operations = flash.programs + flash.erases - before;
      if (pending.length === 0) whole++;
    } catch (error) {
      if (error instanceof FlashRuleError) return { lost, wrong, rulesBroken: 1, cuts, operations };
      if (!(error instanceof PowerCut)) throw error;
      cuts++;
      store = newStore();
      number = started(store.recover());
    }
  }
  started(newStore().recover());
  return { lost, wrong, rulesBroken: 0, cuts, operations };
}
