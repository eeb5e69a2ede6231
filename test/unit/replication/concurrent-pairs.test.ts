/**
 * What docs/data-types.md says of writes at once, row by row: real coordinators compile and exchange the writes, and what
 * they sent then reaches replicas that have nothing in every order that links allow, and as whole rows in any order, twice.
 */
import { describe, expect, it } from "vitest";
import type { VersionVector } from "../../../src/causality/index.js";
import { type Delta, decodeRowKey, leafOf } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import type { Outcome } from "../../../src/replication/index.js";
import {
  type Case,
  type Deed,
  documentedCases,
  kindOf,
  operationOf,
  type Place,
} from "./concurrent-cases.js";
import { DeltaReader, type ShownRow } from "./delta-reader.js";
import { Lab } from "./lab.js";
import { interleavings, shuffles } from "./orders.js";

const ALL = { consistency: { level: "ALL" } } as const;
const ONE = { consistency: { level: "ONE" } } as const;
const NODES: Readonly<Record<Place, number>> = { here: 1, there: 2, elsewhere: 3 };
const NO_CONTEXT = Buffer.alloc(0);
/** Far above what any row of the tables needs, so that none gets out of hand unseen. */
const ORDERS_MAX = 20_000;

interface Run {
  /** At each replica. */
  readonly shown: readonly string[];
  /** What each of them sent. */
  readonly streams: readonly (readonly Delta[])[];
  /** What all had before. */
  readonly clock: VersionVector;
}

/** Three replicas; a key for each run of a case. */
class Stage {
  readonly lab = new Lab({ eu: 3 });
  #keys = 0;

  run(one: Case, first: "here" | "there"): Run {
    const { lab } = this;
    const key = `k${++this.#keys}`;
    const clock = lab.node(3).replica.durableClock.copy();
    const sentBefore = lab.nodes.map(({ sent }) => sent.length);
    const context: Record<Place, Buffer> = { here: NO_CONTEXT, there: NO_CONTEXT, elsewhere: NO_CONTEXT };
    const act = (deeds: readonly Deed[], options: typeof ALL | typeof ONE): void => {
      for (const deed of deeds) {
        const operation = operationOf(one.typed, key, deed, context[deed.at]);
        expect(lab.execute(NODES[deed.at], operation, options)).toMatchObject({ kind: "written" });
        lab.runFor(3);
      }
    };
    act(one.before, ALL);
    for (const place of ["here", "there"] as const) context[place] = this.#contextAt(one, key, place);
    if (one.isRead) {
      act(one.there, ALL);
      act(one.here, ALL);
    } else {
      lab.holds = (message) => message.type === "delta";
      act(one[first], ONE);
      act(one[first === "here" ? "there" : "here"], ONE);
      lab.release();
      lab.runFor(50);
    }
    act(one.afterwards, ALL);
    const shown = lab.nodes.map(({ number }) => textOf(one.typed, this.#read(one, key, number)));
    const streams = lab.nodes.map(({ sent, number }, at) =>
      sent.slice(sentBefore[at]).flatMap(({ to, message }) => {
        // Each is sent to both of the others.
        return message.type === "delta" && to === (number % 3) + 1 ? [message.delta] : [];
      }),
    );
    return { shown, streams, clock };
  }

  #contextAt({ typed }: Case, key: string, place: Place): Buffer {
    if (typed !== "register" && typed !== "multi") return NO_CONTEXT;
    const outcome = this.lab.execute(NODES[place], getOf(typed, key), ONE);
    return outcome.kind === "read" ? outcome.context : NO_CONTEXT;
  }

  #read({ typed }: Case, key: string, number: number): ShownRow[] {
    if (typed !== "set" && typed !== "map") return rowsOf(this.lab.execute(number, getOf(typed, key), ONE));
    const address = { type: DataType[typed], bucket: "b", key: Buffer.from(key) };
    const list = { kind: "list", address, path: [], after: undefined, limit: 100 } as const;
    return rowsOf(this.lab.execute(number, list, ONE));
  }
}

function getOf(typed: Case["typed"], key: string) {
  const address = { type: DataType[typed], bucket: "b", key: Buffer.from(key) };
  return { kind: "get", address, element: [] } as const;
}

function rowsOf(outcome: Outcome): ShownRow[] {
  switch (outcome.kind) {
    case "read":
      return outcome.values.length === 0
        ? []
        : [{ element: [], reading: { kind: "values", values: outcome.values } }];
    case "counter":
      return outcome.isFound ? [{ element: [], reading: outcome }] : [];
    case "flag":
      return outcome.isEnabled ? [{ element: [], reading: outcome }] : [];
    case "page":
      return outcome.rows.map(({ rowKey, reading }) => ({
        element: decodeRowKey(rowKey).element,
        reading,
      }));
    default:
      throw new Error(`a read came to ${JSON.stringify(outcome)}`);
  }
}

