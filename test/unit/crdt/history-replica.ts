/** One replica of a random history: its clock, its rows by the real join, and what the naive model says it knows. */
import { type Actor, actorOf, HybridClock, VersionVector } from "../../../src/causality/index.js";
import { ABSENT_ROW, DataType, joinRow, type Row, type RowState, rowState } from "../../../src/crdt/index.js";
import { Known } from "./naive-model.js";

/** By which type each row is joined: a register, two multis, and the rows of a counter, a flag, a set and a map. */
export const ROWS = {
  r: DataType.register,
  m: DataType.multi,
  n: DataType.multi,
  c: DataType.counter,
  f: DataType.flag,
  s: DataType.set,
  t: DataType.set,
  x: DataType.map,
  y: DataType.map,
  z: DataType.map,
} as const;
export type RowName = keyof typeof ROWS;
export const VALUE_ROWS = ["r", "m", "n"] as const;
export const UPDATE_ROWS = ["c", "f", "s", "t", "x", "y", "z"] as const;
export type UpdateRow = (typeof UPDATE_ROWS)[number];
export const ROW_NAMES: readonly RowName[] = [...VALUE_ROWS, ...UPDATE_ROWS];
/** What a clear takes together. */
export const CLEARED_TOGETHER: readonly (readonly UpdateRow[])[] = [
  ["c"],
  ["f"],
  ["s", "t"],
  ["x", "y", "z"],
];
const LEAVES = { x: DataType.register, y: DataType.counter, z: DataType.set } as const;

/** By which type a row is read: of a map's leaf its own. */
export function readTypeOf(name: RowName): DataType {
  return name === "x" || name === "y" || name === "z" ? LEAVES[name] : ROWS[name];
}

export class Replica {
  readonly member: number;
  incarnation = 1;
  readonly clock = new VersionVector();
  readonly hlc: HybridClock;
  readonly rows = new Map<RowName, Row>();
  readonly #known = new Map<RowName, Known>();
  /** Something happened to these that was not checked yet. */
  readonly touched = new Set<RowName>();

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
    this.touched.add(name);
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
