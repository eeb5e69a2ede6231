/** Many changes in one update come to the same as one after the other, and as a client would think who has no replicas. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, hlcAt, VersionVector } from "../../../src/causality/index.js";
import { leafOf } from "../../../src/codec/index.js";
import { ABSENT_ROW, compileEdit, DataType } from "../../../src/crdt/index.js";
import type { Action, Change } from "../../../src/replication/index.js";
import { clearedRanges, editsOf } from "../../../src/replication/update-edits.js";
import { DeltaReader } from "./delta-reader.js";

fc.configureGlobal({ seed: 2003, numRuns: 400 });

const ADDRESS = { type: DataType.map, bucket: "b", key: Buffer.from("k") } as const;
const PATHS = ["a", "a/x", "a/y", "ab", "b/x/y"];

type Value = number | boolean | string;

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("increment"), amount: fc.integer({ min: -5, max: 5 }) }),
  fc.record({ kind: fc.constant("set-flag"), isEnabled: fc.boolean() }),
  fc.record({ kind: fc.constantFrom("add-members", "remove-members"), members: anyMembers() }),
  fc.record({ kind: fc.constant("assign"), value: anyValue() }),
  fc.record({ kind: fc.constant("clear") }),
);
const anyChange = fc
  .tuple(fc.constantFrom(...PATHS), anyAction)
  .map(([path, action]): Change => ({ path: steps(path), action }));
/** A clear of everything, now and then. */
const anyChanges = fc.array(
  fc.oneof(
    { arbitrary: anyChange, weight: 12 },
    { arbitrary: fc.constant<Change>({ path: [], action: { kind: "clear" } }), weight: 1 },
  ),
  { maxLength: 12 },
);

function anyMembers(): fc.Arbitrary<Buffer[]> {
  return fc.subarray(["m", "n"], { minLength: 1 }).map((names) => names.map((name) => Buffer.from(name)));
}

function anyValue() {
  return fc.constantFrom("v", "w").map((text) => ({ data: Buffer.from(text), encoding: 1 as const }));
}

function steps(path: string): Buffer[] {
  return path.split("/").map((step) => Buffer.from(step));
}

/** One node and its rows. A change of its incarnation is a change of its actor. */
const NEVER = (): number => 0;

class OneNode {
  readonly reader = new DeltaReader(new VersionVector());
  readonly #counters = new Map<number, number>();
  incarnation = 1;
  #stampMs = 0;

