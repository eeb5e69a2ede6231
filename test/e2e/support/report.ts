/** What a test measured, for people: one line in the output of the test run. */
import { expect } from "vitest";

export function report(figures: Readonly<Record<string, unknown>>): void {
  const { currentTestName } = expect.getState();
  process.stdout.write(`${currentTestName}: ${JSON.stringify(figures)}\n`);
}
