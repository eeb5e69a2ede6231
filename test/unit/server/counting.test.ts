import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeRowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { type Failure, failure, type Operation, type Outcome } from "../../../src/replication/index.js";
import type { Call } from "../../../src/server/call.js";
import { type Counted, countElements } from "../../../src/server/counting.js";

type List = Extract<Operation, { kind: "list" }>;

const PAGE_MS = 100;
const PAGE_ROWS = 1_000;
const ADDRESS = { type: DataType.set, bucket: "b", key: Buffer.from("k") };
const LIST: List = { kind: "list", address: ADDRESS, path: [], after: undefined, limit: PAGE_ROWS };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A node whose set takes so many pages. */
class SlowNode {
  readonly timeoutsMs: number[] = [];
  readonly #pages: number;
  failure: Failure | undefined;

  constructor(pages: number) {
    this.#pages = pages;
  }

  execute(operation: Operation, { timeoutMs }: Call["options"], done: (outcome: Outcome) => void): void {
    if (operation.kind !== "list") throw new Error("only pages are asked for");
    this.timeoutsMs.push(timeoutMs);
    const page = this.timeoutsMs.length;
    const rowKey = encodeRowKey(DataType.set, "b", ADDRESS.key, [Buffer.from(`${page}`)]);
    const row = {
      rowKey,
      reading: { kind: "flag", isEnabled: true, expiresAtMs: 0 },
      context: Buffer.alloc(0),
    } as const;
    const rows = Array.from({ length: PAGE_ROWS }, () => row);
    const upTo = page < this.#pages ? rowKey : undefined;
    setTimeout(() => done(this.failure ?? { kind: "page", rows, upTo }), PAGE_MS);
  }
}

/** One call, and how long it took. */
function counted(
  node: SlowNode,
  timeoutMs: number,
  list = LIST,
): { result: Counted | Failure; tookMs: number } {
  const options = {
    consistency: undefined,
    timeoutMs,
    requestId: undefined,
    isRetry: false,
    isSloppy: false,
  };
  const startMs = performance.now();
  let result: Counted | Failure | undefined;
  countElements(node, list, { options: { ...options, session: undefined }, session: undefined }, (given) => {
    result = given;
  });
  while (result === undefined && performance.now() - startMs < 60_000) vi.advanceTimersByTime(PAGE_MS);
  if (result === undefined) throw new Error("nothing was counted in a minute");
  return { result, tookMs: performance.now() - startMs };
}

describe("counting elements", () => {
  it("goes on to the end of what is counted soon", () => {
    const node = new SlowNode(5);
    expect(counted(node, 5_000)).toEqual({ result: { count: 5_000, upTo: undefined }, tookMs: 500 });
    expect(node.timeoutsMs).toEqual([5_000, 4_900, 4_800, 4_700, 4_600]);
  });

  it("ends after a second, or a quarter of a short timeout, and the next call goes on", () => {
    const node = new SlowNode(1_000);
    const first = counted(node, 60_000);
    expect(first).toMatchObject({ result: { count: 10 * PAGE_ROWS }, tookMs: 1_000 });
    const after = "upTo" in first.result ? first.result.upTo : undefined;
    expect(after).toBeDefined();
    expect(counted(node, 2_000, { ...LIST, after })).toMatchObject({ result: { count: 5_000 }, tookMs: 500 });
  });

  it("counts a page at least", () => {
    expect(counted(new SlowNode(1_000), 200)).toMatchObject({ result: { count: 1_000 }, tookMs: 100 });
  });

  it("fails with the page that fails", () => {
    const node = new SlowNode(3);
    node.failure = failure("NOT_READY", "not yet");
    expect(counted(node, 5_000).result).toEqual(node.failure);
  });
});
