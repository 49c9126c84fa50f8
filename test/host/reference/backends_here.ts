/** The tfjs backends of this machine. In CI (MAYFLY_REQUIRE_ALL=1) all must be there; elsewhere a missing WebGPU skips its tests, and says why. */
import { test } from "vitest";
import type { Backend } from "../../../host/reference/backends/backend.js";
import { startNamed } from "../../../host/reference/backends/registry.js";

const required = process.env["MAYFLY_REQUIRE_ALL"] === "1";

async function find(name: string): Promise<Backend | null> {
  try {
    return await startNamed(name);
  } catch (error) {
    if (required) throw error;
    console.warn(`skipped: ${(error as Error).message}`);
    return null;
  }
}

/** Null where WebGPU does not start. */
export const webgpu = await find("webgpu");
export const testOnWebgpu = test.skipIf(webgpu === null);
