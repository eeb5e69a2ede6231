/**
 * Random histories of one row over three replicas, with writes that have an end, on the real row and on the naive model side
 * by side. Deltas arrive in order for each actor and else as they like, some of them again; clocks differ by what they may.
 */
import { expect } from "vitest";
import { type Actor, actorOf, HybridClock, VersionVector } from "../../../src/causality/index.js";
import {
  ABSENT_ROW,
  applyChange,
  changeState,
  compileDelete,
  compileEdit,
  compilePut,
  compileReclaim,
  DataType,
  type Intent,
  isTombstone,
  joinRow,
  type LiveDot,
  type Row,
  type RowChange,
  type RowEdit,
  readingOf,
  readToken,
  rowState,
  stripped,
} from "../../../src/crdt/index.js";
import { wins } from "../../../src/crdt/row.js";
import {
  hasEnded,
  isHigher,
  type LastingOp,
  mustShowOf,
  SUBJECTS,
  type Subject,
  survivorsOf,
} from "./lasting-model.js";
import { nameOf } from "./naive-model.js";

/** No two clocks are further apart than twice this. */
export const SKEW_MAX_MS = 20;

export type Step =
  /** `ttlMs`: 0 for ever. */
  | { readonly kind: "put"; readonly at: number; readonly ttlMs: number; readonly useToken: boolean }
  | { readonly kind: "delete" | "reclaim" | "purge"; readonly at: number }
  | { readonly kind: "deliver" | "repair"; readonly to: number; readonly from: number }
  | { readonly kind: "again"; readonly to: number; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number };

interface Entry {
  readonly op: LastingOp;
  readonly change: RowChange;
  readonly hlc: bigint;
}

class Replica {
  readonly actor: Actor;
  readonly clock = new VersionVector();
  readonly hlc: HybridClock;
  readonly wallMs: () => number;
  /** By name. */
  readonly known = new Map<string, LastingOp>();
  row: Row = ABSENT_ROW;

  constructor(member: number, wallMs: () => number) {
    this.actor = actorOf(member, 1);
    this.wallMs = wallMs;
    this.hlc = new HybridClock(wallMs);
  }
}

export class LastingHistory {
  readonly #subject: Subject;
  readonly #replicas: readonly Replica[];
  readonly #log = new Map<Actor, Entry[]>();
  #nowMs = 1_000;
  #puts = 0;

  constructor(subject: Subject, skewsMs: readonly number[]) {
    this.#subject = subject;
    this.#replicas = skewsMs.map((skewMs, at) => new Replica(at + 1, () => this.#nowMs + skewMs));
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#execute(step);
      for (const replica of this.#replicas) this.#check(replica);
    }
  }

