import { describe, expect, it } from "vitest";
import { Context, hlcAt } from "../../../src/causality/index.js";
import {
  ABSENT_ROW,
  compileDelete,
  compilePut,
  contextMatters,
  DataType,
  type LiveDot,
  type ReadToken,
  type Row,
  readToken,
} from "../../../src/crdt/index.js";
import { A, B, C, clockOf, dot, live, state } from "./row-builders.js";

const { register, multi } = DataType;
const VALUE = { data: Buffer.from("new"), encoding: 1, expiresAtMs: 0 } as const;

function rowWith(...dots: readonly LiveDot[]): Row {
  return { ...ABSENT_ROW, live: dots };
}

function tokenOf(...dots: readonly LiveDot[]): ReadToken {
  return readToken({ live: dots, context: Context.ofDots(dots) });
}

describe("a put", () => {
  it("carries the value and no tombstone, without an end", () => {
    expect(compilePut(register, ABSENT_ROW, undefined, VALUE, 0).payload).toEqual({
      isTombstone: false,
      encoding: 1,
      expiresAtMs: 0,
      data: Buffer.from("new"),
    });
  });

  it("without a token replaces a register's value, and adds to the siblings of a multi", () => {
    const row = rowWith(live(A, 1, 1));
    expect(compilePut(register, row, undefined, VALUE, 0).replaced).toEqual(row.live);
    expect(compilePut(multi, row, undefined, VALUE, 0).replaced).toEqual([]);
  });

  it("replaces every dot that the token lists, held here or not", () => {
    const token = tokenOf(live(A, 1, 1), live(B, 7, 2));
    for (const type of [register, multi])
      expect(compilePut(type, ABSENT_ROW, token, VALUE, 0).replaced).toEqual(token.live);
  });

  it("replaces what the token's context covers here, and leaves the siblings that its client never saw", () => {
    const row = rowWith(live(A, 1, 1), live(B, 1, 2), live(C, 1, 3));
    const token: ReadToken = readToken(state([live(C, 1, 3)], clockOf([A, 1])));
    expect(compilePut(multi, row, token, VALUE, 0).replaced.map(({ actor }) => actor)).toEqual([C, A]);
  });

  it("names each replaced dot once", () => {
    const row = rowWith(live(A, 1, 1));
    expect(compilePut(multi, row, tokenOf(live(A, 1, 1)), VALUE, 0).replaced).toEqual([live(A, 1, 1)]);
  });
});

describe("a delete", () => {
  it("without a token removes every sibling of a multi, and leaves no dot behind", () => {
    const row = rowWith(live(A, 1, 1), live(B, 1, 2));
    expect(compileDelete(multi, row, undefined)).toEqual({ payload: undefined, replaced: row.live });
  });

  it("of a multi that holds nothing is nothing to do", () => {
    expect(compileDelete(multi, ABSENT_ROW, undefined)).toBeUndefined();
    expect(compileDelete(multi, rowWith(live(B, 1, 1)), tokenOf())).toBeUndefined();
  });

  it("of a multi removes what the token lists, though it has not arrived here", () => {
    const token = tokenOf(live(A, 4, 1));
    expect(compileDelete(multi, ABSENT_ROW, token)).toEqual({ payload: undefined, replaced: token.live });
  });

  it("keeps the siblings of a multi that its client never saw", () => {
    const row = rowWith(live(A, 1, 1), live(B, 1, 2));
    expect(compileDelete(multi, row, tokenOf(live(A, 1, 1)))?.replaced.map(({ actor }) => actor)).toEqual([
      A,
    ]);
  });

  it("of a register leaves a tombstone, also where nothing is", () => {
    const tombstone = { isTombstone: true, encoding: 0, expiresAtMs: 0, data: Buffer.alloc(0) };
    expect(compileDelete(register, ABSENT_ROW, undefined)).toEqual({ payload: tombstone, replaced: [] });
    const row = rowWith(live(A, 1, 1));
    expect(compileDelete(register, row, undefined)).toEqual({ payload: tombstone, replaced: row.live });
    expect(compileDelete(register, row, tokenOf(live(A, 1, 1)))).toMatchObject({ payload: tombstone });
  });

  it("of a register keeps a value that is newer than all that its client read", () => {
    const intent = compileDelete(register, rowWith(live(B, 1, 9)), tokenOf(live(A, 1, 5)));
    expect(intent?.payload).toBeUndefined();
    expect(intent?.replaced.map(({ actor }) => actor)).toEqual([A]);
  });

  it("of a register takes along an unseen value that would lose to what its client read", () => {
    const intent = compileDelete(register, rowWith(live(B, 1, 4)), tokenOf(live(A, 1, 5)));
    expect(intent?.payload?.isTombstone).toBe(true);
  });
});

describe("a token", () => {
  it("lists the live dots, carries the context, and the highest stamp: for whoever has not seen them", () => {
    const read = state([live(A, 1, 3), live(B, 1, 8), live(C, 1, 5)], clockOf([A, 4]), [
      dot(B, 1),
      dot(C, 1),
    ]);
    const token = readToken(read);
    expect(token).toMatchObject({ live: read.live, hlc: hlcAt(8) });
    expect(token.context).toBe(read.context);
    expect(readToken(state([], clockOf([A, 4]))).hlc).toBe(0n);
  });
});

describe("unequal contexts under equal dots", () => {
  it("matter to every type but the register, whose winner wins by its stamp", () => {
    for (const type of Object.values(DataType)) expect(contextMatters(type)).toBe(type !== register);
  });
});
