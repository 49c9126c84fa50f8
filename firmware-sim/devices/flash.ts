import type { Supply } from "./power.js";
import type { Random } from "./random.js";

/** Sizes and times of a NOR flash. All bytes are multiples of each other: unit ≤ page ≤ sector ≤ total. */
export interface FlashShape {
  readonly bytes: number;
  /** Least that can be programmed. */
  readonly unitBytes: number;
  /** Most that one program operation writes; it stays within an aligned page. */
  readonly pageBytes: number;
  /** What one erase clears. */
  readonly sectorBytes: number;
  readonly programUs: number;
  readonly eraseUs: number;
  /** Erases a sector is made for. */
  readonly enduranceCycles: number;
}

/** A flash as firmware sees it; addresses count from 0. Operations take time, and the power may die inside. */
export interface Flash {
  readonly shape: FlashShape;
  /** A copy of what reads at the address now. */
  read(address: number, bytes: number): Uint8Array;
  /** Programs whole units within one page. */
  program(address: number, data: Uint8Array): void;
  /** Erases the sector that begins at the address: every byte reads 0xFF. */
  erase(address: number): void;
}

/** Firmware broke a rule of the flash: a bug in the firmware, on a real chip an error flag or silent damage. */
export class FlashRuleError extends Error {
  override readonly name = "FlashRuleError";
}

const ERASED = 0xff;

/** State of a unit or a sector. */
const CLEAN = 0;
const DIRTY = 1;
const TORN = 2;

/** Bytes that one step of a torn page write has fully done before it goes on to the next. */
const CELLS_BYTES = 4;
/** Shares of torn operations that look as if they had not begun, and as if they had ended. */
const TORN_EARLY = 1 / 3;
const TORN_LATE = 2 / 3;
/** Most bits of a torn operation that are weak, where it looks not begun or ended. */
const FEW_WEAK_BITS = 3;

export interface FlashOptions {
  /** What is in it; default: erased. */
  readonly image?: Uint8Array;
  /** Sectors erased more often than this have bits that stay at 0; default: never. */
  readonly wornOutCycles?: number;
}

/**
 * A simulated NOR flash. Its rules, the strictest among the boards':
 *
 * - programming turns bits from 1 to 0, an erase turns all bits of a sector to 1;
 * - a unit is programmed once between two erases (flash with ECC allows no more), unless a cut left it unfinished;
 * - a program operation stays within an aligned page;
 * - an operation cut by power leaves a mixture: cells done, not done, and *weak* ones, which read 0 or 1 by chance, anew at every
 *   read. An operation cut early can look as if it had not begun, one cut late as if it had ended, but for a few weak bits.
 * - a sector whose erase was cut must be erased again before it is programmed, whatever it reads.
 */
export class SimulatedFlash implements Flash {
  /** Erases begun, of each sector. */
  readonly wear: Uint32Array;
  /** Operations begun. */
  programs = 0;
  erases = 0;

  private readonly cells: Uint8Array;
  /** Bits that read by chance. */
  private readonly weak: Uint8Array;
  private readonly sectorHasWeak: Uint8Array;
  private readonly sectorState: Uint8Array;
  private readonly unitState: Uint8Array;

  constructor(readonly shape: FlashShape, private readonly supply: Supply, private readonly random: Random, private readonly options: FlashOptions = {}) {
    const { bytes, unitBytes, sectorBytes } = shape;
    this.cells = new Uint8Array(bytes).fill(ERASED);
    this.weak = new Uint8Array(bytes);
    this.wear = new Uint32Array(bytes / sectorBytes);
    this.sectorHasWeak = new Uint8Array(bytes / sectorBytes);
    this.sectorState = new Uint8Array(bytes / sectorBytes);
    this.unitState = new Uint8Array(bytes / unitBytes);
    if (options.image) {
      this.cells.set(options.image);
      for (let unit = 0; unit < this.unitState.length; unit++) {
        if (this.cells.subarray(unit * unitBytes, (unit + 1) * unitBytes).some((byte) => byte !== ERASED)) this.unitState[unit] = DIRTY;
      }
    }
  }

  read(address: number, bytes: number): Uint8Array {
    if (address < 0 || address + bytes > this.shape.bytes) throw new FlashRuleError(`read of ${bytes} bytes at ${address}: the flash has ${this.shape.bytes}`);
    const data = this.cells.slice(address, address + bytes);
    const { sectorBytes } = this.shape;
    for (let sector = Math.floor(address / sectorBytes); sector * sectorBytes < address + bytes; sector++) {
      if (!this.sectorHasWeak[sector]) continue;
      const from = Math.max(address, sector * sectorBytes);
      const to = Math.min(address + bytes, (sector + 1) * sectorBytes);
      for (let at = from; at < to; at++) {
        const weak = this.weak[at]!;
        if (weak) data[at - address]! ^= weak & this.random.word();
      }
    }
    return data;
  }

