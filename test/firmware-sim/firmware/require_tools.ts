/** Tests that need programs outside npm: skipped without them, unless MAYFLY_REQUIRE_ALL=1 makes that a failure. */
import { describe, test } from "vitest";
import { APT_LINE, missingTools } from "../../../firmware-sim/firmware/tools.js";
import { findCommand } from "../../../host/runtimes/files.js";

const required = process.env["MAYFLY_REQUIRE_ALL"] === "1";

export function describeWith(missing: readonly string[], install: string, name: string, body: () => void): void {
  if (missing.length === 0) describe(name, body);
  else if (!required) describe.skip(`${name} (${missing.join(", ")} not installed: ${install})`, body);
  else describe(name, () => {
    test("its tools are installed", () => {
      throw new Error(`${missing.join(", ")} not installed: ${install}`);
    });
  });
}

export function describeFirmware(name: string, body: () => void): void {
  describeWith(missingTools(), APT_LINE, name, body);
}

export function describeNative(name: string, body: () => void): void {
  describeWith(findCommand("gcc") === null ? ["gcc"] : [], "apt-get install gcc", name, body);
}
