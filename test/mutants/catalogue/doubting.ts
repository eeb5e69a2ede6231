/** Rules 12 to 14: damage, and replicas that cannot trust themselves; and whom a node believes to be there. */
import type { Mutant } from "../mutant.js";

export const DOUBTING: readonly Mutant[] = [
  {
    name: "doubt-in-memory-only",
    rule: "13",
    why: "a store that went backwards is doubted, and its mark set right, before that doubt is on the disk",
    edits: [
      {
        file: "src/node/open-store.ts",
        find: "const doubted = hasRegressed ? [...opened.partitions] : [];",
        replace: "const doubted = hasRegressed ? [...opened.partitions].slice(0, 0) : [];",
      },
    ],
  },
  {
    name: "repaired-store-is-trusted",
    rule: "13",
    why: "the store opens, so what was repaired of it is all that there ever was",
    edits: [
      {
        file: "src/node/open-store.ts",
        find: "runtime.disk.openStore((error, store, wasRepaired) => {",
        replace:
          "runtime.disk.openStore((error, store, isRepaired) => {\n    const wasRepaired = isRepaired && false;",
      },
    ],
  },
  {
    name: "damaged-row-is-absent",
    rule: "12",
    why: "a record that cannot be read is as good as none",
    edits: [
      {
        file: "src/replica/row-store.ts",
        find: "return this.#markDamaged(rowKey, key, record);",
        replace: "return ABSENT_ROW;",
      },
    ],
  },
  {
    name: "checksum-not-checked",
    rule: "12",
    why: "the store is trusted to return what was written",
    edits: [
      {
        file: "src/codec/record.ts",
        find: "if (checksum(key, record.subarray(0, end)) !== record.readUInt32BE(end))",
        replace: "if (checksum(key, record.subarray(0, end)) < 0)",
      },
    ],
  },
  {
    name: "damaged-row-heals-from-one",
    rule: "12",
    why: "what a damaged row lacks is given up when one replica was heard",
    edits: [
      {
        file: "src/replication/row-healing.ts",
        find: "if (patient.heard === neighbourhood(partition).others.length) this.#allHeard(patient);",
        replace: "this.#allHeard(patient);",
      },
      {
        file: "src/replication/row-healing.ts",
        find: "if (missing === undefined || !this.#views.isAgreedOn(replica.partition)) return;",
        replace: "if (missing === undefined) return;",
      },
      {
        file: "src/replication/row-healing.ts",
        find: "if (missing.every((other) => this.#views.isPast(other))) {",
        replace: "if (missing.every((other) => other >= 0)) {",
      },
    ],
  },
  {
    name: "damaged-row-keeps-its-context",
    rule: "12",
    why: "a damaged row has lost its dots, and its context is still the clock",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "if (row.damagedAt !== undefined) return row.ahead;",
        replace: "if (row.damagedAt !== undefined) return new JoinedContext(clock, row.ahead);",
      },
    ],
  },
  {
    name: "mark-ignored",
    rule: "13",
    why: "a store that opens is taken for the one that was closed",
    edits: [
      {
        file: "src/node/open-store.ts",
        find: "return mark.incarnation > progress.incarnation || mark.batches > progress.batches;",
        replace: "return mark.incarnation < 0 && progress.incarnation < 0;",
      },
    ],
  },
  {
    name: "forgotten-dots-ignored",
    rule: "13",
    why: "a peer that holds dots of ours which we lack is served like any other",
    edits: [
      {
        file: "src/replication/doubt-settling.ts",
        find: "if (!this.#holdsOursBeyond(replica, theirs) && !hasForgottenOpen(replica, theirs)) return false;",
        replace: "if (replica.partition > -1) return false;",
      },
    ],
  },
  {
    name: "doubtful-voter",
    rule: "13",
    why: "a replica that may have forgotten writes votes in reads",
    edits: [
      {
        file: "src/replication/replica-service.ts",
        find: `if (replica.doubt !== undefined) return { kind: "refused", reason: "in-doubt" };`,
        replace: "",
      },
      {
        file: "src/replication/quorum-read.ts",
        find: `if (replica.doubt !== undefined) return { kind: "refused", reason: "in-doubt" };`,
        replace: "",
      },
    ],
  },
  {
    name: "doubt-ends-with-one",
    rule: "13",
    why: "one catch-up settles every doubt",
    edits: [
      {
        file: "src/replica/doubt.ts",
        find: "return Math.min(others.length, n - quorum + 1);",
        replace: "return Math.min(others.length, n > quorum ? 1 : 0);",
      },
    ],
  },
  {
    name: "one-direction-ignored",
    rule: "liveness",
    why: "a peer that is heard is alive, whether or not it hears us",
    edits: [
      {
        file: "src/membership/failure-detector.ts",
        find: "return known?.isLinked === true && known.hearsUs && !isSilent(known, nowMs);",
        replace: "return known?.isLinked === true && !isSilent(known, nowMs);",
      },
      {
        file: "src/membership/failure-detector.ts",
        find: "      .filter(([, peer]) => peer.isLinked && isSilent(peer, nowMs))\n",
        replace: "      .filter(([, peer]) => peer.isLinked && isSilent(peer, nowMs - 3_600_000))\n",
      },
    ],
  },
  {
    name: "audit-sees-tombstones",
    rule: "14",
    why: "the audit compares all that is stored, and tombstones go at different times",
    edits: [
      {
        file: "src/replica/row-item.ts",
        find: "if (dot.payload.isTombstone) return live.filter((each) => !each.payload.isTombstone);",
        replace: "if (dot.payload.isTombstone) return live;",
      },
    ],
  },
  {
    name: "sketch-misses-joins",
    rule: "14",
    why: "the sketch follows deltas, and not what catch-ups and repairs write",
    edits: [
      {
        file: "src/replica/row-store.ts",
        find: "this.#sketch.replace(rowKey, before.live, after.live);",
        replace:
          "if (before.live.length > 0 || after.live.length < 2) this.#sketch.replace(rowKey, before.live, before.live.length > 1 ? before.live : after.live);",
      },
    ],
  },
];
