/** Rows that no clock will reach, of actors that died: which of their dots have been announced. */
import { describe, expect, it } from "vitest";
import { type Actor, actorOf, Context, hlcAt, VersionVector } from "../../../src/causality/index.js";
import type { Delta } from "../../../src/codec/index.js";
import type { LiveDot, RowState } from "../../../src/crdt/index.js";
import type { AheadReport } from "../../../src/replica/ahead-rows.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const [PAST, OTHER, ALSO_PAST] = [actorOf(2, 1), actorOf(3, 1), actorOf(4, 1)];
const K = rowKeyOf("k");
const NONE: readonly unknown[] = [];

function live(counter: number, actor: Actor = PAST): LiveDot {
  const hlc = hlcAt(5_000 + counter);
  const data = Buffer.from(`v${counter}`);
  return { actor, counter, payload: { hlc, isTombstone: false, encoding: 0, expiresAtMs: 0, data } };
}

/** A row of one dot; it knows also `known`. */
function stateOf(dot: LiveDot, known: readonly (readonly [Actor, number])[] = []): RowState {
  const context = new Context(VersionVector.from(known));
  context.add(dot.actor, dot.counter);
  return { live: [dot], context };
}

/** A delta of another replica that announces its row for an actor that died. */
function announcement(state: RowState, counter: number, past: Actor = PAST): Delta {
  const base = { partition: PARTITION, actor: OTHER, counter, hlc: hlcAt(9_000), rowKey: K, replaced: [] };
  const announced = { state, actors: [past] };
  return { ...base, requestId: undefined, following: 0, payload: undefined, announced };
}

function sweep(f: ReplicaFixture): AheadReport {
  let report: AheadReport | undefined;
  f.replica.aheadRows.sweep(
    (actor) => actor === PAST || actor === ALSO_PAST,
    (found) => {
      report = found;
    },
  );
  f.settle();
  if (report === undefined) throw new Error("the sweep came to no end");
  return report;
}

describe("a row ahead of the clock, of an actor that died", () => {
  it("is an orphan until it is announced, over restarts, too", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, stateOf(live(14)));
    expect(sweep(f)).toMatchObject({ orphaned: [K] });
    expect(sweep(f).orphans.get(PAST)).toBe(14);
    f.replica.announce(f.actor, K, (actor) => actor === PAST);
    f.settle();
    expect(sweep(f).announced.get(PAST)).toBe(14);
    f.crash();
    expect(sweep(f).orphaned).toEqual(NONE);
  });

  it("is none once another replica has announced just that", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, stateOf(live(14)));
    f.replica.apply(announcement(stateOf(live(14)), 1));
    expect(sweep(f).orphaned).toEqual(NONE);
  });

  it("is one still when another has announced the row without what is here", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, stateOf(live(14)));
    f.replica.apply(announcement(stateOf(live(7, OTHER), [[PAST, 6]]), 1));
    expect(sweep(f).orphaned).toEqual([K]);
    expect(sweep(f).orphans.get(PAST)).toBe(14);
    expect(f.replica.announce(f.actor, K, (actor) => actor === PAST)).toMatchObject({
      announced: { actors: [PAST], state: { live: [{ actor: PAST, counter: 14 }, { actor: OTHER }] } },
    });
    expect(sweep(f).orphaned).toEqual(NONE);
  });

  it("stays announced when another replica announces it for another actor that died", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, stateOf(live(14)));
    f.replica.announce(f.actor, K, (actor) => actor === PAST);
    f.replica.apply(announcement(stateOf(live(7, ALSO_PAST)), 1, ALSO_PAST));
    expect(sweep(f).orphaned).toEqual(NONE);
  });

  it("stays announced when it is written", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, stateOf(live(14)));
    f.replica.announce(f.actor, K, (actor) => actor === PAST);
    f.replica.join(K, stateOf(live(1, OTHER)));
    expect(sweep(f).orphaned).toEqual(NONE);
  });

  it("is one again when more of the same actor turns up", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, stateOf(live(14)));
    f.replica.announce(f.actor, K, (actor) => actor === PAST);
    f.replica.join(K, stateOf(live(17)));
    expect(sweep(f).orphaned).toEqual([K]);
  });
});
