/**
 * Three suites with three budgets. `unit` holds everything that runs in one process on virtual or no time, in parallel;
 * `integration` and `e2e` start real nodes, so they run after the fast ones, from built code, two files at a time: they
 * wait more than they compute, and three of them make a machine with two cores so slow that timeouts pass.
 */
import { defineConfig } from "vitest/config";
import LongestFirst from "./.ci/longest-first.js";

const FROM_BUILT_CODE = {
  maxWorkers: 2,
  globalSetup: "./.ci/fresh-build.mjs",
  sequence: { groupOrder: 1 },
} as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/simulation/**/*.test.ts"],
          maxWorkers: 2,
          // Modules keep no state, so files share them: loading them anew for each took more time than the tests.
          isolate: false,
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...FROM_BUILT_CODE,
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...FROM_BUILT_CODE,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
