/**
 * Puts counters into a scalar module. Every straight run of instructions gets one: a 64-bit number in memory behind the module's own,
 * added to when the run is entered. What is in a run is known beforehand, so the counts are exact, instruction by instruction; the
 * module computes the same bits, for the counters touch neither its stack nor its memory.
 *
 * This rewrites the binary itself, where a counter is six instructions that leave the stack as it was, and not binaryen's tree: the tree
 * is not what runs, and the counts would be of another program.
 */
import { MayflyError } from "../../host/errors.js";
import { CODE, MEMORY, memorySection, readMemory, readSections, writeSections } from "../../host/pack/sections.js";
import { BR_IF, CLASSES, CLASS_COUNT, ELSE, END, IF, LEAVES, LOOP, opcodeOf } from "./opcodes.js";

const PAGE_BYTES = 65536;
const COUNTER_BYTES = 8;

export interface Instrumented {
  readonly module: Uint8Array<ArrayBuffer>;
  /** Address of the first counter: the end of the module's own memory. */
  readonly countersAt: number;
  /** What one entry of each run costs: units by class, `CLASS_COUNT` numbers a run. */
  readonly runs: Uint32Array;
  readonly runCount: number;
}

/** `name` is what errors call the module. */
export function instrument(module: Uint8Array, name: string): Instrumented {
  const sections = readSections(module, name);
  const memory = sections.find((section) => section.id === MEMORY);
  const code = sections.find((section) => section.id === CODE);
  if (!memory || !code) throw new MayflyError(`${name} has no memory or no code, so it is not a Mayfly engine`, 1);
  const limits = readMemory(memory, name);
  const ownBytes = limits.minimum * limits.pageBytes;
  const countersAt = Math.ceil(ownBytes / PAGE_BYTES) * PAGE_BYTES;
  const writer = new CodeWriter(code.content, name, countersAt);
  const content = writer.rewrite();
  const pages = (countersAt + Math.ceil((writer.runs.length * COUNTER_BYTES) / PAGE_BYTES) * PAGE_BYTES) / PAGE_BYTES;
  return {
    module: writeSections(sections.map((section) => (section.id === MEMORY ? memorySection(pages, PAGE_BYTES) : section.id === CODE ? { id: CODE, content } : section))),
    countersAt,
    runs: Uint32Array.from(writer.runs.flat()),
    runCount: writer.runs.length,
  };
}

class CodeWriter {
  /** Units by class of each run. */
  readonly runs: number[][] = [];
  private at = 0;

  constructor(private readonly code: Uint8Array, private readonly name: string, private readonly countersAt: number) {}

  rewrite(): Uint8Array<ArrayBuffer> {
    const count = this.unsigned();
    const out: number[] = leb(count);
    for (let index = 0; index < count; index++) {
      const end = this.unsigned() + this.at;
      const body = this.body(end);
      out.push(...leb(body.length));
      for (const byte of body) out.push(byte);
    }
    return Uint8Array.from(out);
  }

  /** One function: its locals as they are, then its instructions run by run. */
  private body(end: number): number[] {
    const start = this.at;
    for (let groups = this.unsigned(); groups > 0; groups--) {
      this.unsigned();
      this.at++;
    }
    const out = [...this.code.subarray(start, this.at)];
    let runStart = this.at;
    let units = new Array<number>(CLASS_COUNT).fill(0);
    let reachable = true;
    let deadDepth = 0;
    // Ends the run in front of the reader: its counter, then its bytes.
    const close = (): void => {
      if (units.some((count) => count > 0)) {
        for (const byte of this.counter(this.runs.length)) out.push(byte);
        this.runs.push(units);
        units = new Array<number>(CLASS_COUNT).fill(0);
      }
      for (let at = runStart; at < this.at; at++) out.push(this.code[at] ?? 0);
      runStart = this.at;
    };
    while (this.at < end) {
      const code = this.code[this.at++] ?? 0;
      const opcode = opcodeOf(code, this.name);
      if (!reachable) {
        // Dead code never runs; it ends where its block does.
        this.skip(opcode.immediate);
        if (opcode.immediate === "block") deadDepth++;
        else if ((code === END || code === ELSE) && deadDepth === 0) reachable = true;
        else if (code === END) deadDepth--;
        if (reachable) close();
        continue;
      }
      // The end of a block may be jumped to: the run before it ends here.
      this.skip(opcode.immediate);
      if (opcode.work !== null) units[CLASSES.indexOf(opcode.work)]! += opcode.units;
      if (code === LOOP || code === IF || code === ELSE || code === END || code === BR_IF || LEAVES.has(code)) close();
      if (LEAVES.has(code)) reachable = false;
    }
    close();
    return out;
  }

  /** `counters[run] += 1`, with nothing left on the stack. */
  private counter(run: number): number[] {
    const address = leb(this.countersAt + run * COUNTER_BYTES);
    // i32.const 0, i32.const 0, i64.load offset, i64.const 1, i64.add, i64.store offset; aligned to 8.
    return [0x41, 0, 0x41, 0, 0x29, 3, ...address, 0x42, 1, 0x7c, 0x37, 3, ...address];
  }

  private skip(immediate: string): void {
    switch (immediate) {
      case "block": case "i32": case "i64": case "index": return this.skipNumber();
      case "memory": case "call_indirect": this.skipNumber(); return this.skipNumber();
      case "table": for (let left = this.unsigned() + 1; left > 0; left--) this.skipNumber();
    }
  }

  private skipNumber(): void {
    while ((this.code[this.at++] ?? 0) & 128);
  }

  private unsigned(): number {
    let value = 0;
    for (let scale = 1; this.at < this.code.length; scale *= 128) {
      const byte = this.code[this.at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new MayflyError(`${this.name} is truncated`, 1);
  }
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}
