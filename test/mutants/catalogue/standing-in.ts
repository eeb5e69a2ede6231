/** Rule 15: sloppy writes, and the copies that fallbacks hold for replicas that are away. */
import type { Mutant } from "../mutant.js";

export const STANDING_IN: readonly Mutant[] = [
  {
    name: "copy-acked-before-durable",
    rule: "15, 1",
    why: "a fallback acknowledges a copy when it has it, because it is going to be written anyway",
    edits: [
      {
        file: "src/replication/fallback.ts",
        find: "commit.whenDurable(() => reply(true));",
        replace: "void commit;\n    reply(true);",
      },
    ],
  },
  {
    name: "copy-in-memory",
    rule: "15",
    why: "a copy is there for a moment only, so it is not worth a write to the disk",
    edits: [
      {
        file: "src/replication/fallback-copies.ts",
        find: "  #bytes = 0;\n\n  /** @param stored",
        replace: "  #bytes = 0;\n  readonly #held = new Map<StoreKey, Delta>();\n\n  /** @param stored",
      },
      {
        file: "src/replication/fallback-copies.ts",
        find: "this.#commit.put(key, record);",
        replace: "this.#held.set(key, delta);",
      },
      {
        file: "src/replication/fallback-copies.ts",
        find: "    const record = this.#commit.readPending(key);",
        replace:
          "    const held = this.#held.get(key);\n    if (held !== undefined) return held;\n    const record = this.#commit.readPending(key);",
      },
    ],
  },
  {
    name: "copy-not-kept",
    rule: "15",
    why: "the delta is on its way to its replica, so the fallback need only say that it has seen it",
    edits: [
      {
        file: "src/replication/fallback.ts",
        find: "if (!this.#isForUs(from, home, delta) || !this.#copies.hold(home, delta)) {",
        replace: "if (!this.#isForUs(from, home, delta)) {",
      },
    ],
  },
  {
    name: "copies-not-read-at-start",
    rule: "15",
    why: "what a process before this one held for others is its affair",
    edits: [
      {
        file: "src/replication/fallback-copies.ts",
        find: "for (const { key, bytes } of stored) this.#enter(key, bytes + COPY_OVERHEAD_BYTES);",
        replace: "void stored;",
      },
    ],
  },
  {
    name: "copy-forgotten-when-sent",
    rule: "15",
    why: "a copy goes when it was sent home, whether or not it came there",
    edits: [
      {
        file: "src/replication/fallback.ts",
        find: "else if (!this.#send(to, key, copy, underWay)) return;",
        replace:
          "else if (!this.#send(to, key, copy, underWay)) return;\n      else this.#copies.remove(key);",
      },
    ],
  },
  {
    name: "copy-counts-as-replica",
    rule: "15",
    why: "a fallback that has the delta has acknowledged it for the replica",
    edits: [
      {
        file: "src/replication/write-coordinator.ts",
        find: "tracker.standIn(home);",
        replace: "tracker.succeed(home);",
      },
    ],
  },
  {
    name: "copy-counts-unasked",
    rule: "15",
    why: "whoever wants a quorum is glad of fallbacks, too",
    edits: [
      {
        file: "src/replication/write-coordinator.ts",
        find: "const fallbacks = alive < required && write.options.isSloppy ?",
        replace: "const fallbacks = alive < required ?",
      },
    ],
  },
  {
    name: "one-fallback-for-all",
    rule: "15",
    why: "the first fallback of a region stands in for each of its replicas that are away",
    edits: [
      {
        file: "src/replication/stand-ins.ts",
        find: "      if (!liveness.isAlive(member)) this.#choose(member);\n",
        replace: `      if (!liveness.isAlive(member)) {
        const before = [...this.#spare].map(([region, spare]) => [region, [...spare]] as const);
        this.#choose(member);
        for (const [region, spare] of before) this.#spare.set(region, spare);
      }
`,
      },
    ],
  },
  {
    name: "copies-not-reported",
    rule: "10, 15",
    why: "what a fallback holds concerns nobody but the replica that it is for",
    edits: [
      {
        file: "src/replication/fallback.ts",
        find: "    this.#kept.add(delta.partition);\n",
        replace: "",
      },
      {
        file: "src/replication/fallback.ts",
        find: "this.#kept = copies.partitions;",
        replace: "this.#kept = new Set();",
      },
    ],
  },
];
