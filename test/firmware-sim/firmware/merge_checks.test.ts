import { expect, test } from "vitest";
import { mergeChecks } from "../../../host/pack_c/merge_checks.js";

test("accesses at one address get one check, of the furthest end", () => {
  const lines = ["var_i0 = var_l1;", "var_i0 = i32_load16_s(var_i0, 2u);", "var_i1 = var_l1;", "i32_store(var_i1, 12u, var_i0);"];
  expect(mergeChecks(lines).join("\n")).toBe([
    "  u8 *at_0;", "var_i0 = var_l1;", "  MAYFLY_POINT(at_0, var_i0, 16u);", "var_i0 = i32_load16_s_at(at_0, 2u);", "var_i1 = var_l1;", "i32_store_at(at_0, 12u, var_i0);",
  ].join("\n"));
});

test.each([
  ["another value in the variable", ["var_i0 = var_l1;", "var_i2 = i32_load(var_i0, 0u);", "var_l1 = var_i2;", "var_i0 = var_l1;", "var_i3 = i32_load(var_i0, 4u);"]],
  ["arithmetic on the address", ["var_i2 = i32_load(var_i0, 0u);", "var_i0 += var_i1;", "var_i3 = i32_load(var_i0, 0u);"]],
  ["a label between", ["var_i2 = i32_load(var_l1, 0u);", "var_L0: ", "var_i3 = i32_load(var_l1, 4u);"]],
  ["a jump between", ["var_i2 = i32_load(var_l1, 0u);", "if (var_i2) {goto var_B1;}", "var_i3 = i32_load(var_l1, 4u);"]],
  ["a call between", ["var_i2 = i32_load(var_l1, 0u);", "engine_f3(var_i2);", "var_i3 = i32_load(var_l1, 4u);"]],
  ["a single access", ["var_i2 = i32_load(var_l1, 8u);"]],
])("%s: checks stay where they are", (_, lines) => {
  expect(mergeChecks(lines)).toEqual(lines);
});