  /** Delivers everything: all replicas hold the same. Then all that has an end is over, and nothing of it is left. */
  settle(): void {
    this.#deliverAll();
    const [first, ...others] = this.#replicas;
    for (const { row } of others)
      if (!isGone(row) || !isGone(first?.row)) expect(row.live).toEqual(first?.row.live);
    this.run([
      { kind: "wait", ms: 100_000 },
      ...this.#replicas.map((_, at) => ({ kind: "reclaim", at }) as const),
    ]);
    this.#deliverAll();
    this.run(this.#replicas.map((_, at) => ({ kind: "purge", at })));
    for (const { row } of this.#replicas) {
      expect(row.live).toEqual(first?.row.live);
      expect(row.ahead.isEmpty).toBe(true);
      const isForEver = row.live.some(({ payload }) => payload.expiresAtMs === 0);
      if (this.#subject === "register in a map")
        expect(row.live.length > 0).toBe(first !== undefined && this.#shown(first) !== "");
      if (!isForEver) expect(row.live).toEqual([]);
    }
  }

  #deliverAll(): void {
    for (const to of this.#replicas) for (const actor of this.#log.keys()) while (this.#deliver(to, actor));
    for (const replica of this.#replicas) this.#check(replica);
  }

  #execute(step: Step): void {
    switch (step.kind) {
      case "put":
        return this.#put(this.#at(step.at), step.ttlMs, step.useToken);
      case "delete":
        return this.#delete(this.#at(step.at));
      case "reclaim":
        return this.#reclaim(this.#at(step.at));
      case "purge":
        return this.#purge(this.#at(step.at));
      case "deliver":
        this.#deliver(this.#at(step.to), this.#at(step.from).actor);
        return;
      case "repair":
        return this.#repair(this.#at(step.to), this.#at(step.from));
      case "again":
        return this.#deliverAgain(this.#at(step.to), step.which);
      case "wait":
        this.#nowMs += step.ms;
    }
  }

  #at(index: number): Replica {
    const replica = this.#replicas[index % this.#replicas.length];
    if (replica === undefined) throw new Error("a history needs a replica");
    return replica;
  }

  #put(replica: Replica, ttlMs: number, useToken: boolean): void {
    const wallMs = replica.wallMs();
    const expiresAtMs = ttlMs === 0 ? 0 : wallMs + ttlMs;
    const text = `v${this.#puts}`;
    const amount = 2 ** this.#puts++;
    const value = { data: Buffer.from(text), encoding: 0, expiresAtMs } as const;
    const { joined } = SUBJECTS[this.#subject];
    const token = useToken ? readToken(rowState(replica.row, replica.clock)) : undefined;
    const intent =
      joined === DataType.register || joined === DataType.multi
        ? compilePut(joined, replica.row, token, value, wallMs)
        : this.#compile(replica, this.#editOf(value, amount));
    if (intent === undefined) return expect.fail("a put came to nothing");
    const before = survivorsOf([...replica.known.values()]);
    const isAnew = before.every(({ endMs }) => hasEnded(endMs, wallMs));
    const own = isAnew ? undefined : before.findLast(({ rank: [actor] }) => actor === replica.actor);
    const counted = [...(own?.counted ?? []), { amount: BigInt(amount), endMs: expiresAtMs }];
    const isCounter = joined === DataType.counter;
    const endMs =
      isCounter && counted.some((each) => each.endMs === 0)
        ? 0
        : Math.max(...counted.map((each) => each.endMs));
    this.#enter(replica, intent, { kind: "put", text, counted, endMs: isCounter ? endMs : expiresAtMs });
  }

  #editOf(value: { data: Buffer; encoding: 0; expiresAtMs: number }, amount: number): RowEdit {
    const { expiresAtMs } = value;
    switch (this.#subject) {
      case "counter":
        return { kind: "increment", amount, isReset: false, expiresAtMs };
      case "register in a map":
        return { kind: "assign", ...value };
      default:
        return { kind: "enable", expiresAtMs };
    }
  }

  #delete(replica: Replica): void {
    const { joined } = SUBJECTS[this.#subject];
    const intent =
      joined === DataType.register || joined === DataType.multi
        ? compileDelete(joined, replica.row, undefined)
        : this.#compile(replica, { kind: "remove" });
    if (intent !== undefined)
      this.#enter(replica, intent, { kind: "delete", text: "", counted: [], endMs: 0 });
  }

  #compile(replica: Replica, edit: RowEdit): Intent | undefined {
    const intent = compileEdit(replica.row, edit, replica.actor, replica.wallMs());
    return intent === "overflow" ? expect.fail("too many increments") : intent;
  }

  /** By a time that all clocks have passed. */
  #reclaim(replica: Replica): void {
    const pastMs = replica.wallMs() - 2 * SKEW_MAX_MS;
    const { joined, read } = SUBJECTS[this.#subject];
    const { live } = replica.row;
    const change = compileReclaim(joined, read, replica.row, pastMs);
    if (change === undefined) return;
    const ended = live.filter(({ payload }) => hasEnded(payload.expiresAtMs, pastMs));
    const isHidden = (dot: LiveDot): boolean =>
      this.#subject === "register in a map" && ended.some((other) => wins(other, dot));
    for (const dot of live) expect(ended.includes(dot) || isHidden(dot)).toBe(true);
    this.#enter(replica, change, { kind: "reclaim", text: "", counted: [], endMs: 0 });
  }

  /** Of a tombstone that everybody has seen, by who has seen all that there is. */
  #purge(replica: Replica): void {
    const [dot] = replica.row.live;
    if (dot === undefined || !isTombstone(replica.row) || !replica.row.ahead.isEmpty) return;
    const isSeen = this.#replicas.every(({ clock }) => clock.covers(dot.actor, dot.counter));
    const hasAll = [...this.#log].every(([actor, entries]) => replica.clock.get(actor) === entries.length);
    if (isSeen && hasAll) replica.row = ABSENT_ROW;
  }