  update(changes: readonly Change[]): void {
    const ranges = clearedRanges(ADDRESS, changes);
    const cleared = this.reader.rowKeys.filter((rowKey) =>
      ranges.some(({ from, to }) => from <= rowKey && rowKey < to),
    );
    const edits = editsOf(ADDRESS, changes, cleared, NEVER);
    if ("kind" in edits) throw new Error(edits.message);
    const actor = actorOf(1, this.incarnation);
    for (const [rowKey, edit] of edits) {
      const intent = compileEdit(this.reader.row(rowKey), edit, actor, 0);
      if (intent === "overflow") throw new Error("an overflow");
      if (intent === undefined) continue;
      const counter = (this.#counters.get(actor) ?? 0) + 1;
      this.#counters.set(actor, counter);
      const hlc = hlcAt(++this.#stampMs);
      const payload = intent.payload && { ...intent.payload, hlc };
      const { replaced } = intent;
      this.reader.apply({ ...NO_REQUEST, actor, counter, hlc, rowKey, payload, replaced });
    }
  }

  /** Leaves by path and kind. */
  shown(): Map<string, Value> {
    return new Map(
      this.reader.shown().map(({ element, reading }) => {
        const { path, type, member } = leafOf(element);
        const name = [...path, ...(member === undefined ? [] : [member])].join("/");
        const value =
          reading.kind === "counter"
            ? Number(reading.value)
            : reading.kind === "flag"
              ? reading.isEnabled
              : String(reading.values[0]?.data);
        return [`${type} ${name}`, value];
      }),
    );
  }
}

const NO_REQUEST = { partition: 0, requestId: undefined, following: 0 } as const;

/** The same on a plain map. */
function think(leaves: Map<string, Value>, { path, action }: Change): void {
  const name = path.join("/");
  switch (action.kind) {
    case "increment": {
      const before = leaves.get(`${DataType.counter} ${name}`);
      leaves.set(`${DataType.counter} ${name}`, (typeof before === "number" ? before : 0) + action.amount);
      return;
    }
    case "set-flag":
      if (action.isEnabled) leaves.set(`${DataType.flag} ${name}`, true);
      else leaves.delete(`${DataType.flag} ${name}`);
      return;
    case "add-members":
      for (const member of action.members) leaves.set(`${DataType.set} ${name}/${member}`, true);
      return;
    case "remove-members":
      for (const member of action.members) leaves.delete(`${DataType.set} ${name}/${member}`);
      return;
    case "assign":
      leaves.set(`${DataType.register} ${name}`, String(action.value.data));
      return;
    case "clear":
      for (const leaf of [...leaves.keys()]) {
        const at = leaf.slice(leaf.indexOf(" ") + 1);
        if (name === "" || at === name || at.startsWith(`${name}/`)) leaves.delete(leaf);
      }
  }
}

describe("the changes of an update", () => {
  it("come to what one after the other comes to, before and after restarts", () => {
    fc.assert(
      fc.property(fc.array(anyChanges, { maxLength: 4 }), fc.boolean(), (updates, restarts) => {
        const together = new OneNode();
        const apart = new OneNode();
        const thought = new Map<string, Value>();
        for (const changes of updates) {
          together.update(changes);
          for (const change of changes) apart.update([change]);
          for (const change of changes) think(thought, change);
          expect(together.shown()).toEqual(apart.shown());
          expect(new Map([...together.shown()].sort())).toEqual(new Map([...thought].sort()));
          if (restarts) together.incarnation++;
        }
      }),
    );
  });

  it("are about each row once, and count an increment after a clear from nothing", () => {
    const changes: Change[] = [
      { path: steps("a/x"), action: { kind: "increment", amount: 1 } },
      { path: steps("a"), action: { kind: "clear" } },
      { path: steps("a/x"), action: { kind: "increment", amount: 2 } },
      { path: steps("a/x"), action: { kind: "increment", amount: 3 } },
    ];
    const edits = editsOf(ADDRESS, changes, [], NEVER);
    const rowEdits = "kind" in edits ? [] : [...edits.values()].filter(({ kind }) => kind !== "remove");
    expect(rowEdits).toEqual([{ kind: "increment", amount: 5, isReset: true, expiresAtMs: 0 }]);
  });

  it("let what was counted last until the latest end of its increments, or for ever with one that has none", () => {
    const endOf = (...ttlsMs: (number | "never")[]): number | undefined => {
      const changes = ttlsMs.map(
        (ttlMs): Change => ({ path: steps("a"), action: { kind: "increment", amount: 1 }, ttlMs }),
      );
      const edits = editsOf(ADDRESS, changes, [], (ttlMs) => (typeof ttlMs === "number" ? ttlMs : 0));
      const [edit] = "kind" in edits ? [] : edits.values();
      return edit?.kind === "increment" ? edit.expiresAtMs : undefined;
    };
    expect([endOf(5, 3), endOf(3, 5), endOf(5, "never"), endOf("never", 5)]).toEqual([5, 5, 0, 0]);
  });

  it("do not count beyond what numbers can tell on their way to a sum that they could", () => {
    const most = Number.MAX_SAFE_INTEGER;
    const changes = [most, most, most, -most, -most, -5].map(
      (amount): Change => ({ path: steps("a"), action: { kind: "increment", amount } }),
    );
    const edits = editsOf(ADDRESS, changes, [], NEVER);
    const [edit] = "kind" in edits ? [] : edits.values();
    expect(edit && compileEdit(ABSENT_ROW, edit, actorOf(1, 1), 0)).toBe("overflow");
  });

  it("name at most 1,000 rows, those of a clear aside", () => {
    const changesOf = (count: number): Change[] =>
      Array.from({ length: count }, (_, at) => ({
        path: steps(`a/${at}`),
        action: { kind: "increment", amount: 1 },
      }));
    expect(editsOf(ADDRESS, changesOf(1_000), [], NEVER)).toHaveProperty("size", 1_000);
    expect(editsOf(ADDRESS, changesOf(1_001), [], NEVER)).toMatchObject({ reason: "BAD_REQUEST" });
  });
});
