/** Histories of counters, flags, sets and maps in short, with the dots that their updates minted. */
import { actorOf, Context, type Dot } from "../../../../src/causality/index.js";
import type { Deed, Shown } from "../../../../src/simulator/compounds.js";
import { rowOf } from "../../../../src/simulator/compounds.js";
import {
  type CompoundUnderTest,
  History,
  type Look,
  type Update,
} from "../../../../src/simulator/history.js";
import type { Ledger } from "../../../../src/simulator/invariants/elements.js";
import type { UpdateDot } from "../../../../src/simulator/update-ledger.js";

const COMPOUNDS = [
  { type: "counter", isStrict: true, isCleared: false },
  { type: "counter", isStrict: false, isCleared: true },
  { type: "flag", isStrict: false, isCleared: true },
  { type: "set", isStrict: true, isCleared: true },
  { type: "map", isStrict: false, isCleared: true },
] as const;

interface Minted {
  /** The member; its incarnation is 1. */
  readonly at?: number;
  /** What its coordinator had seen for certain, and what maybe. */
  readonly saw?: readonly Dot[];
  readonly maySee?: readonly Dot[];
}

export class CompoundStory implements Ledger {
  readonly history = new History([], COMPOUNDS);
  readonly counter = this.#keyAt(0);
  readonly cleared = this.#keyAt(1);
  readonly flag = this.#keyAt(2);
  readonly set = this.#keyAt(3);
  readonly map = this.#keyAt(4);
  readonly #dots: UpdateDot[] = [];
  readonly #counters = new Map<number, number>();
  #count = 0;

  /** An acknowledged update at a time, whose stamp is that time too; `change` says what is otherwise. */
  update(key: CompoundUnderTest, deed: Deed, atMs: number, change: Partial<Update> = {}): Update {
    const name = `u${this.#count++}`;
    const update: Update = {
      key,
      name,
      deed,
      element: 0,
      amount: 0n,
      requestId: name,
      session: undefined,
      startedAtMs: atMs,
      endedAtMs: atMs + 1,
      fate: "acknowledged",
      acksReceived: 2,
      fallbackAcks: 0,
      ...change,
    };
    this.history.updates.push(update);
    return update;
  }

  /** An increment. */
  count(key: CompoundUnderTest, amount: bigint, atMs: number, change: Partial<Update> = {}): Update {
    return this.update(key, "add", atMs, { amount, ...change });
  }

  /** The dot of an update in its row. */
  mint(update: Update, { at = 1, saw = [], maySee = [] }: Minted = {}): UpdateDot {
    const counter = (this.#counters.get(at) ?? 0) + 1;
    this.#counters.set(at, counter);
    const dot: UpdateDot = {
      actor: actorOf(at, 1),
      counter,
      hlc: BigInt(update.startedAtMs),
      requestId: update.requestId,
      key: update.key.name,
      row: rowOf(update.key.type, update.element),
      before: Context.ofDots(saw),
      within: Context.ofDots([...saw, ...maySee]),
    };
    this.#dots.push(dot);
    return dot;
  }

  look(
    key: CompoundUnderTest,
    atMs: number,
    shown: Readonly<Record<string, Shown>>,
    change: Partial<Look> = {},
  ): Look {
    const look = lookAt(key, atMs, shown, change);
    this.history.looks.push(look);
    return look;
  }

  dotsOf(requestId: string): readonly UpdateDot[] {
    return this.#dots.filter((dot) => dot.requestId === requestId);
  }

  rowsOf(key: string): ReadonlyMap<string, readonly UpdateDot[]> {
    const rows = new Map<string, UpdateDot[]>();
    for (const dot of this.#dots.filter((each) => each.key === key))
      rows.set(dot.row, [...(rows.get(dot.row) ?? []), dot]);
    return rows;
  }

  #keyAt(at: number): CompoundUnderTest {
    const key = this.history.compounds[at];
    if (key === undefined) throw new Error("no such key");
    return key;
  }
}

export function lookAt(
  key: CompoundUnderTest,
  atMs: number,
  shown: Readonly<Record<string, Shown>>,
  change: Partial<Look> = {},
): Look {
  return {
    key,
    row: undefined,
    isStrict: true,
    session: undefined,
    startedAtMs: atMs,
    endedAtMs: atMs + 1,
    shown: new Map(Object.entries(shown)),
    ...change,
  };
}
