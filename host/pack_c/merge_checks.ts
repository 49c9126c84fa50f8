/**
 * One bounds check where a stretch of straight code loads and stores at several offsets from the same address: the furthest is checked
 * before the first, which gives a pointer, and each access is then one instruction. A check that fails would have failed a few instructions
 * later without this.
 */
const ACCESS = /\b(i(?:32|64)_(?:load|store)(8|16|32)?(?:_[su])?)\((\w+), (\d+)u/;
const ASSIGNMENT = /^\s*(var_[a-z]\d+) ([-+*/&|^%]|<<|>>)?= (.*);$/;
/** A place that is jumped to or from, a block, a call of the engine's own: what comes behind may not run, or not after this. */
const BOUNDARY = /\bgoto\b|:;?\s*$|\bif\b|[{}]|\b(?:engine|kernel)_\w+\(|\breturn\b/;

interface Access {
  readonly line: number;
  readonly address: string;
  readonly end: number;
}

/** The body of a function; pointers are declared at its start. */
export function mergeChecks(lines: readonly string[]): string[] {
  const result = [...lines];
  let pointers = 0;
  for (const group of groupsIn(lines)) {
    const [first] = group;
    if (group.length < 2 || !first) continue;
    const pointer = `at_${pointers++}`;
    const end = Math.max(...group.map((access) => access.end));
    for (const { line } of group) result[line] = (lines[line] ?? "").replace(ACCESS, (_, name: string, __, ___, offset: string) => `${name}_at(${pointer}, ${offset}u`);
    result[first.line] = `  MAYFLY_POINT(${pointer}, ${first.address}, ${end}u);\n${result[first.line]}`;
  }
  const names = Array.from({ length: pointers }, (_, index) => `*at_${index}`);
  return pointers === 0 ? result : [`  u8 ${names.join(", ")};`, ...result];
}

/** Accesses at one address, within straight code; the address is named as it is at the first. */
function groupsIn(lines: readonly string[]): Access[][] {
  const all: Access[][] = [];
  let groups = new Map<number, Access[]>();
  /** Variable -> number of the value it holds; a copy holds the same. */
  let values = new Map<string, number>();
  let fresh = 0;
  const valueOf = (name: string): number => {
    const value = values.get(name) ?? ++fresh;
    values.set(name, value);
    return value;
  };
  for (const [line, text] of lines.entries()) {
    if (BOUNDARY.test(text)) {
      all.push(...groups.values());
      groups = new Map();
      values = new Map();
      continue;
    }
    const access = ACCESS.exec(text);
    if (access) {
      const [, name = "", bits, address = "", offset] = access;
      const value = valueOf(address);
      const end = Number(offset) + (bits === undefined ? (name.startsWith("i64") ? 8 : 4) : Number(bits) / 8);
      groups.set(value, [...(groups.get(value) ?? []), { line, address, end }]);
    }
    const assignment = ASSIGNMENT.exec(text);
    if (assignment) {
      const [, target = "", operator, source = ""] = assignment;
      values.set(target, operator === undefined && /^var_[a-z]\d+$/.test(source) ? valueOf(source) : ++fresh);
    }
  }
  return [...all, ...groups.values()];
}
