import { MayflyError } from "../host/errors.js";
import { allowances, WHOLE_ENGINE_BYTES } from "./boards/allowances.js";
import type { Board, CoreName } from "./boards/schema.js";
import type { FlashShape } from "./devices/flash.js";
import type { Load } from "./devices/power.js";
import { costModel } from "./metering/cost.js";
import type { MeteredNetwork } from "./metering/meter_module.js";

/** What the simulator needs to know of a board. */
export interface SimulatedBoard {
  readonly name: string;
  /** Bytes that the engine's linear memory may take: RAM in one piece, less what `reservedBytes` says. */
  readonly engineBytes: number;
  /** Stack, variables of the firmware, operating system, and what the user's own program takes. */
  readonly reservedBytes: number;
  /** `bytes` is the whole flash; checkpoints take as much of it as they need. */
  readonly flash: FlashShape;
  /** Flash that is left for checkpoints. */
  readonly freeFlashBytes: number;
  /** Microseconds of a multiply-add forward, and of a weight's update. */
  readonly macUs: number;
  readonly updateUs: number;
  readonly loadMilliWatts: Readonly<Record<Load, number>>;
}

/** Cycles of a multiply-add forward, where no metered step sets the scale; an update costs about twice as many. */
const CYCLES_PER_MAC: Readonly<Record<CoreName, number>> = {
  "cortex-m0": 8, "cortex-m0plus": 7, "cortex-m3": 6, "cortex-m4": 5.5, "cortex-m7": 3, "cortex-m33": 5, "cortex-m55": 3, "xtensa-lx6": 6, "xtensa-lx7": 5, rv32imc: 6,
};
const UPDATE_CYCLES_PER_MAC = 2;
/** What writing flash draws besides the core, and what waiting draws of the core's current. */
const FLASH_MILLIAMPS = 10;
const WAITING_SHARE = 0.3;

/** A board of the catalogue; `reserveBytes` of its RAM belong to the user's own program. */
export function simulatedBoard(board: Board, reserveBytes = 0): SimulatedBoard {
  const { flash } = board;
  const reservedBytes = allowances.stackBytes.value + allowances.runtimeRamBytes.value + (board.platform?.ramBytes.value ?? 0) + reserveBytes;
  const engineBytes = Math.min(board.ramContiguousBytes.value, board.ramBytes.value - reservedBytes);
  if (engineBytes <= 0) throw new MayflyError(`${board.name} has ${board.ramBytes.value.toLocaleString("en")} bytes of RAM, and ${reservedBytes.toLocaleString("en")} are taken before the engine gets any`, 1);
  const macUs = CYCLES_PER_MAC[board.core] * ((board.stallLow.value + board.stallHigh.value) / 2) / board.clockMHz.value;
  const codeBytes = Math.ceil(WHOLE_ENGINE_BYTES.code * costModel(board.core).codeFlashPerWasmByte) + WHOLE_ENGINE_BYTES.data;
  const core = board.activeMilliAmps.value * board.supplyVolts.value;
  const writing = core + FLASH_MILLIAMPS * board.supplyVolts.value;
  return {
    name: board.name,
    engineBytes,
    reservedBytes,
    flash: {
      bytes: flash.bytes.value,
      unitBytes: flash.programUnitBytes.value,
      pageBytes: flash.programPageBytes.value,
      sectorBytes: flash.eraseBytes.value,
      programUs: flash.programMs.value * 1000,
      eraseUs: flash.eraseMs.value * 1000,
      enduranceCycles: flash.enduranceCycles.value,
    },
    freeFlashBytes: flash.bytes.value - codeBytes - allowances.runtimeFlashBytes.value - (board.platform?.flashBytes.value ?? 0),
    macUs,
    updateUs: macUs * UPDATE_CYCLES_PER_MAC,
    loadMilliWatts: { boot: core, compute: core, wait: core * WAITING_SHARE, program: writing, erase: writing },
  };
}

/** How long a training step takes, on average, and what that rests on. */
export interface StepTime {
  readonly us: number;
  readonly basis: string;
}

/** From exact instruction counts by the core's cost table: the middle of the range, between the first samples and later ones. */
export function meteredStep(board: Board, metered: MeteredNetwork): StepTime {
  const model = costModel(board.core);
  const cycles = [metered.early, metered.late].map(({ mean }) => {
    const { low, high } = model.cycles(mean);
    return (low * board.stallLow.value + high * board.stallHigh.value) / 2;
  });
  return { us: (cycles[0]! + cycles[1]!) / 2 / board.clockMHz.value, basis: `mean step metered: ${metered.basis}; ${model.basis}; shared out by rows used` };
}