  program(address: number, data: Uint8Array): void {
    const { bytes, unitBytes, pageBytes, sectorBytes, programUs } = this.shape;
    const rule = (broken: boolean, text: string): void => {
      if (broken) throw new FlashRuleError(`program of ${data.length} bytes at ${address}: ${text}`);
    };
    rule(address < 0 || address + data.length > bytes, `the flash has ${bytes}`);
    rule(address % unitBytes !== 0 || data.length % unitBytes !== 0 || data.length === 0, `not whole units of ${unitBytes} bytes`);
    rule(Math.floor(address / pageBytes) !== Math.floor((address + data.length - 1) / pageBytes), `beyond the page of ${pageBytes} bytes`);
    const sector = Math.floor(address / sectorBytes);
    rule(this.sectorState[sector] === TORN, "the erase of this sector was cut; erase it again");
    const first = address / unitBytes;
    const units = this.unitState.subarray(first, first + data.length / unitBytes);
    rule(units.includes(DIRTY), "already programmed since its erase");

    this.programs++;
    this.supply.spend(programUs, "program", (share) => {
      if (share === 0) return;
      units.fill(TORN);
      this.tearProgram(address, data, share);
      this.sectorHasWeak[sector] = 1;
    });
    units.fill(DIRTY);
    for (let at = 0; at < data.length; at++) {
      this.cells[address + at]! &= data[at]!;
      // A bit driven to 0 for the full time is 0 for good; a bit left alone stays what an earlier cut made of it.
      this.weak[address + at]! &= data[at]!;
    }
  }

  erase(address: number): void {
    const { bytes, unitBytes, sectorBytes, eraseUs } = this.shape;
    if (address < 0 || address >= bytes || address % sectorBytes !== 0) throw new FlashRuleError(`erase at ${address}: sectors of ${sectorBytes} bytes begin elsewhere`);
    const sector = address / sectorBytes;
    this.wear[sector]!++;
    this.erases++;
    this.supply.spend(eraseUs, "erase", (share) => {
      if (share === 0) return;
      this.tearErase(address);
      this.sectorState[sector] = TORN;
      this.sectorHasWeak[sector] = 1;
    });
    this.cells.fill(ERASED, address, address + sectorBytes);
    this.weak.fill(0, address, address + sectorBytes);
    this.unitState.fill(CLEAN, address / unitBytes, (address + sectorBytes) / unitBytes);
    this.sectorState[sector] = CLEAN;
    this.sectorHasWeak[sector] = 0;
    if (this.wear[sector]! > (this.options.wornOutCycles ?? Infinity)) this.cells[address + this.random.below(sectorBytes)] = ERASED & ~(1 << this.random.below(8));
  }

  /** What a programmer would read out now, weak bits as their cells lean. */
  image(): Uint8Array {
    return this.cells.slice();
  }

  /**
   * Some flash writes a page from its start, some all cells at once. Either way, the bits under way end as programmed, as not
   * programmed, or weak.
   */
  private tearProgram(address: number, data: Uint8Array, share: number): void {
    const inOrder = this.random.chance(0.5);
    const front = Math.floor((share * data.length) / CELLS_BYTES) * CELLS_BYTES;
    const from = inOrder ? front : 0;
    const to = inOrder ? Math.min(front + CELLS_BYTES, data.length) : data.length;
    for (let at = 0; at < from; at++) {
      this.cells[address + at]! &= data[at]!;
      this.weak[address + at]! &= data[at]!;
    }
    this.tear(address + from, to - from, (at) => ~data[at - address]! & ERASED, 0);
  }

  private tearErase(address: number): void {
    this.tear(address, this.shape.sectorBytes, (at) => ~this.cells[at]! & ERASED, ERASED);
  }

  /** Leaves an operation on `moving` bits of each byte, towards `goal` (0x00 or 0xFF), half done. */
  private tear(address: number, bytes: number, moving: (at: number) => number, goal: 0 | 255): void {
    const mode = this.random.unit();
    const end = address + bytes;
    if (mode < TORN_LATE) {
      // Looks whole, before or after, but for a few weak bits among those that moved.
      const weak: [number, number][] = [];
      for (let bit = 1 + this.random.below(FEW_WEAK_BITS); bit > 0; bit--) {
        const at = address + this.random.below(bytes);
        weak.push([at, moving(at) & (1 << this.random.below(8))]);
      }
      if (mode >= TORN_EARLY) for (let at = address; at < end; at++) this.move(at, moving(at), goal);
      for (const [at, bits] of weak) this.weak[at]! |= bits;
      return;
    }
    const done = this.random.unit();
    for (let at = address; at < end; at++) {
      const bits = moving(at);
      const moved = bits & this.random.byteWithBits(done);
      this.weak[at]! |= bits & this.random.word() & this.random.word();
      this.move(at, moved, goal);
    }
  }

  private move(at: number, bits: number, goal: 0 | 255): void {
    this.cells[at] = goal === 0 ? this.cells[at]! & ~bits : this.cells[at]! | bits;
  }
}
