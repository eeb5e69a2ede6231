/** Deltas of other actors, made up: each may replace any dot minted so far, arrived here or not. */
import fc from "fast-check";
import { type Actor, actorOf, type Dot, hlcAt } from "../../../src/causality/index.js";
import type { Delta, RowKey } from "../../../src/codec/index.js";
import { type Known, nameOf, type Op } from "../crdt/naive-model.js";
import { PARTITION, rowKeyOf } from "./replica-fixture.js";

export const ROW_KEYS: readonly RowKey[] = ["a", "b", "c", "d"].map((name) => rowKeyOf(name));
export const anyRowKey = fc.constantFrom(...ROW_KEYS);
const ACTORS: readonly Actor[] = [actorOf(8, 1), actorOf(9, 1)];
const DELTAS_EACH = 14;

/** What a delta does, but for the dots that only its place in the log decides. */
interface Plan {
  readonly actor: Actor;
  readonly rowKey: RowKey;
  readonly isRemoval: boolean;
  readonly replaces: readonly number[];
  readonly isLarge: boolean;
}

const anyPlan: fc.Arbitrary<Plan> = fc.record({
  actor: fc.constantFrom(...ACTORS),
  rowKey: anyRowKey,
  isRemoval: fc.boolean(),
  replaces: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
  isLarge: fc.boolean(),
});

/** The logs of the remote actors, whole. Large values make small pages. */
export function anyRemoteLog(
  size: "small" | "large" = "small",
): fc.Arbitrary<ReadonlyMap<Actor, readonly Delta[]>> {
  return fc.array(anyPlan, { minLength: 4, maxLength: 2 * DELTAS_EACH, size: "max" }).map((plans) => {
    const logs = new Map<Actor, Delta[]>(ACTORS.map((actor) => [actor, []]));
    const byRow = new Map<RowKey, Dot[]>();
    for (const [at, plan] of plans.entries()) {
      const log = logs.get(plan.actor) ?? [];
      const earlier = byRow.get(plan.rowKey) ?? [];
      const dot = { actor: plan.actor, counter: log.length + 1 };
      const replaced = plan.replaces.flatMap((back) => earlier.at(-1 - back) ?? []);
      log.push(deltaOf(plan, dot, at, { replaced, isLarge: plan.isLarge && size === "large" }));
      byRow.set(plan.rowKey, [...earlier, dot]);
    }
    return logs;
  });
}

const LARGE = Buffer.alloc(140 * 1024, "x");

function deltaOf(
  plan: Plan,
  dot: Dot,
  at: number,
  { replaced, isLarge }: { readonly replaced: readonly Dot[]; readonly isLarge: boolean },
): Delta {
  const hlc = hlcAt(1_000 + at);
  const data = isLarge ? LARGE : Buffer.from(nameOf(dot));
  const payload = { hlc, isTombstone: false, encoding: 0, expiresAtMs: 0, data } as const;
  const requestId = dot.actor.toString(16).padStart(16, "0") + dot.counter.toString(16).padStart(16, "0");
  const { rowKey, isRemoval } = plan;
  return {
    partition: PARTITION,
    ...dot,
    hlc,
    rowKey,
    requestId,
    following: 0,
    payload: isRemoval ? undefined : payload,
    replaced,
  };
}

/** The delta as the naive model takes it. */
export function learn(known: Map<RowKey, Known>, delta: Delta): void {
  const op: Op = {
    actor: delta.actor,
    counter: delta.counter,
    name: nameOf(delta),
    hlc: delta.hlc,
    payload: delta.payload,
    replaced: new Set(delta.replaced.map(nameOf)),
    kept: [],
  };
  known.get(delta.rowKey)?.add(op);
}
