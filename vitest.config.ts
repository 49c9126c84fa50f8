import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Bit-exact tests on two shared cores: generous, for they are never about time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Vitest would leave one core idle, and most of these tests wait for child processes.
    maxWorkers: availableParallelism(),
  },
});
