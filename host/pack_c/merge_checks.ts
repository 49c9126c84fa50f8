/**
 * One bounds check where a stretch of straight code loads and stores near the same address: the furthest is checked before the first, which
 * gives a pointer, and each access is then one instruction. Near is at constant offsets, or at a place that is masked with a constant (the
 * update kernel, assembly/kernels/update.ts). A check that fails would have failed a few instructions later without this; for masked places
 * also where only a larger place than the one at hand would: so close to its end the engine's memory has no weights.
 */
const ACCESS = /\b(i(?:32|64)_(?:load|store)(8|16|32)?(?:_[su])?)\((\w+), (\d+)u/;
const ASSIGNMENT = /^\s*(var_[a-z]\d+) ([-+*/&|^%]|<<|>>)?= (.*);$/;
const VARIABLE = /^var_[a-z]\d+$/;
/** A place that is jumped to or from, a block, a call of the engine's own: what comes behind may not run, or not after this. */
const BOUNDARY = /\bgoto\b|:;?\s*$|\bif\b|[{}]|\b(?:engine|kernel)_\w+\(|\breturn\b/;
/** Largest mask of a place. */
const MOST_MASK = 255;

interface Access {
  readonly line: number;
  readonly address: string;
  readonly end: number;
  /** Whether the address is the group's own, or that with a masked place added. */
  readonly masked: boolean;
}

interface Group {
  readonly accesses: Access[];
  /** A variable that holds the group's address at its first access. */
  readonly address: string;
}

/** The body of a function; pointers, and the addresses they stand for, are declared at its start. */
export function mergeChecks(lines: readonly string[]): string[] {
  const result = [...lines];
  const declared: string[] = [];
  let pointers = 0;
  for (const { accesses, address } of groupsIn(lines)) {
    const [first] = accesses;
    if (accesses.length < 2 || !first) continue;
    const pointer = `at_${pointers}`;
    const base = `base_${pointers++}`;
    const masked = accesses.some((access) => access.masked);
    const end = Math.max(...accesses.map((access) => access.end));
    for (const { line, masked: here } of accesses) {
      result[line] = (lines[line] ?? "").replace(ACCESS, (_, name: string, __, at: string, offset: string) => `${name}_at(${here ? `${pointer} + (${at} - ${base})` : pointer}, ${offset}u`);
    }
    result[first.line] = `${masked ? `  ${base} = ${address};\n` : ""}  MAYFLY_POINT(${pointer}, ${masked ? base : address}, ${end}u);\n${result[first.line]}`;
    declared.push(`u8 *${pointer};`, ...(masked ? [`u32 ${base};`] : []));
  }
  return declared.length === 0 ? result : [`  ${declared.join(" ")}`, ...result];
}

/** What is known of the values that variables hold, within straight code. */
class Values {
  private readonly held = new Map<string, number>();
  private readonly constants = new Map<number, number>();
  /** Most that a masked value is. */
  private readonly masks = new Map<number, number>();
  /** Sums of a value and a masked one. */
  readonly sums = new Map<number, { readonly base: number; readonly most: number }>();
  private fresh = 0;

  of(name: string): number {
    const value = this.held.get(name) ?? ++this.fresh;
    this.held.set(name, value);
    return value;
  }

  /** A variable that holds it now. */
  holder(value: number): string | null {
    for (const [name, held] of this.held) if (held === value) return name;
    return null;
  }

  assign(target: string, operator: string | undefined, source: string): void {
    const copied = operator === undefined && VARIABLE.test(source) ? this.of(source) : null;
    const value = copied ?? ++this.fresh;
    if (copied === null && operator === undefined && /^\d+u$/.test(source)) this.constants.set(value, Number.parseInt(source, 10));
    if (copied === null && operator !== undefined && VARIABLE.test(source)) this.combine(value, operator, this.of(target), this.of(source));
    this.held.set(target, value);
  }

  private combine(value: number, operator: string, left: number, right: number): void {
    if (operator === "&") {
      const mask = this.constants.get(right) ?? this.constants.get(left) ?? Infinity;
      if (mask <= MOST_MASK) this.masks.set(value, mask);
    } else if (operator === "+") {
      const [base, place] = this.masks.has(right) ? [left, right] : [right, left];
      const most = this.masks.get(place);
      if (most !== undefined) this.sums.set(value, { base, most });
    }
  }
}

/** Accesses near one address, within straight code. */
function groupsIn(lines: readonly string[]): Group[] {
  const all: Group[] = [];
  let groups = new Map<number, Group>();
  let values = new Values();
  for (const [line, text] of lines.entries()) {
    if (BOUNDARY.test(text)) {
      all.push(...groups.values());
      groups = new Map();
      values = new Values();
      continue;
    }
    const access = ACCESS.exec(text);
    if (access) {
      const [, name = "", bits, address = "", offset] = access;
      const sum = values.sums.get(values.of(address));
      // The base has to be in some variable still, for the check.
      const base = sum && values.holder(sum.base);
      const masked = sum !== undefined && typeof base === "string";
      const value = masked ? sum.base : values.of(address);
      const end = Number(offset) + (masked ? sum.most : 0) + (bits === undefined ? (name.startsWith("i64") ? 8 : 4) : Number(bits) / 8);
      const group = groups.get(value) ?? { accesses: [], address: masked ? base : address };
      group.accesses.push({ line, address, end, masked });
      groups.set(value, group);
    }
    const assignment = ASSIGNMENT.exec(text);
    if (assignment) values.assign(assignment[1] ?? "", assignment[2], assignment[3] ?? "");
  }
  return [...all, ...groups.values()];
}
