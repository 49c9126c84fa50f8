import { MayflyError } from "../../host/errors.js";

/** Classes of work. One instruction of WebAssembly is one unit of one class; structure (block, loop, end, nop) is none. */
export const CLASSES = [
  /** Loads from linear memory (an i64 counts twice). */
  "load",
  /** Stores to linear memory (an i64 counts twice). */
  "store",
  /** 32-bit additions, logic, shifts, comparisons, counts of zeros. */
  "alu",
  /** 32-bit multiplications. */
  "mul",
  /** 32-bit divisions and remainders. */
  "div",
  /** 64-bit additions, logic, shifts, comparisons, conversions. */
  "wide",
  /** 64-bit multiplications. */
  "wideMul",
  /** 64-bit divisions and remainders. */
  "wideDiv",
  /** Selections without a branch. */
  "select",
  /** `if`, `br`, `br_if`, `br_table`, taken or not. */
  "branch",
  /** Calls, with their return. */
  "call",
  /** Constants, locals, globals: mostly registers in compiled code. */
  "move",
] as const;
export type WorkClass = (typeof CLASSES)[number];
export const CLASS_COUNT = CLASSES.length;

/** What stands behind an opcode in the binary. */
export type Immediate = "none" | "block" | "index" | "table" | "call_indirect" | "memory" | "i32" | "i64";

export interface Opcode {
  readonly immediate: Immediate;
  /** The class, or null for structure. */
  readonly work: WorkClass | null;
  readonly units: number;
}

const opcodes = new Map<number, Opcode>();

function define(from: number, to: number, work: WorkClass | null, immediate: Immediate = "none", units = 1): void {
  for (let code = from; code <= to; code++) opcodes.set(code, { immediate, work, units });
}

export const LOOP = 0x03;
export const IF = 0x04;
export const ELSE = 0x05;
export const END = 0x0b;
export const BR_IF = 0x0d;
/** After these nothing follows in line. */
export const LEAVES: ReadonlySet<number> = new Set([0x00, 0x0c, 0x0e, 0x0f]);

// WebAssembly core specification 1.0, §5.4. Floating point is missing on purpose, for the engine has none; so are memory.size and
// memory.grow, for the counters make memory larger.
define(0x00, 0x01, null);
define(0x02, 0x03, null, "block");
define(IF, IF, "branch", "block");
define(ELSE, ELSE, "branch");
define(END, END, null);
define(0x0c, 0x0d, "branch", "index");
define(0x0e, 0x0e, "branch", "table");
define(0x0f, 0x0f, "branch");
define(0x10, 0x10, "call", "index");
define(0x11, 0x11, "call", "call_indirect");
define(0x1a, 0x1a, "move");
define(0x1b, 0x1b, "select");
define(0x20, 0x24, "move", "index");
define(0x28, 0x28, "load", "memory");
define(0x29, 0x29, "load", "memory", 2);
define(0x2c, 0x2f, "load", "memory");
define(0x30, 0x35, "load", "memory");
define(0x36, 0x36, "store", "memory");
define(0x37, 0x37, "store", "memory", 2);
define(0x3a, 0x3e, "store", "memory");
define(0x41, 0x41, "move", "i32");
define(0x42, 0x42, "move", "i64");
define(0x45, 0x4f, "alu");
define(0x50, 0x5a, "wide");
define(0x67, 0x6b, "alu");
define(0x6c, 0x6c, "mul");
define(0x6d, 0x70, "div");
define(0x71, 0x78, "alu");
define(0x79, 0x7d, "wide");
define(0x7e, 0x7e, "wideMul");
define(0x7f, 0x82, "wideDiv");
define(0x83, 0x8a, "wide");
define(0xa7, 0xa7, "move");
define(0xac, 0xad, "wide");
define(0xc0, 0xc1, "alu");
define(0xc2, 0xc4, "wide");

export function opcodeOf(code: number, name: string): Opcode {
  const opcode = opcodes.get(code);
  if (!opcode) throw new MayflyError(`${name} has instruction 0x${code.toString(16)}, which the meter does not know: it counts the scalar build alone`, 1);
  return opcode;
}
