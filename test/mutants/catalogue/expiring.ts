/** Expiry: whose clock ends a value, what its end leaves behind, and what it may take along. */
import type { Mutant } from "../mutant.js";

export const EXPIRING: readonly Mutant[] = [
  {
    name: "expires-by-receivers-clock",
    rule: "expiry",
    why: "a value lasts as long as was asked for from when a replica hears of it",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: "    this.#enter(this.rows.readPending(delta.rowKey), delta);\n",
        replace: `    const lateMs = Number((this.#environment.hlc.last - delta.hlc) >> 16n);
    const end = delta.payload?.expiresAtMs ?? 0;
    const payload = delta.payload && end > 0 ? { ...delta.payload, expiresAtMs: end + lateMs } : delta.payload;
    this.#enter(this.rows.readPending(delta.rowKey), { ...delta, payload });
`,
      },
    ],
  },
  {
    name: "reclaim-with-fresh-stamp",
    rule: "expiry",
    why: "what has expired is deleted as by a client, with the stamp of now",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: "    const { payload, replaced } = change;\n    const delta = { ...this.#bareDelta(actor, rowKey), payload, replaced: dotsOf(replaced) };\n",
        replace: `    const { replaced } = change;
    const bare = this.#bareDelta(actor, rowKey);
    const payload = change.payload && { ...change.payload, hlc: bare.hlc };
    const delta = { ...bare, payload, replaced: dotsOf(replaced) };
`,
      },
    ],
  },
  {
    name: "reclaim-without-tombstone",
    rule: "expiry",
    why: "a register that has expired needs no tombstone: nothing is to be seen of it anyway",
    edits: [
      {
        file: "src/crdt/reclaim.ts",
        find: "if (type !== DataType.register) return",
        replace: "if (type === DataType.register || type > 0) return",
      },
    ],
  },
  {
    name: "reclaim-takes-all-dots",
    rule: "expiry",
    why: "a row is over when all of it that has an end is, whatever else is in it",
    edits: [
      {
        file: "src/crdt/expiry.ts",
        find: "    if (payload.expiresAtMs === 0) return 0;\n",
        replace: "",
      },
    ],
  },
  {
    name: "last-add-ends-counter",
    rule: "expiry",
    why: "a counter's part ends when its last add says, as any value does",
    edits: [
      {
        file: "src/crdt/edit.ts",
        find: "isReset || last === undefined ? expiresAtMs :",
        replace: "isReset || last === undefined || expiresAtMs > 0 ? expiresAtMs :",
      },
    ],
  },
  {
    name: "older-value-comes-back",
    rule: "expiry",
    why: "a value with an end hides the one before it, which is there again when it is over",
    edits: [
      {
        file: "src/crdt/compile.ts",
        find: "type === DataType.register ? token === undefined :",
        replace: "type === DataType.register ? token === undefined && expiresAtMs === 0 :",
      },
      {
        file: "src/crdt/row.ts",
        find: "return [live.reduce((best, dot) => (wins(dot, best) ? dot : best))];",
        replace:
          "const best = live.reduce((first, dot) => (wins(dot, first) ? dot : first));\n  return best.payload.expiresAtMs > 0 ? live : [best];",
      },
      {
        file: "src/crdt/expiry.ts",
        find: "return winnerOf(live).filter((dot) => isThere(dot, nowMs));",
        replace: "return winnerOf(live.filter((dot) => isThere(dot, nowMs)));",
      },
    ],
  },
  {
    name: "expiration-stays-indexed",
    rule: "expiry",
    why: "a row that is written again leaves its entry in the index behind",
    edits: [
      {
        file: "src/replica/expirations.ts",
        find: "    if (beforeMs > 0) this.#commit.write(expirationKey(this.#partition, beforeMs, rowKey), undefined);\n",
        replace: "",
      },
    ],
  },
  {
    name: "reclaim-never",
    rule: "expiry",
    why: "what has expired is not shown, and nobody noticed that it stays",
    edits: [
      {
        file: "src/replication/replicator.ts",
        find: "    this.reclaiming.start();\n",
        replace: "",
      },
    ],
  },
  {
    name: "expired-is-shown",
    rule: "expiry",
    why: "what has expired goes when it is reclaimed",
    edits: [
      {
        file: "src/crdt/expiry.ts",
        find: "return !dot.payload.isTombstone && !hasExpired(dot, nowMs);",
        replace: "return !dot.payload.isTombstone && nowMs > 0;",
      },
    ],
  },
];
