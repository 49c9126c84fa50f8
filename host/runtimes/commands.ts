/** Carries out the command stream on an engine this JavaScript engine holds: runs in child processes and in a browser's page. */
import { HEADER_BYTES, REGION_HEADER, REGION_SPEC } from "../../assembly/abi/region.js";
import { FIELD_BYTES, FIELD_KIND, FIELD_LAYER, FIELD_OFFSET } from "../../assembly/abi/region.js";
import { COMMAND_BYTES, FUNCTION_NAMES, type FunctionName, OP_CALL, OP_READ, OP_READ_REGION, OP_REPEAT, OP_WRITE, OP_WRITE_REGION } from "./protocol.js";

/** How to reach an engine. */
export interface EngineAccess {
  call(name: FunctionName, a: number, b: number): number;
  read(address: number, bytes: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
}

/** Access to the exports of a WebAssembly instance; throws when it is no engine. */
export function exportsAccess(exports: Record<string, unknown>): EngineAccess {
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("the module exports no memory, so it is not a Mayfly engine");
  checkExports((name) => typeof exports[name] === "function");
  const functions = exports as Record<string, (a: number, b: number) => number>;
  return {
    call: (name, a, b) => functions[name]!(a, b),
    read: (address, bytes) => new Uint8Array(memory.buffer, address >>> 0, bytes).slice(),
    write: (address, bytes) => new Uint8Array(memory.buffer, address >>> 0, bytes.length).set(bytes),
  };
}

/** Access to an engine whose memory this host cannot see: everything by calls of the ABI. */
export function callsAccess(call: EngineAccess["call"]): EngineAccess {
  return {
    call,
    read(address, bytes) {
      const result = new Uint8Array(bytes);
      const words = new DataView(result.buffer);
      let at = 0;
      for (; at + 4 <= bytes; at += 4) words.setInt32(at, call("peek32", address + at, 0), true);
      for (; at < bytes; at++) result[at] = call("peek8", address + at, 0);
      return result;
    },
    write(address, bytes) {
      const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      let at = 0;
      for (; at + 4 <= bytes.length; at += 4) call("poke32", address + at, words.getInt32(at, true));
      for (; at < bytes.length; at++) call("poke8", address + at, bytes[at] ?? 0);
    },
  };
}

/** Throws at the first function of the ABI that is not there. */
export function checkExports(has: (name: FunctionName) => boolean): void {
  for (const name of FUNCTION_NAMES) if (!has(name)) throw new Error(`the module has no export "${name}", so it is not a Mayfly engine`);
}

/** Calls a function so many times, with the argument 0, 1 … cycle − 1 in turn; returns the last result. */
export function repeat({ call }: EngineAccess, name: FunctionName, cycle: number, times: number): number {
  let result = 0;
  for (let turn = 0; turn < times; turn++) result = call(name, turn % Math.max(cycle, 1), 0);
  return result;
}

function functionName(number: number): FunctionName {
  const name = FUNCTION_NAMES[number];
  if (name === undefined) throw new Error(`not a command: function ${number}`);
  return name;
}

function wordOf(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** Takes command bytes as they come and returns the replies to all commands that are complete. */
export class CommandServer {
  private rest = new Uint8Array(0);

  constructor(private readonly engine: EngineAccess) {}

  feed(chunk: Uint8Array): Uint8Array[] {
    const bytes = new Uint8Array(this.rest.length + chunk.length);
    bytes.set(this.rest);
    bytes.set(chunk, this.rest.length);
    const words = new DataView(bytes.buffer);
    const replies: Uint8Array[] = [];
    let at = 0;
    while (at + COMMAND_BYTES <= bytes.length) {
      const [operation = 0, a = 0, b = 0, c = 0] = [0, 4, 8, 12].map((offset) => words.getInt32(at + offset, true));
      const payload = operation === OP_WRITE || operation === OP_WRITE_REGION ? c : 0;
      if (at + COMMAND_BYTES + payload > bytes.length) break;
      at += COMMAND_BYTES;
      const reply = this.carryOut(operation, a, b, c, bytes.subarray(at, at + payload));
      if (reply) replies.push(reply);
      at += payload;
    }
    this.rest = bytes.slice(at);
    return replies;
  }

  /** Whether the input may end here. */
  get idle(): boolean {
    return this.rest.length === 0;
  }

  private carryOut(operation: number, a: number, b: number, c: number, payload: Uint8Array): Uint8Array | null {
    switch (operation) {
      case OP_CALL: return wordOf(this.engine.call(functionName(a), b, c));
      case OP_REPEAT: return wordOf(repeat(this.engine, functionName(a), b, c));
      case OP_WRITE: return this.engine.write(a, payload), null;
      case OP_READ: return this.engine.read(a, c);
      case OP_WRITE_REGION: return this.engine.write(this.addressOf(a, b, c), payload), null;
      case OP_READ_REGION: return this.engine.read(this.addressOf(a, b, c), c);
      default: throw new Error(`not a command: operation ${operation}`);
    }
  }

  /** As in assembly/wasi/commands.ts. */
  private addressOf(kind: number, layer: number, bytes: number): number {
    const { call } = this.engine;
    if (kind === REGION_HEADER) return call("spec_address", 0, 0) - HEADER_BYTES;
    if (kind === REGION_SPEC) return call("spec_address", 0, 0);
    const count = call("region_count", 0, 0);
    for (let index = 0; index < count; index++) {
      if (call("region", index, FIELD_KIND) !== kind || call("region", index, FIELD_LAYER) !== layer) continue;
      if (bytes >= 0 && bytes <= call("region", index, FIELD_BYTES)) return call("region", index, FIELD_OFFSET);
    }
    throw new Error(`not a command: no region of kind ${kind}, layer ${layer} and ${bytes} bytes`);
  }
}
