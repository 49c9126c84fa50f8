import type { Dataset } from "../../../host/data/dataset.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import type { SimulatedBoard } from "../../../firmware-sim/simulated_board.js";
import type { SimulationOptions } from "../../../firmware-sim/simulate.js";
import { sampleOf } from "../../host/engine/networks.js";

/** A small board, so that a checkpoint has about ten flash operations. */
export const BOARD: SimulatedBoard = {
  name: "testboard",
  engineBytes: 8192,
  reservedBytes: 1024,
  flash: { bytes: 65536, unitBytes: 8, pageBytes: 256, sectorBytes: 1024, programUs: 300, eraseUs: 20_000, enduranceCycles: 10_000 },
  freeFlashBytes: 65536,
  macUs: 0.05,
  updateUs: 0.1,
  loadMilliWatts: { boot: 50, compute: 50, wait: 10, program: 80, erase: 80 },
};

export const SPEC: NetworkSpecInput = { input: { width: 4, height: 4, channels: 1 }, classes: 4, seed: 3, layers: [{ units: 8, weights: "i8" }, { units: 8 }] };
export const CLASSWISE: NetworkSpecInput = { ...SPEC, objective: "classwise", layers: [{ units: 8, weights: "i8" }] };

export function dataFor(spec: NetworkSpecInput, count = 40): Dataset {
  const samples = Array.from({ length: count }, (_, index) => sampleOf(spec, index));
  return {
    name: "stripes", shape: spec.input, classes: spec.classes, count,
    frames: Uint8Array.from(samples.flatMap(({ frame }) => [...frame])), labels: Uint8Array.from(samples, ({ label }) => label),
  };
}

export function job(options: Partial<SimulationOptions> = {}): SimulationOptions {
  const spec = options.spec ?? SPEC;
  return { board: BOARD, spec, data: dataFor(spec), steps: 30, power: { kind: "brownouts", cuts: 5 }, seed: 1, checkpointEvery: 3, ...options };
}
