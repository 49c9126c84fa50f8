import { equalBytes } from "../../host/bytes.js";
import type { Flash } from "../devices/flash.js";
import { crc32 } from "./crc32.js";
import {
  decodeHeader, decodeRecord, encodeHeader, encodeRecord, type Header, HEADER_BYTES, isBlank, padded, RANKS, RECORD_BYTES, RECORDS, type SlotLayout, SLOTS,
} from "./layout.js";

/** What a slot holds. */
export type SlotState =
  /** Nothing was ever written, or all is erased. */
  | "blank"
  /** A write that a cut ended before its commit. */
  | "unfinished"
  /** It was committed, and its bytes are no longer whole (also: its erase was cut). */
  | "damaged"
  /** A checkpoint of another size: another network's. */
  | "foreign"
  | "valid";

/** What recovery finds. */
export type Recovery =
  | { readonly outcome: "restored"; readonly slot: number; readonly sequence: number; readonly content: Uint8Array; readonly slots: readonly SlotState[] }
  /** No checkpoint was ever committed: a fresh start is right. */
  | { readonly outcome: "empty"; readonly slots: readonly SlotState[] }
  /** There were checkpoints, and neither slot holds a whole one of this network: the caller decides. */
  | { readonly outcome: "damaged"; readonly slots: readonly SlotState[] };

/** The phases of a write. Their order is the protocol; only tests give another, to see that it is caught. */
export type Phase = "confirm" | "erase" | "content" | "header" | "commit";
export const WRITE_ORDER: readonly Phase[] = ["confirm", "erase", "content", "header", "commit"];

/** A read-back that differs from what was programmed: the flash is worn out or broken. */
export class FlashFailure extends Error {
  override readonly name = "FlashFailure";

  constructor(readonly address: number) {
    super(`what was programmed at ${address} of the checkpoint area reads back differently`);
  }
}

interface Write {
  readonly content: Uint8Array;
  readonly slot: number;
  readonly sequence: number;
  /** Of the newest slot as `begin` saw it: what is torn may read differently a moment later, and two views would not fit together. */
  readonly confirmAt: number;
  readonly confirmRank: number;
  phase: number;
  /** Bytes or sectors of the phase that are done. */
  done: number;
  /** CRC of the content so far. */
  crc: number;
}

/** What the control area of a slot says. */
interface SlotView {
  readonly header: Header | null;
  /** Highest rank of its valid records, or -1. */
  readonly rank: number;
  /** Records that do not read blank: used, whatever they hold. */
  readonly used: number;
  /** First record behind the last used one. */
  readonly nextRecord: number;
  readonly headerBlank: boolean;
}

/**
 * Two checkpoint slots in flash, written in bounded pieces: docs/checkpoint.md. `recover` once after each start, then `begin` and
 * `step` until it is done. Between steps the device may do anything that leaves the content as it is.
 */
export class CheckpointStore {
  private newest = -1;
  private newestHeaderCrc = 0;
  /** Whether the newest slot's commit was programmed, whole, since this start. */
  private confirmed = false;
  private write: Write | null = null;

  constructor(private readonly flash: Flash, private readonly layout: SlotLayout, private readonly order: readonly Phase[] = WRITE_ORDER) {}

  /** The newest slot that is whole. Its content is read first and checked after, so that what is checked is what is used. */
  recover(): Recovery {
    const views = this.views();
    const slots = views.map((view, slot): SlotState => {
      if (view.header === null && view.headerBlank && view.used === 0) return isBlank(this.flash.read(this.at(slot), this.layout.slotBytes)) ? "blank" : "unfinished";
      if (view.used === 0) return "unfinished";
      return view.header === null ? "damaged" : "unfinished";
    });
    const ranked = views.map((view, slot) => ({ view, slot })).filter(({ view }) => view.rank >= 0).sort((a, b) => b.view.rank - a.view.rank || b.slot - a.slot);
    this.newest = -1;
    this.confirmed = false;
    this.write = null;
    let best: { slot: number; sequence: number; content: Uint8Array } | null = null;
    for (const { view: { header }, slot } of ranked) {
      if (!header) continue;
      if (header.contentBytes !== this.layout.contentBytes) {
        slots[slot] = "foreign";
        continue;
      }
      const content = this.flash.read(this.at(slot) + this.layout.contentAt, header.contentBytes);
      slots[slot] = crc32(content) === header.contentCrc ? "valid" : "damaged";
      if (best || slots[slot] !== "valid") continue;
      best = { slot, sequence: header.sequence, content };
      this.newestHeaderCrc = header.crc;
    }
    if (!best) return { outcome: slots.includes("damaged") || slots.includes("foreign") ? "damaged" : "empty", slots };
    this.newest = best.slot;
    return { outcome: "restored", ...best, slots };
  }

