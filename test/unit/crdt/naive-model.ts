/**
 * What a row must hold, said without clocks, contexts or joins: keep the whole set of operations that somebody knows,
 * each with the dots that it replaced, and compute what survives. Slow and obvious, to hold the fast join against.
 */
import type { Dot, Hlc } from "../../../src/causality/index.js";
import { compareDots, DataType, type LiveDot, type Payload } from "../../../src/crdt/index.js";

/** One mutation, for ever. */
export interface Op extends Dot {
  readonly name: string;
  readonly hlc: Hlc;
  readonly payload: Payload | undefined;
  /** Names of the dots that it replaced, as its client or its coordinator saw them. */
  readonly replaced: ReadonlySet<string>;
  /** A register's delete of less than was there: the newer values that it left, by name. */
  readonly kept: readonly string[];
  /** Of an increment: by how much, whether it began anew, and what its actor has counted with it since it last did. */
  readonly counted?: { readonly amount: number; readonly isReset: boolean; readonly total: number };
}

/** With the names of all that happened to its row before it. */
export interface PastOp extends Op {
  readonly past: ReadonlySet<string>;
}

export function nameOf(dot: Dot): string {
  return `${dot.actor}:${dot.counter}`;
}

/** The operations on one row that somebody knows. */
export class Known {
  readonly #ops = new Map<string, Op>();
  readonly #replaced = new Set<string>();

  static joined(all: readonly Known[]): Known {
    const union = new Known();
    for (const known of all) union.join(known);
    return union;
  }

  add(op: Op): void {
    this.#ops.set(op.name, op);
    for (const name of op.replaced) this.#replaced.add(name);
  }

  join(other: Known): void {
    for (const op of other.#ops.values()) this.add(op);
  }

  get ops(): readonly Op[] {
    return [...this.#ops.values()];
  }

  op(name: string): Op | undefined {
    return this.#ops.get(name);
  }

  /** A dot is known when its operation is, or one that replaced it. */
  knows(name: string): boolean {
    return this.#ops.has(name) || this.#replaced.has(name);
  }

  /** What must live, in order; undefined while that depends on the order in which things came. */
  survivors(type: DataType): LiveDot[] | undefined {
    const { ops } = this;
    const puts = ops.flatMap(toLive).sort(compareDots);
    if (type !== DataType.register) return puts.filter((dot) => !this.#replaced.has(nameOf(dot)));
    // What a delete kept outranks all that it removed: until that is known too, anything below may show.
    if (ops.some((op) => op.kept.some((name) => !this.#ops.has(name)))) return undefined;
    const [first, ...rest] = puts;
    return first === undefined ? [] : [rest.reduce(higher, first)];
  }
}

function toLive({ actor, counter, payload }: Op): LiveDot[] {
  return payload === undefined ? [] : [{ actor, counter, payload }];
}

function higher(a: LiveDot, b: LiveDot): LiveDot {
  if (a.payload.hlc !== b.payload.hlc) return a.payload.hlc > b.payload.hlc ? a : b;
  return compareDots(a, b) > 0 ? a : b;
}
