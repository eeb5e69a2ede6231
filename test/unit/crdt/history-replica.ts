/** One replica of a random history: its clock, its rows by the real join, and what the naive model says it knows. */
import { type Actor, actorOf, HybridClock, VersionVector } from "../../../src/causality/index.js";
import { ABSENT_ROW, DataType, joinRow, type Row, type RowState, rowState } from "../../../src/crdt/index.js";
import { Known } from "./naive-model.js";

export const ROWS = { r: DataType.register, m: DataType.multi, n: DataType.multi } as const;
export type RowName = keyof typeof ROWS;
export const ROW_NAMES: readonly RowName[] = ["r", "m", "n"];

export class Replica {
  readonly member: number;
  incarnation = 1;
  readonly clock = new VersionVector();
  readonly hlc: HybridClock;
  readonly rows = new Map<RowName, Row>();
  readonly #known = new Map<RowName, Known>();
  /** Something happened that was not checked yet. */
  isTouched = false;

  constructor(member: number, wallMs: () => number) {
    this.member = member;
    this.hlc = new HybridClock(wallMs);
  }

  get actor(): Actor {
    return actorOf(this.member, this.incarnation);
  }

  row(name: RowName): Row {
    return this.rows.get(name) ?? ABSENT_ROW;
  }

  set(name: RowName, row: Row): void {
    this.rows.set(name, row);
    this.isTouched = true;
  }

  knownOf(name: RowName): Known {
    return this.#known.get(name) ?? new Known();
  }

  learn(name: RowName, known: Known): void {
    this.#known.set(name, Known.joined([this.knownOf(name), known]));
  }

  forget(name: RowName): void {
    this.#known.delete(name);
  }

  isDamaged(name: RowName): boolean {
    return this.row(name).damagedAt !== undefined;
  }

  state(name: RowName): RowState {
    return rowState(this.row(name), this.clock);
  }

  join(name: RowName, state: RowState, known: Known): void {
    for (const dot of state.live) this.hlc.observe(dot.payload.hlc);
    this.set(name, joinRow(ROWS[name], this.row(name), this.clock, state));
    this.learn(name, known);
  }
}
