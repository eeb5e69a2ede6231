/**
 * One key of a run, a multi, is removed for good soon after a focus, and only read from then on: its row is gone without a
 * trace, for only registers leave tombstones. Who is away meanwhile still has it, and has to be told.
 */
import type { SeededRandom } from "../runtime/simulated/index.js";
import type { PlannedOperation } from "./plan.js";
import { farewellOf, nodesOf, type Shape } from "./shape.js";

/** From the focus, and from the read of what there is to remove. */
const READ_MS = 300;
/** So long before, everybody still there is sent something to remove. */
const SINCE_MS = 1_500;
/** Once more, for siblings that were under way. */
const AGAIN_MS = 1_500;
const PLAIN = { retries: [], isSloppy: false, lingersMs: 0, isOfSession: false, readsAgainAt: [] } as const;

/** What clients do, but for the writes of that key after its farewell. */
export function withFarewell(
  random: SeededRandom,
  shape: Shape,
  operations: readonly PlannedOperation[],
): PlannedOperation[] {
  const key = shape.keys.length - 1;
  const focus = farewellOf(shape);
  const endMs = focus.atMs + READ_MS;
  const base = {
    client: random.below(shape.clients),
    key,
    // Not at the node that faults aim at.
    node: (focus.node + 1 + random.below(nodesOf(shape) - 1)) % nodesOf(shape),
    level: "TWO",
    timeoutMs: 800,
    usesContext: true,
    ...PLAIN,
  } as const;
  const removals = [endMs, endMs + AGAIN_MS].flatMap((atMs): PlannedOperation[] => [
    { ...base, kind: "get", atMs },
    { ...base, kind: "delete", atMs: atMs + READ_MS },
  ]);
  const isLate = (operation: PlannedOperation): boolean => operation.key === key && operation.atMs > endMs;
  return [
    ...operations.map((operation) =>
      isLate(operation) ? { ...operation, ...PLAIN, kind: "get" as const } : operation,
    ),
    { ...base, kind: "put", atMs: Math.max(0, endMs - SINCE_MS) },
    ...removals,
  ];
}
