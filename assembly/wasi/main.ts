/**
 * The engine as a WASI command: `_start` carries out the commands of its standard input and writes the replies to its standard
 * output, until the input ends. The ABI's exports are there as well. Memory is fixed, as everywhere.
 */
import { serve } from "./commands";

export * from "../index";

export function _start(): void {
  serve();
}