  /** Starts to write a checkpoint. `content` must stay as it is until `step` says done. */
  begin(content: Uint8Array): void {
    if (content.length !== this.layout.contentBytes) throw new RangeError(`the checkpoint has ${content.length} bytes, the slots are laid out for ${this.layout.contentBytes}`);
    const views = this.views();
    const highest = Math.max(...views.map(({ header, rank }) => Math.max(header?.sequence ?? 0, Math.floor(rank / RANKS))));
    const used = views.reduce((sum, view) => sum + view.used, 0);
    const blank = views.findIndex((view) => view.headerBlank && view.used === 0);
    this.write = {
      content,
      slot: this.newest >= 0 ? 1 - this.newest : Math.max(blank, 0),
      sequence: highest + 1,
      confirmAt: views[this.newest]?.nextRecord ?? RECORDS,
      confirmRank: highest * RANKS + used,
      phase: this.order[0] === "confirm" && (this.newest < 0 || this.confirmed) ? 1 : 0,
      done: 0,
      crc: 0,
    };
  }

  /** One piece: an erase, a page of content, the header, or a record. */
  step(): "busy" | "done" {
    const { write } = this;
    if (!write) return "done";
    if (!this[this.order[write.phase]!](write)) return "busy";
    write.phase++;
    write.done = 0;
    if (write.phase < this.order.length) return "busy";
    this.write = null;
    this.newest = write.slot;
    this.newestHeaderCrc = decodeHeader(this.headerOf(write))!.crc;
    this.confirmed = true;
    return "done";
  }

  /**
   * After a start nobody knows whether a cut fell into the commit of the newest slot: it may read well now and not the next time. Before the
   * other slot is erased, the newest gets one more record, of a rank above all that was ever written.
   */
  private confirm({ confirmAt, confirmRank }: Write): boolean {
    // A slot whose records are all used was started from so often that one of them is whole; see the document.
    for (let index = confirmAt; index < RECORDS; index++) {
      if (this.programmed(this.recordAt(this.newest, index), encodeRecord(confirmRank + index - confirmAt, this.newestHeaderCrc))) break;
    }
    this.confirmed = true;
    return true;
  }

  private erase(write: Write): boolean {
    this.flash.erase(this.at(write.slot) + write.done * this.flash.shape.sectorBytes);
    return ++write.done === this.layout.sectors;
  }

  private content(write: Write): boolean {
    const { pageBytes } = this.flash.shape;
    const part = write.content.subarray(write.done, write.done + pageBytes);
    this.program(this.at(write.slot) + this.layout.contentAt + write.done, part);
    write.crc = crc32(part, write.crc);
    write.done += part.length;
    return write.done === write.content.length;
  }

  private header(write: Write): boolean {
    this.program(this.at(write.slot), this.headerOf(write));
    return true;
  }

  private commit(write: Write): boolean {
    const { crc } = decodeHeader(this.headerOf(write))!;
    this.program(this.recordAt(write.slot, 0), encodeRecord(write.sequence * RANKS, crc));
    return true;
  }

  private headerOf(write: Write): Uint8Array {
    // In the protocol's order the CRC is complete by now; a test's order may ask for it before.
    const crc = this.order.indexOf("content") < write.phase ? write.crc : crc32(write.content);
    return encodeHeader(write.sequence, write.content.length, crc);
  }

  private program(address: number, bytes: Uint8Array): void {
    if (!this.programmed(address, bytes)) throw new FlashFailure(address);
  }

  /** Programs whole units and reads them back: whether they are right. Small flash takes a record in several operations. */
  private programmed(address: number, bytes: Uint8Array): boolean {
    const { unitBytes, pageBytes } = this.flash.shape;
    const data = padded(bytes, unitBytes);
    for (let at = 0; at < data.length;) {
      const part = data.subarray(at, at + pageBytes - ((address + at) % pageBytes));
      this.flash.program(address + at, part);
      at += part.length;
    }
    return equalBytes(this.flash.read(address, data.length), data);
  }

  private views(): SlotView[] {
    return Array.from({ length: SLOTS }, (_, slot) => {
      const bytes = this.flash.read(this.at(slot), HEADER_BYTES);
      const header = decodeHeader(bytes);
      let rank = -1;
      let used = 0;
      let nextRecord = 0;
      for (let index = 0; index < RECORDS; index++) {
        const record = this.flash.read(this.recordAt(slot, index), RECORD_BYTES);
        if (isBlank(record)) continue;
        used++;
        nextRecord = index + 1;
        if (header) rank = Math.max(rank, decodeRecord(record, header.crc) ?? -1);
      }
      return { header, rank, used, nextRecord, headerBlank: isBlank(bytes) };
    });
  }

  private at(slot: number): number {
    return slot * this.layout.slotBytes;
  }

  private recordAt(slot: number, index: number): number {
    return this.at(slot) + this.layout.recordsAt + index * this.layout.recordStride;
  }
}