  #enter(
    replica: Replica,
    { payload, replaced }: Intent | Pick<RowChange, "payload" | "replaced">,
    meant: Pick<LastingOp, "kind" | "text" | "counted" | "endMs">,
  ): void {
    const { actor } = replica;
    const counter = replica.clock.get(actor) + 1;
    const hlc = replica.hlc.next();
    const stamped = payload && { hlc, ...payload };
    const place = stamped?.inPlaceOf ?? { actor, counter };
    const op: LastingOp = {
      ...meant,
      name: nameOf({ actor, counter }),
      hlc: stamped?.hlc ?? 0n,
      rank: [place.actor, place.counter],
      replaced: new Set(replaced.map(nameOf)),
    };
    const change = { actor, counter, payload: stamped, replaced };
    this.#log.set(actor, [...(this.#log.get(actor) ?? []), { op, change, hlc }]);
    this.#deliver(replica, actor);
  }

  /** The next delta of the actor, if there is one. */
  #deliver(to: Replica, actor: Actor): boolean {
    const next = this.#log.get(actor)?.[to.clock.get(actor)];
    if (next === undefined) return false;
    to.hlc.observe(next.hlc);
    const changed = applyChange(SUBJECTS[this.#subject].joined, to.row, to.clock, next.change);
    to.clock.raise(actor, next.change.counter);
    to.row = stripped(changed, to.clock);
    to.known.set(next.op.name, next.op);
    return true;
  }

  /** A delta that came before, or comes too early, as the state of a row that it is. */
  #deliverAgain(to: Replica, which: number): void {
    const entries = [...this.#log.values()].flat();
    const entry = entries[which % entries.length];
    if (entry === undefined) return;
    to.hlc.observe(entry.hlc);
    to.row = stripped(
      joinRow(SUBJECTS[this.#subject].joined, to.row, to.clock, changeState(entry.change)),
      to.clock,
    );
    to.known.set(entry.op.name, entry.op);
  }

  #repair(to: Replica, from: Replica): void {
    to.hlc.observe(from.hlc.last);
    to.row = joinRow(SUBJECTS[this.#subject].joined, to.row, to.clock, rowState(from.row, from.clock));
    for (const op of from.known.values()) to.known.set(op.name, op);
  }

  #check(replica: Replica): void {
    const nowMs = replica.wallMs();
    const known = [...replica.known.values()];
    const shown = this.#shown(replica);
    const expected = mustShowOf(this.#subject, known, nowMs);
    if (shown !== expected) expect(shown).toBe(expected);
    this.#checkReclaims(known, shown, nowMs);
    if (this.#subject === "counter") this.#checkIncrements(known, shown, nowMs);
  }

  /** Nobody would see a difference had nothing been reclaimed, but for what counts as a clear. */
  #checkReclaims(known: readonly LastingOp[], shown: string, nowMs: number): void {
    const reclaims = known.filter(({ kind }) => kind === "reclaim");
    const taken = [...this.#log.values()]
      .flat()
      .filter(({ op }) => reclaims.some(({ replaced }) => replaced.has(op.name)))
      .map(({ op }) => op);
    const isHidden = (one: LastingOp): boolean =>
      this.#subject === "register in a map" &&
      taken.some((other) => hasEnded(other.endMs, nowMs) && isHigher(other, one));
    for (const op of taken)
      if (!hasEnded(op.endMs, nowMs) && !isHidden(op)) expect.fail(`${op.name} was reclaimed before its end`);
    if (this.#subject === "counter" || this.#subject === "register in a map") return;
    const without = known.filter(({ kind }) => kind !== "reclaim");
    const seen = this.#subject === "register" ? [...without, ...taken] : without;
    const expected = mustShowOf(this.#subject, seen, nowMs);
    if (shown !== expected) expect(shown, "had nothing been reclaimed").toBe(expected);
  }

  /** Each increment that is known is there until its own end, and none of them after the last. */
  #checkIncrements(known: readonly LastingOp[], shown: string, nowMs: number): void {
    const all = known.flatMap(({ counted }) => counted);
    if (shown !== "" && all.every(({ endMs }) => hasEnded(endMs, nowMs))) expect.fail(`${shown} is over`);
    if ([...this.#log.values()].flat().some(({ op }) => op.kind === "delete")) return;
    for (const { amount, endMs } of all)
      if (!hasEnded(endMs, nowMs + 2 * SKEW_MAX_MS) && (BigInt(shown) & amount) === 0n)
        expect.fail(`${shown} lacks ${amount}, which is not over`);
  }

  #shown({ row, wallMs }: Replica): string {
    const reading = readingOf(SUBJECTS[this.#subject].read, row.live, wallMs());
    switch (reading.kind) {
      case "counter":
        return reading.isFound ? `${reading.value}` : "";
      case "flag":
        return reading.isEnabled ? "there" : "";
      case "values":
        return reading.values
          .map(({ data }) => data.toString())
          .sort()
          .join();
    }
  }
}

/** A tombstone that some have purged and some not. */
function isGone(row: Row | undefined): boolean {
  return row === undefined || row.live.length === 0 || isTombstone(row);
}
