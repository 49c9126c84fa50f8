import type { EngineExports } from "../../host/engine/exports.js";
import { instantiate } from "../../host/engine/instance.js";
import { type Instrumented, instrument } from "./instrument.js";
import { CLASSES, CLASS_COUNT, type WorkClass } from "./opcodes.js";

/** Units of work by class. */
export type Work = Readonly<Record<WorkClass, number>>;

/** An engine that counts what it does. */
export interface MeteredEngine {
  readonly engine: EngineExports;
  readonly meter: Meter;
}

/** Starts a scalar module, e.g. a packed one, with counters in it. Its memory has the counters behind it; all else is as ever. */
export function startMetered(module: Uint8Array, name: string): MeteredEngine {
  const instrumented = instrument(module, name);
  const engine = instantiate(new WebAssembly.Module(instrumented.module), name);
  return { engine, meter: new Meter(engine, instrumented) };
}

export class Meter {
  private readonly counters: BigUint64Array;

  constructor(engine: EngineExports, private readonly instrumented: Instrumented) {
    this.counters = new BigUint64Array(engine.memory.buffer, instrumented.countersAt, instrumented.runCount);
  }

  /** Work since the start or the last `reset`. */
  read(): Work {
    const sums = new Array<number>(CLASS_COUNT).fill(0);
    const { runs, runCount } = this.instrumented;
    for (let run = 0; run < runCount; run++) {
      const entered = Number(this.counters[run]);
      if (entered === 0) continue;
      for (let index = 0; index < CLASS_COUNT; index++) sums[index]! += entered * (runs[run * CLASS_COUNT + index] ?? 0);
    }
    return workOf((_, index) => sums[index] ?? 0);
  }

  reset(): void {
    this.counters.fill(0n);
  }

  /** Work of a call alone. */
  of<T>(call: () => T): { readonly result: T; readonly work: Work } {
    this.reset();
    const result = call();
    return { result, work: this.read() };
  }
}

export function workOf(units: (name: WorkClass, index: number) => number): Work {
  return Object.fromEntries(CLASSES.map((name, index) => [name, units(name, index)])) as Record<WorkClass, number>;
}

/** Instructions of WebAssembly, all classes together. */
export function totalUnits(work: Work): number {
  return CLASSES.reduce((sum, name) => sum + work[name], 0);
}

export function meanWork(works: readonly Work[]): Work {
  return workOf((name) => works.reduce((sum, work) => sum + work[name], 0) / Math.max(works.length, 1));
}

/** The heaviest of some, by instructions. */
export function largestWork(works: readonly Work[]): Work {
  return works.reduce((most, work) => (totalUnits(work) > totalUnits(most) ? work : most), works[0] ?? workOf(() => 0));
}
