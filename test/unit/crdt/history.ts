/**
 * Random histories of one partition over several replicas, run on the real join and on the naive model side by side.
 * Deltas arrive in order for each actor and else as they like; rows are repaired, partitions caught up, records lost.
 */
import { expect } from "vitest";
import { type Actor, actorMember, Context, type Covers } from "../../../src/causality/index.js";
import {
  applyChange,
  compileDelete,
  compileEdit,
  compilePut,
  DataType,
  damagedRow,
  type Intent,
  joinStates,
  type LiveDot,
  type ReadToken,
  type Row,
  type RowEdit,
  type RowState,
  readingOf,
  readToken,
  stripped,
} from "../../../src/crdt/index.js";
import { rowContext } from "../../../src/crdt/row-merge.js";
import {
  Replica,
  ROW_NAMES,
  ROWS,
  type RowName,
  readTypeOf,
  UPDATE_ROWS,
  type UpdateRow,
} from "./history-replica.js";
import { Known, nameOf, type Op, type PastOp } from "./naive-model.js";
import { mustShow, mustShowInTheEnd } from "./naive-reading.js";

export type Step =
  | {
      readonly kind: "put" | "delete";
      readonly at: number;
      readonly row: RowName;
      readonly useToken: boolean;
    }
  /** Of one row of a counter, a flag, a set or a map; `amount` and `isReset` are for a counter's. */
  | {
      readonly kind: "change" | "remove";
      readonly at: number;
      readonly row: UpdateRow;
      readonly amount: number;
      readonly isReset: boolean;
    }
  | { readonly kind: "clear"; readonly at: number; readonly rows: readonly UpdateRow[] }
  | { readonly kind: "read"; readonly at: number; readonly row: RowName }
  | { readonly kind: "deliver" | "catch-up"; readonly to: number; readonly from: number }
  | { readonly kind: "repair"; readonly to: number; readonly from: number; readonly row: RowName }
  | { readonly kind: "quorum-read"; readonly of: readonly number[]; readonly row: RowName }
  | { readonly kind: "restart" | "strip"; readonly at: number }
  | { readonly kind: "rot"; readonly row: RowName };

/** A token as the client holds it, and what stood behind it in the model. */
interface HeldToken {
  readonly token: ReadToken;
  readonly known: Known;
}

export class History {
  readonly #replicas: Replica[];
  readonly #log = new Map<Actor, { readonly row: RowName; readonly op: PastOp; readonly intent: Intent }[]>();
  readonly #tokens = new Map<RowName, HeldToken>();
  #nowMs = 1_000;

  /** @param skewsMs how far each replica's wall clock is ahead. */
  constructor(skewsMs: readonly number[]) {
    this.#replicas = skewsMs.map((skewMs, at) => new Replica(at + 1, () => this.#nowMs + skewMs));
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#nowMs++;
      this.#execute(step);
      for (const replica of this.#replicas) this.#check(replica);
    }
  }

