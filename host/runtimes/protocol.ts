/** The command stream of assembly/wasi/protocol.ts, seen from the host. */
import * as protocol from "../../assembly/wasi/protocol.js";
import { COMMAND_BYTES } from "../../assembly/wasi/protocol.js";

export { COMMAND_BYTES, EXIT_COMMAND, EXIT_STREAM, OP_CALL, OP_READ, OP_READ_REGION, OP_REPEAT, OP_WRITE, OP_WRITE_REGION } from "../../assembly/wasi/protocol.js";

const PREFIX = "FUNCTION_";
type Constant = Extract<keyof typeof protocol, `FUNCTION_${string}`>;
/** An export of the engine, e.g. "predict_goodness". */
export type FunctionName = Constant extends `FUNCTION_${infer Name}` ? Lowercase<Name> : never;

/** The exports by their number in the command stream. */
export const FUNCTION_NAMES: readonly FunctionName[] = Object.entries(protocol)
  .filter(([key]) => key.startsWith(PREFIX))
  .sort(([, a], [, b]) => a - b)
  .map(([key]) => key.slice(PREFIX.length).toLowerCase() as FunctionName);

const NUMBERS = new Map(FUNCTION_NAMES.map((name, number) => [name, number]));

export function functionNumber(name: FunctionName): number {
  const number = NUMBERS.get(name);
  if (number === undefined) throw new RangeError(`the ABI has no function "${name}"`);
  return number;
}

/** A command: four little-endian words and, for a write, its payload. */
export function encodeCommand(operation: number, a: number, b: number, c: number, payload?: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(COMMAND_BYTES + (payload?.length ?? 0));
  const words = new DataView(bytes.buffer);
  [operation, a, b, c].forEach((word, index) => words.setInt32(4 * index, word, true));
  if (payload) bytes.set(payload, COMMAND_BYTES);
  return bytes;
}

const ONE_ARGUMENT: readonly FunctionName[] = ["begin_train", "step", "train", "peek8", "peek32"];
const TWO_ARGUMENTS: readonly FunctionName[] = ["region", "checksum", "poke8", "poke32"];

/** Arguments an export takes: some hosts insist on the number. */
export function argumentCount(name: FunctionName): 0 | 1 | 2 {
  return TWO_ARGUMENTS.includes(name) ? 2 : ONE_ARGUMENT.includes(name) ? 1 : 0;
}
