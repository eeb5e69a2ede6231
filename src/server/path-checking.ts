/** Bounds on paths of maps and on members of sets. */
import type { Failure } from "../replication/index.js";
import { badRequest } from "./failure.js";
import type { Limits } from "./limits.js";

/** Maps in maps go no deeper. */
const PATH_STEPS_MAX = 16;

/** What is wrong with a path; `field` is where it is in the request. Its steps together are as long as a key may be. */
export function pathProblem(path: readonly Buffer[], field: string, limits: Limits): Failure | undefined {
  if (path.length > PATH_STEPS_MAX)
    return badRequest(field, `${path.length} steps; the limit is ${PATH_STEPS_MAX}`);
  if (path.some((step) => step.length === 0)) return badRequest(field, "no step may be empty");
  const bytes = path.reduce((sum, step) => sum + step.length, 0);
  return bytes > limits.keyBytes
    ? badRequest(field, `${bytes} bytes; the limit is ${limits.keyBytes}`)
    : undefined;
}

export function membersProblem(
  members: readonly Buffer[],
  field: string,
  limits: Limits,
): Failure | undefined {
  if (members.length === 0) return badRequest(field, "must not be empty");
  if (members.some((member) => member.length === 0)) return badRequest(field, "no member may be empty");
  const longest = Math.max(...members.map((member) => member.length));
  return longest > limits.keyBytes
    ? badRequest(field, `a member of ${longest} bytes; the limit is ${limits.keyBytes}`)
    : undefined;
}
