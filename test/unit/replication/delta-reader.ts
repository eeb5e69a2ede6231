/** A replica without a disk: it takes deltas, or the whole rows that they make, and shows what a client would read. */
import { Context, type VersionVector } from "../../../src/causality/index.js";
import { type Delta, decodeRowKey, leafOf, type RowKey, rowKeyType } from "../../../src/codec/index.js";
import {
  ABSENT_ROW,
  applyChange,
  DataType,
  isShown,
  joinRow,
  type Reading,
  type Row,
  readingOf,
  stripped,
} from "../../../src/crdt/index.js";

/** A row that shows something: of a set or a map with its element. */
export interface ShownRow {
  readonly element: readonly Buffer[];
  readonly reading: Reading;
}

export class DeltaReader {
  readonly #clock: VersionVector;
  readonly #rows = new Map<RowKey, Row>();

  /** @param clock what it has of everything else */
  constructor(clock: VersionVector) {
    this.#clock = clock.copy();
  }

  get rowKeys(): RowKey[] {
    return [...this.#rows.keys()].sort();
  }

  row(rowKey: RowKey): Row {
    return this.#rows.get(rowKey) ?? ABSENT_ROW;
  }

  /** In the order of each actor; again and again, if need be. */
  apply(delta: Delta): void {
    const held = this.#clock.get(delta.actor);
    if (delta.counter <= held) return;
    if (delta.counter > held + 1) throw new Error("a delta came before one of its actor's that it follows");
    const changed = applyChange(rowKeyType(delta.rowKey), this.row(delta.rowKey), this.#clock, delta);
    this.#clock.raise(delta.actor, delta.counter);
    this.#rows.set(delta.rowKey, stripped(changed, this.#clock));
  }

  /** The row as it would be if nothing else had ever happened to it: in any order. */
  join({ actor, counter, payload, replaced, rowKey }: Delta): void {
    const context = Context.ofDots([{ actor, counter }, ...replaced]);
    const live = payload === undefined ? [] : [{ actor, counter, payload }];
    this.#rows.set(rowKey, joinRow(rowKeyType(rowKey), this.row(rowKey), this.#clock, { live, context }));
  }

  shown(): ShownRow[] {
    return this.rowKeys.flatMap((rowKey) => {
      const { type, element } = decodeRowKey(rowKey);
      const rowType = type === DataType.map ? leafOf(element).type : type;
      const reading = readingOf(rowType, this.row(rowKey).live, 0);
      return isShown(reading) ? [{ element, reading }] : [];
    });
  }
}
