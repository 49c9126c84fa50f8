import { expect, test } from "vitest";
import { mergeChecks } from "../../../host/pack_c/merge_checks.js";

test("accesses at one address get one check, of the furthest end", () => {
  const lines = ["var_i0 = var_l1;", "var_i0 = i32_load16_s(var_i0, 2u);", "var_i1 = var_l1;", "i32_store(var_i1, 12u, var_i0);"];
  expect(mergeChecks(lines).join("\n")).toBe([
    "  u8 *at_0;", "var_i0 = var_l1;", "  MAYFLY_POINT(at_0, var_i0, 16u);", "var_i0 = i32_load16_s_at(at_0, 2u);", "var_i1 = var_l1;", "i32_store_at(at_0, 12u, var_i0);",
  ].join("\n"));
});

test("masked places near an address share a check that holds for the largest", () => {
  const place = (name: string) => [`var_i1 = ${name};`, "var_i2 = 62u;", "var_i1 &= var_i2;"];
  const merged = mergeChecks(["var_i0 = var_l1;", ...place("var_l2"), "var_i0 += var_i1;", "var_i0 = i32_load16_s(var_i0, 0u);", "var_i0 = var_l1;", ...place("var_l3"), "var_i0 += var_i1;", "i32_store16(var_i0, 0u, var_l4);"]).join("\n");
  expect(merged).toContain("base_0 = var_l1;\n  MAYFLY_POINT(at_0, base_0, 64u);");
  expect(merged).toContain("i32_load16_s_at(at_0 + (var_i0 - base_0), 0u)");
  expect(merged).toContain("i32_store16_at(at_0 + (var_i0 - base_0), 0u, var_l4)");
});

test.each([
  ["a mask too large to be a place", ["var_i1 = 4095u;", "var_i0 &= var_i1;", "var_l1 += var_i0;", "var_i2 = i32_load(var_l1, 0u);", "var_l2 += var_i0;", "var_i3 = i32_load(var_l2, 0u);"]],
  ["another value in the variable", ["var_i0 = var_l1;", "var_i2 = i32_load(var_i0, 0u);", "var_l1 = var_i2;", "var_i0 = var_l1;", "var_i3 = i32_load(var_i0, 4u);"]],
  ["arithmetic on the address", ["var_i2 = i32_load(var_i0, 0u);", "var_i0 += var_i1;", "var_i3 = i32_load(var_i0, 0u);"]],
  ["a label between", ["var_i2 = i32_load(var_l1, 0u);", "var_L0: ", "var_i3 = i32_load(var_l1, 4u);"]],
  ["a jump between", ["var_i2 = i32_load(var_l1, 0u);", "if (var_i2) {goto var_B1;}", "var_i3 = i32_load(var_l1, 4u);"]],
  ["a call between", ["var_i2 = i32_load(var_l1, 0u);", "engine_f3(var_i2);", "var_i3 = i32_load(var_l1, 4u);"]],
  ["a single access", ["var_i2 = i32_load(var_l1, 8u);"]],
])("%s: checks stay where they are", (_, lines) => {
  expect(mergeChecks(lines)).toEqual(lines);
});
