/**
 * Paths of maps as one word: steps with slashes between them. A slash inside a step is `\/`, and a backslash `\\`.
 */
import { InvalidArgumentError } from "commander";

export function parsePath(text: string): readonly string[] {
  const steps = [""];
  let isEscaped = false;
  for (const character of text) {
    if (isEscaped) {
      if (character !== "/" && character !== "\\")
        throw new InvalidArgumentError("A backslash stands before a slash or a backslash.");
      steps.push(`${steps.pop()}${character}`);
      isEscaped = false;
    } else if (character === "\\") isEscaped = true;
    else if (character === "/") steps.push("");
    else steps.push(`${steps.pop()}${character}`);
  }
  if (isEscaped) throw new InvalidArgumentError("It ends in a backslash: write \\\\ for one.");
  if (steps.includes("")) throw new InvalidArgumentError("A step of it is empty: write a/b/c.");
  return steps;
}

export function formatPath(steps: readonly string[]): string {
  return steps.map((step) => step.replace(/[\\/]/g, "\\$&")).join("/");
}