  /** Delivers everything, repairs what is damaged, and returns the rows that all replicas must then share. */
  settle(): void {
    for (const to of this.#replicas) for (const actor of this.#log.keys()) while (this.#deliver(to, actor));
    const sound = this.#replicas.at(-1);
    if (sound === undefined) return;
    for (const replica of this.#replicas) {
      for (const row of ROW_NAMES)
        if (replica.isDamaged(row)) replica.join(row, sound.state(row), sound.knownOf(row));
      this.#check(replica);
      for (const row of ROW_NAMES) {
        const settled = stripped(replica.row(row), replica.clock);
        expect(settled).toMatchObject({ damagedAt: undefined, live: sound.row(row).live });
        expect(settled.ahead.isEmpty).toBe(true);
        expect(replica.knownOf(row).survivors(ROWS[row])).toEqual(settled.live);
      }
    }
    for (const row of UPDATE_ROWS) {
      const ops = this.#entriesOf(row).map(({ op }) => op);
      const expected = mustShowInTheEnd(ops, readTypeOf(row));
      if (expected !== undefined) expect(shown(readTypeOf(row), sound.row(row).live)).toEqual(expected);
    }
  }

  /** What every change by itself makes of a row that has nothing. */
  changesOf(row: RowName): RowState[] {
    return this.#entriesOf(row).map(({ op: { actor, counter, payload }, intent }) => ({
      live: payload === undefined ? [] : [{ actor, counter, payload }],
      context: Context.ofDots([{ actor, counter }, ...intent.replaced]),
    }));
  }

  /** What happened before an operation of somebody who knows this, by name. */
  #pastOf(known: Known): Set<string> {
    const entries = [...this.#log.values()].flat().filter(({ op }) => known.op(op.name) !== undefined);
    return new Set(entries.flatMap(({ op }) => [op.name, ...op.past]));
  }

  #entriesOf(row: RowName): { readonly op: PastOp; readonly intent: Intent }[] {
    return [...this.#log.values()].flat().filter((entry) => entry.row === row);
  }

  /** A delete of less than was there: until what it kept is known too, a register shows what came first. */
  isPartlyDeleted(row: RowName): boolean {
    return this.#entriesOf(row).some(({ op }) => op.kept.length > 0);
  }

  /** The row of every replica that holds it undamaged. */
  states(row: RowName): RowState[] {
    return this.#replicas.filter((replica) => !replica.isDamaged(row)).map((replica) => replica.state(row));
  }

  #execute(step: Step): void {
    switch (step.kind) {
      case "put":
      case "delete":
        return this.#write(this.#at(step.at), step.row, step.kind, step.useToken);
      case "change":
        return this.#edit(this.#at(step.at), step.row, editOf(step));
      case "remove":
        return this.#edit(this.#at(step.at), step.row, REMOVE);
      case "clear":
        for (const row of step.rows) this.#edit(this.#at(step.at), row, REMOVE);
        return;
      case "read":
        return this.#read(this.#at(step.at), step.row);
      case "deliver":
        for (const actor of this.#log.keys())
          if (actorMember(actor) === step.from + 1 && this.#deliver(this.#at(step.to), actor)) return;
        return;
      case "repair":
        return this.#repair(this.#at(step.to), this.#at(step.from), step.row);
      case "catch-up":
        return this.#catchUp(this.#at(step.to), this.#at(step.from));
      case "quorum-read":
        return this.#quorumRead(
          step.of.map((at) => this.#at(at)),
          step.row,
        );
      case "restart":
        this.#at(step.at).incarnation++;
        return;
      case "strip":
        for (const [name, row] of this.#at(step.at).rows)
          this.#at(step.at).set(name, stripped(row, this.#at(step.at).clock));
        return;
      case "rot": {
        const first = this.#at(0);
        first.set(step.row, damagedRow(first.clock));
        first.forget(step.row);
      }
    }
  }

  #at(index: number): Replica {
    const replica = this.#replicas[index % this.#replicas.length];
    if (replica === undefined) throw new Error("a history needs a replica");
    return replica;
  }

  #write(replica: Replica, row: RowName, kind: "put" | "delete", useToken: boolean): void {
    if (replica.isDamaged(row)) return;
    const held = useToken ? this.#tokens.get(row) : undefined;
    if (held !== undefined) replica.hlc.observe(held.token.hlc);
    const type = ROWS[row];
    const before = stripped(replica.row(row), replica.clock);
    const value = {
      data: Buffer.from(`${replica.actor}/${this.#nowMs}`),
      encoding: 0,
      expiresAtMs: 0,
    } as const;
    const intent =
      kind === "put"
        ? compilePut(type, before, held?.token, value, this.#nowMs)
        : compileDelete(type, before, held?.token);
    if (intent === undefined) return;
    const kept = type === DataType.register && intent.payload === undefined ? before.live.map(nameOf) : [];
    this.#enter(replica, row, intent, { replaced: this.#mustReplace(replica, row, kind, held), kept });
  }

  #edit(replica: Replica, row: UpdateRow, edit: RowEdit): void {
    if (replica.isDamaged(row)) return;
    const intent = compileEdit(stripped(replica.row(row), replica.clock), edit, replica.actor, this.#nowMs);
    const known = replica.knownOf(row);
    const here = (known.survivors(ROWS[row]) ?? []).map(nameOf);
    if (edit.kind === "remove" && here.length === 0) return expect(intent).toBeUndefined();
    if (intent === undefined || intent === "overflow") return expect.fail(`an edit came to ${intent}`);
    const own = here.filter((name) => known.op(name)?.actor === replica.actor);
    const isWhole = edit.kind !== "increment" || edit.isReset;
    const replaced = new Set(isWhole ? here : own);
    if (edit.kind !== "increment") return this.#enter(replica, row, intent, { replaced, kept: [] });
    const { amount, isReset } = edit;
    const earlier = isReset ? 0 : own.reduce((sum, name) => sum + (known.op(name)?.counted?.total ?? 0), 0);
    const counted = { amount, isReset, total: earlier + amount };
    this.#enter(replica, row, intent, { replaced, kept: [], counted });
  }

  #enter(
    replica: Replica,
    row: RowName,
    intent: Intent,
    meant: Pick<Op, "replaced" | "kept" | "counted">,
  ): void {
    const hlc = replica.hlc.next();
    const dot = { actor: replica.actor, counter: replica.clock.get(replica.actor) + 1 };
    const op: PastOp = {
      ...dot,
      ...meant,
      name: nameOf(dot),
      hlc,
      payload: intent.payload === undefined ? undefined : { ...intent.payload, hlc },
      past: this.#pastOf(replica.knownOf(row)),
    };
    expect(intent.replaced.map(nameOf).sort()).toEqual([...op.replaced].sort());
    const log = this.#log.get(op.actor) ?? [];
    this.#log.set(op.actor, [...log, { row, op, intent }]);
    this.#deliver(replica, op.actor);
  }

  /** What a write replaces: what its client saw, or without a token what its type says. */
  #mustReplace(
    replica: Replica,
    row: RowName,
    kind: "put" | "delete",
    held: HeldToken | undefined,
  ): Set<string> {
    const here = replica.row(row).live.map(nameOf);
    if (held !== undefined)
      return new Set([...held.token.live.map(nameOf), ...here.filter((dot) => held.known.knows(dot))]);
    return new Set(kind === "put" && ROWS[row] === DataType.multi ? [] : here);
  }

  #read(replica: Replica, row: RowName): void {
    if (replica.isDamaged(row)) return;
    this.#tokens.set(row, { token: readToken(replica.state(row)), known: replica.knownOf(row) });
  }

  /** The next delta of the actor, if there is one. */
  #deliver(replica: Replica, actor: Actor): boolean {
    const next = this.#log.get(actor)?.[replica.clock.get(actor)];
    if (next === undefined) return false;
    const { row, op, intent } = next;
    replica.hlc.observe(op.hlc);
    const { counter, payload } = op;
    const change = { actor, counter, payload, replaced: intent.replaced };
    replica.set(row, applyChange(ROWS[row], replica.row(row), replica.clock, change));
    replica.clock.raise(actor, counter);
    const known = new Known();
    known.add(op);
    replica.learn(row, known);
    return true;
  }

  #repair(to: Replica, from: Replica, row: RowName): void {
    if (to !== from && !from.isDamaged(row)) to.join(row, from.state(row), from.knownOf(row));
  }

  #catchUp(to: Replica, from: Replica): void {
    if (ROW_NAMES.some((row) => from.isDamaged(row))) return;
    for (const row of ROW_NAMES) this.#repair(to, from, row);
    to.hlc.observe(from.hlc.last);
    to.clock.join(from.clock);
    for (const row of ROW_NAMES) to.touched.add(row);
  }

  #quorumRead(asked: readonly Replica[], row: RowName): void {
    const [first, ...rest] = asked.filter((replica) => !replica.isDamaged(row));
    if (first === undefined) return;
    const joined = joinStates(ROWS[row], [first.state(row), ...rest.map((replica) => replica.state(row))]);
    const known = Known.joined([first, ...rest].map((replica) => replica.knownOf(row)));
    this.#checkAgainst(joined.live, joined.context, row, known);
    for (const replica of [first, ...rest]) replica.join(row, joined, known);
    this.#tokens.set(row, { token: readToken(joined), known });
  }

  #check(replica: Replica): void {
    for (const name of replica.touched) {
      const row = replica.row(name);
      const known = replica.knownOf(name);
      this.#checkAgainst(row.live, rowContext(row, replica.clock), name, known);
      const expected = mustShow(known, ROWS[name], readTypeOf(name));
      if (expected !== undefined) expect(shown(readTypeOf(name), row.live)).toEqual(expected);
      const { ahead, damagedAt } = stripped(row, replica.clock);
      const isMinimal = ahead.dots().every((dot) => !replica.clock.covers(dot.actor, dot.counter));
      if (damagedAt === undefined && !isMinimal) expect.fail(`row ${name}: its clock covers part of ahead`);
    }
    replica.touched.clear();
  }

  #checkAgainst(live: Row["live"], context: Covers, row: RowName, known: Known): void {
    const expected = known.survivors(ROWS[row]) ?? live;
    const isSame = live.length === expected.length && live.every((dot, at) => isSameDot(dot, expected[at]));
    if (!isSame) expect(live).toEqual(expected);
    for (const [actor, log] of this.#log)
      for (const { row: where, op } of log) {
        if (where !== row || context.covers(actor, op.counter) === known.knows(op.name)) continue;
        expect.fail(`row ${row}: its context is wrong about ${op.name}`);
      }
  }
}

const REMOVE: RowEdit = { kind: "remove" };

function editOf({ row, amount, isReset }: Extract<Step, { kind: "change" | "remove" }>): RowEdit {
  switch (readTypeOf(row)) {
    case DataType.counter:
      return { kind: "increment", amount, isReset, expiresAtMs: 0 };
    case DataType.register:
      return { kind: "assign", data: Buffer.from(`${amount}`), encoding: 0, expiresAtMs: 0 };
    default:
      return { kind: "enable", expiresAtMs: 0 };
  }
}

function shown(readType: DataType, live: readonly LiveDot[]): bigint | boolean | string[] {
  const reading = readingOf(readType, live, 0);
  switch (reading.kind) {
    case "counter":
      return reading.value;
    case "flag":
      return reading.isEnabled;
    case "values":
      return reading.values.map(({ data }) => String(data));
  }
}

function isSameDot(a: LiveDot, b: LiveDot | undefined): boolean {
  return a.actor === b?.actor && a.counter === b.counter && a.payload === b.payload;
}
