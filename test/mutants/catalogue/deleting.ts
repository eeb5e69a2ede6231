/** Rule 10 and hinted handoff: what may go, and when. */
import type { Mutant } from "../mutant.js";

export const DELETING: readonly Mutant[] = [
  {
    name: "purge-by-time",
    rule: "10",
    why: "a tombstone that is a few seconds old has been seen by everybody",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "    const { partition } = replica;\n    if (this.#busy.has(partition) || this.#settled",
        replace: `    const { partition } = replica;
    const goneMs = this.#environment.clock.wallMs() - 4_000;
    if (replica.tombstones.mayExist && replica.doubt === undefined)
      replica.tombstones.purge(
        (dot) => Number((dot as unknown as { payload: { hlc: bigint } }).payload.hlc >> 16n) < goneMs,
        () => undefined,
      );
    if (this.#busy.has(partition) || this.#settled`,
      },
    ],
  },
  {
    name: "purge-once-covered-by-me",
    rule: "10",
    why: "a tombstone is purged once this replica's clock covers it",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "replica.durableClock.covers(actor, counter) &&\n        statements.every(({ clock }) => clock.covers(actor, counter)),",
        replace: "replica.durableClock.covers(actor, counter) && statements.length > -1,",
      },
    ],
  },
  {
    name: "purge-behind-others",
    rule: "10",
    why: "a tombstone is purged once all cover it, though some hold dots that this replica lacks",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "if (statement === undefined || !holdsAll(replica, statement)) return undefined;",
        replace: "if (statement === undefined) return undefined;",
      },
    ],
  },
  {
    name: "purge-in-another-view",
    rule: "10",
    why: "what a peer said before somebody started anew still counts",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "return statement?.view === this.#views.agreedVersion(member) ? statement : undefined;",
        replace: "return statement;",
      },
      {
        file: "src/replication/stability.ts",
        find: "if (replica.doubt !== undefined || !this.#views.isAgreedOn(replica.partition)) return undefined;",
        replace: "if (replica.doubt !== undefined) return undefined;",
      },
      // While a link that broke takes with it what was said on it, nothing said before a start is left.
      {
        file: "src/replication/replicator.ts",
        find: "    this.#statements.peerDown(peer);\n",
        replace: "",
      },
    ],
  },
  {
    name: "purge-never",
    rule: "10",
    why: "tombstones stay: nobody noticed that they are not purged",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "if (replica.tombstones.mayExist) this.#purge(replica, statements);",
        replace: "",
      },
    ],
  },
  {
    name: "trim-on-send",
    rule: "hints",
    why: "a log entry goes when it was sent to those who are there, whoever is away",
    edits: [
      {
        file: "src/replication/log-trimming.ts",
        find: "if (!this.#away.isCutOff(member))",
        replace: "if (!this.#away.isCutOff(member) && this.#environment.liveness.isAlive(member))",
      },
    ],
  },
  {
    name: "expired-hints-delivered",
    rule: "hints",
    why: "hints that were given up are counted as delivered",
    edits: [
      {
        file: "src/replication/away-peers.ts",
        find: "away.ledger.giveUp(why);",
        replace: `(away.ledger.giveUp as (how: string) => void).call(away.ledger, "delivered");`,
      },
    ],
  },
  {
    name: "hints-counted-twice",
    rule: "hints",
    why: "what a peer acknowledges again is counted as delivered again",
    edits: [
      {
        file: "src/replication/hint-ledger.ts",
        find: "this.#counts[how] += before - pendingIn(stretch);",
        replace: "this.#counts[how] += upTo > 0 && before > 0 ? Math.max(1, before) : 0;",
      },
    ],
  },
  {
    name: "no-hint-window",
    rule: "hints",
    why: "the log is kept for a peer however long it is away",
    edits: [
      {
        file: "src/replication/away-peers.ts",
        find: `if (isExpired && !away.record.isCut) this.#cut(member, away, "expired");`,
        replace: "void isExpired;",
      },
    ],
  },
];
