import { expect, test } from "vitest";
import { minMax } from "../../../host/pack_c/min_max.js";

const choose = (operator: string, constant: string): string[] => [
  "var_l8 = var_i3;", "var_i4 = var_l8;", `var_i5 = ${constant};`, `var_i4 = (u32)((s32)var_i4 ${operator} (s32)var_i5);`, "var_i2 = var_i4 ? var_i2 : var_i3;",
];

test("a comparison and a choice of the same two are a minimum or a maximum", () => {
  expect(minMax(["var_i2 = 9u;", ...choose(">=", "9u")]).at(-1)).toBe("var_i2 = MAYFLY_MIN(var_i2, var_i3);");
  expect(minMax(["var_i2 = 9u;", ...choose("<=", "9u")]).at(-1)).toBe("var_i2 = MAYFLY_MAX(var_i2, var_i3);");
});

test("both limits of a weight are a saturation, of what it was before", () => {
  const lines = ["var_i1 = 4294934528u;", "var_i2 = 32767u;", ...choose(">=", "32767u"), "var_l8 = var_i2;", "var_i3 = var_l8;", "var_i4 = 4294934528u;", "var_i3 = (u32)((s32)var_i3 <= (s32)var_i4);", "var_i1 = var_i3 ? var_i1 : var_i2;"];
  expect(minMax(lines).join("\n")).toContain("  u32 wide_0;");
  expect(minMax(lines)).toContain("wide_0 = var_i3;\nvar_i2 = MAYFLY_MIN(var_i2, var_i3);");
  expect(minMax(lines).at(-1)).toBe("var_i1 = MAYFLY_SATURATE_16(wide_0);");
});

test.each([
  ["another constant", ["var_i2 = 8u;", ...choose(">=", "9u")]],
  ["a changed variable", ["var_i2 = 9u;", ...choose(">=", "9u").slice(0, 4), "var_i3 += var_i4;", "var_i2 = var_i4 ? var_i2 : var_i3;"]],
  ["an unsigned comparison", ["var_i2 = 9u;", "var_i4 = var_i3 >= var_i2;", "var_i2 = var_i4 ? var_i2 : var_i3;"]],
  ["a label between", ["var_i2 = 9u;", ...choose(">=", "9u").slice(0, 4), "var_L0: ", "var_i2 = var_i4 ? var_i2 : var_i3;"]],
])("%s: a choice stays a choice", (_, lines) => {
  expect(minMax(lines)).toEqual(lines);
});
