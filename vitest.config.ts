/**
 * Three suites with three budgets. `unit` holds everything that runs in one process on virtual or no time, in parallel;
 * `integration` and `e2e` start real nodes, so their files run one at a time, after the fast ones, from built code.
 */
import { defineConfig } from "vitest/config";

/** One file at a time: real processes compete for the machine's cores, and deadlines are measured in them. */
const ONE_AT_A_TIME = { maxWorkers: 1, globalSetup: "./.ci/fresh-build.mjs" } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/simulation/**/*.test.ts"],
          maxWorkers: 2,
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...ONE_AT_A_TIME,
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...ONE_AT_A_TIME,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
