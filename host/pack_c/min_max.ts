/**
 * Selections that are a minimum or a maximum, said as such, and the two that hold a weight to its range as a saturation: wasm2c writes them as
 * comparisons and choices, which compilers make branches of, where a Cortex-M3 or later has one instruction.
 */
const COPY = /^\s*(var_\w+) = (var_\w+|\d+u);$/;
const COMPARISON = /^\s*(var_\w+) = \(u32\)\(\(s32\)(var_\w+) (<|<=|>|>=) \(s32\)(var_\w+)\);$/;
const SELECTION = /^(\s*)(var_\w+) = (var_\w+) \? (var_\w+) : (var_\w+);$/;
const ASSIGNMENT = /^\s*(var_\w+) (?:[-+*/&|^%]|<<|>>)?= /;
/** Where what is known of the variables ends: a place that is jumped to, or a block. */
const BOUNDARY = /:;?\s*$|\bif\b|[{}]|\bgoto\b/;

interface Comparison {
  readonly greater: boolean;
  readonly left: string;
  readonly right: string;
}

/** Bits of a saturated number -> its limits as wasm2c writes them. */
const RANGES = [{ bits: 8, least: "4294967168u", most: "127u" }, { bits: 16, least: "4294934528u", most: "32767u" }];

interface Minimum {
  /** The line it is on, and the two it is of: values, and one of their variables. */
  readonly line: number;
  readonly constant: string;
  readonly variable: string;
}

/** The body of a function; what is saturated is kept in variables declared at its start. */
export function minMax(lines: readonly string[]): string[] {
  const result = [...lines];
  /** Variable -> the value it holds: a constant, or a name of its own. */
  let values = new Map<string, string>();
  let comparisons = new Map<string, Comparison>();
  let minima = new Map<string, Minimum>();
  let fresh = 0;
  const kept: string[] = [];
  const valueOf = (name: string): string => {
    if (/^\d/.test(name)) return name;
    const value = values.get(name) ?? `value ${++fresh}`;
    values.set(name, value);
    return value;
  };
  const renew = (target: string | undefined): string => {
    const value = `value ${++fresh}`;
    if (target !== undefined) values.set(target, value);
    return value;
  };
  for (const [at, line] of lines.entries()) {
    if (BOUNDARY.test(line)) {
      values = new Map();
      comparisons = new Map();
      minima = new Map();
      continue;
    }
    const copy = COPY.exec(line);
    if (copy) {
      values.set(copy[1] ?? "", valueOf(copy[2] ?? ""));
      continue;
    }
    const comparison = COMPARISON.exec(line);
    if (comparison) {
      const [, target, left = "", operator = "", right = ""] = comparison;
      const compared = { greater: operator.startsWith(">"), left: valueOf(left), right: valueOf(right) };
      comparisons.set(renew(target), compared);
      continue;
    }
    const selection = SELECTION.exec(line);
    if (!selection) {
      renew(ASSIGNMENT.exec(line)?.[1]);
      continue;
    }
    const [, indent = "", target = "", condition = "", chosen = "", other = ""] = selection;
    const [first, second] = [valueOf(chosen), valueOf(other)];
    const kind = kindOf(comparisons.get(valueOf(condition)), first, second);
    const value = renew(target);
    if (!kind) continue;
    result[at] = `${indent}${target} = MAYFLY_${kind}(${chosen}, ${other});`;
    const [constant, of, variable] = /^\d/.test(first) ? [first, second, other] : [second, first, chosen];
    if (kind === "MIN") minima.set(value, { line: at, constant, variable });
    const inner = kind === "MAX" ? minima.get(of) : undefined;
    const range = RANGES.find(({ least, most }) => least === constant && most === inner?.constant);
    if (!inner || !range) continue;
    // What was saturated may be overwritten by now. The minimum stays for whoever else reads it; the compiler drops it where nobody does.
    const name = `wide_${kept.length}`;
    kept.push(name);
    result[inner.line] = `${indent}${name} = ${inner.variable};\n${result[inner.line]}`;
    result[at] = `${indent}${target} = MAYFLY_SATURATE_${range.bits}(${name});`;
  }
  return kept.length === 0 ? result : [`  u32 ${kept.join(", ")};`, ...result];
}

/** `left > right ? left : right` is the maximum, and so on; where they are equal either may be chosen. */
function kindOf(compared: Comparison | undefined, chosen: string, other: string): "MIN" | "MAX" | null {
  if (!compared) return null;
  const straight = chosen === compared.left && other === compared.right;
  const crossed = chosen === compared.right && other === compared.left;
  if (!straight && !crossed) return null;
  return compared.greater === straight ? "MAX" : "MIN";
}
