/** Which runtimes are on this machine, looked up once a test file. In CI (MAYFLY_REQUIRE_ALL=1) what REQUIRED names must be there. */
import { RUNTIMES } from "../../../host/runtimes/registry.js";
import type { Runtime } from "../../../host/runtimes/runtime.js";

export const ALL_REQUIRED = process.env["MAYFLY_REQUIRE_ALL"] === "1";

export async function findAll(): Promise<Map<string, Runtime>> {
  const found = await Promise.all(RUNTIMES.map(async (kind) => [kind.name, await kind.find()] as const));
  return new Map(found.filter((entry): entry is [string, Runtime] => entry[1] !== null));
}
