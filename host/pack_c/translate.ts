/**
 * From what wasm2c writes to C for a microcontroller: the functions alone, without instance, table, float and 64-bit addresses. They work
 * on one static memory (library/src/mayfly_rt.h), so every address is a constant plus a register.
 */
import { MayflyError } from "../errors.js";
import { mergeChecks } from "./merge_checks.js";
import { minMax } from "./min_max.js";
import { MODULE_NAME } from "./wasm2c.js";

const PREFIX = `w2c_${MODULE_NAME}_`;
const INSTANCE = `w2c_${MODULE_NAME}* instance`;
/** Everything from the first function of the module itself on; the exports' wrappers are before. */
const FIRST_FUNCTION = new RegExp(`^(?:static )?(?:u32|u64|void) ${PREFIX}(\\w+)\\(${escape(INSTANCE)}.*\\) \\{$`);
/** The head of a function with more than eight parameters, which wasm2c breaks into lines. */
const WRAPPED_HEAD = new RegExp(`^(?:static )?(?:u32|u64|void) ${PREFIX}\\w+\\(${escape(INSTANCE)}[^()]*\\) \\{$`, "gm");

/** What the packed module imports (library/mayfly_kernels.h defines it). */
export const KERNELS = "kernels";
const CALL_OF_KERNEL = new RegExp(`\\bw2c_${KERNELS}_(\\w+)\\(instance->w2c_${KERNELS}_instance(?:, )?`, "g");

interface CFunction {
  readonly name: string;
  readonly lines: readonly string[];
}

/** C definitions of the functions `exports` and of all they call; the export `train` becomes `engine_train`. `plain`: line by line, with every bounds check. */
export function translate(c: string, exports: readonly string[], plain = false): string {
  const functions = new Map(readFunctions(c).map((one) => [one.name, one]));
  const kept = reachable(functions, exports);
  const bodies = kept.map((one) => definition(one, plain));
  const prototypes = bodies.map((body) => `${body.slice(0, body.indexOf(" {\n"))};`);
  const text = `${prototypes.join("\n")}\n\n${bodies.join("\n\n")}\n`;
  const foreign = /\binstance\b|\bw2c_\w+/.exec(text);
  if (foreign) throw new MayflyError(`the packed module uses ${foreign[0]}, which the C target does not have`, 1);
  return text;
}

/** The module's own functions; an export `train` is the wrapper `train` and the function `train_0`. */
function readFunctions(c: string): CFunction[] {
  const lines = c.replace(WRAPPED_HEAD, (head) => head.replace(/\s*\n\s*/g, " ")).split("\n");
  const found: CFunction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const name = FIRST_FUNCTION.exec(lines[at] ?? "")?.[1];
    if (name === undefined) continue;
    const end = lines.indexOf("}", at);
    if (end < 0) break;
    found.push({ name, lines: lines.slice(at, end) });
    at = end;
  }
  return found;
}

function reachable(functions: ReadonlyMap<string, CFunction>, exports: readonly string[]): CFunction[] {
  const wanted = new Set<string>();
  const visit = (name: string): void => {
    if (wanted.has(name)) return;
    const one = functions.get(name);
    if (!one) throw new MayflyError(`the packed module has no function ${name}`, 1);
    wanted.add(name);
    for (const line of one.lines.slice(1)) for (const [, called] of line.matchAll(new RegExp(`\\b${PREFIX}(\\w+)\\(`, "g"))) visit(called ?? "");
  };
  for (const name of exports) visit(`${name}_0`);
  return [...functions.values()].filter((one) => wanted.has(one.name));
}

function definition({ lines }: CFunction, plain: boolean): string {
  const [head = "", ...body] = lines;
  const code = body.filter((line) => !/FUNC_(PROLOGUE|EPILOGUE);/.test(line)).map(rewriteLine);
  const rewritten = plain ? code : mergeChecks(minMax(code));
  return [rewriteLine(head.replace(/^(static )?/, "static ").replace(/\(w2c_\w+\* instance(?:, )?(.*)\) \{$/, (_, rest: string) => `(${rest || "void"}) {`)), ...rewritten, "}"].join("\n");
}

function rewriteLine(line: string): string {
  return line
    .replace(/_default32\(&instance->w2c_memory, \(u64\)\((\w+)\)(?: \+ (\d+)u?)?/g, (_, address: string, offset: string | undefined) => `(${address}, ${offset ?? 0}u`)
    .replace(CALL_OF_KERNEL, "kernel_$1(")
    .replace(new RegExp(`\\b${PREFIX}(\\w+?)(_0)?\\((?:instance(?:, )?)?`, "g"), (_, name: string) => `engine_${name}(`);
}

function escape(text: string): string {
  return text.replace(/[*()]/g, "\\$&");
}