/** As the tables write it. */
function textOf(typed: Case["typed"], rows: readonly ShownRow[]): string {
  if (rows.length === 0) return "nothing";
  if (typed === "set") return rows.map(({ element }) => String(element[0])).join(" ");
  const texts = rows.map(({ element, reading }) => {
    if (typed !== "map") return valueText(reading);
    const { path, member } = leafOf(element);
    return member === undefined ? `${path.join("/")}=${valueText(reading)}` : [...path, member].join("/");
  });
  return texts.join(", ");
}

function valueText(reading: ShownRow["reading"]): string {
  if (reading.kind === "counter") return String(reading.value);
  if (reading.kind === "flag") return String(reading.isEnabled);
  return reading.values
    .map(({ data }) => data.toString())
    .sort()
    .join(", ");
}

const stage = new Stage();
const cases = documentedCases();

/** Plays what was sent to a replica that has nothing, and holds what it shows against the table. */
function expectAfter(one: Case, clock: VersionVector, play: (reader: DeltaReader) => void): void {
  const reader = new DeltaReader(clock);
  play(reader);
  const shown = textOf(one.typed, reader.shown());
  if (shown !== one.becomes) expect(shown).toBe(one.becomes);
}

function expectInAnyOrder(one: Case, { clock, streams }: Run): void {
  const all = streams.flat();
  let orders = 0;
  for (const deltas of interleavings(streams)) {
    expect(++orders).toBeLessThan(ORDERS_MAX);
    expectAfter(one, clock, (reader) => {
      for (const delta of deltas) reader.apply(delta);
    });
    // Live, and between them whole rows by repair: what is to come, or was there long ago.
    expectAfter(one, clock, (reader) => {
      for (const [at, delta] of deltas.entries()) {
        reader.apply(delta);
        for (const other of [all[(at * 7) % all.length], deltas[at + 1], deltas[0]])
          if (other !== undefined) reader.join(other);
        reader.apply(delta);
      }
    });
  }
  for (const deltas of shuffles(all, 300))
    expectAfter(one, clock, (reader) => {
      for (const delta of [...deltas, ...deltas]) reader.join(delta);
    });
}

describe.each(Object.keys(DataType))("writes at once to a %s", (typed) => {
  const own = cases.filter((one) => one.typed === typed);

  it.each(own.map((one) => [one.title, one] as const))("%s", (_title, one) => {
    for (const first of ["here", "there"] as const) {
      if (first === "there" && (one.isStamped || one.isRead)) continue;
      const run = stage.run(one, first);
      expect(run.shown).toEqual([one.becomes, one.becomes, one.becomes]);
      expectInAnyOrder(one, run);
    }
  });
});

const WRITES = ["put", "put with context", "delete", "delete with context"];
const CLEARS = ["clear field", "clear above", "clear all"];

/** What may meet, in each type: any two of a group. */
const GROUPS: Readonly<Record<Case["typed"], readonly (readonly string[])[]>> = {
  register: [WRITES],
  multi: [WRITES],
  counter: [["counter_add", "clear"]],
  flag: [["flag_set true", "flag_set false", "clear"]],
  set: [["set_add", "set_remove", "clear"]],
  map: [
    ["put", ...CLEARS],
    ["counter_add", ...CLEARS],
    ["flag_set true", "flag_set false", ...CLEARS],
    ["set_add", "set_remove", ...CLEARS],
  ],
};

describe("the tables", () => {
  it.each(Object.keys(DataType))("have every pair of operations of a %s", (name) => {
    const own = cases.filter(({ typed, isRead, here, there }) => {
      return typed === name && !isRead && here.length === 1 && there.length === 1;
    });
    const pairOf = (kinds: readonly string[]): string => [...kinds].sort().join(" ‖ ");
    const pairs = new Set(
      own.map(({ typed, here, there }) => pairOf([...here, ...there].map((deed) => kindOf(deed, typed)))),
    );
    const [typed] = own.map((one) => one.typed);
    const groups = typed === undefined ? [] : GROUPS[typed];
    expect(groups).not.toEqual([]);
    for (const group of groups)
      for (const [at, one] of group.entries())
        for (const other of group.slice(at)) expect(pairs).toContain(pairOf([one, other]));
  });
});
