/** Rules 1 to 4: durability, incarnations, dots, order. */
import type { Mutant } from "../mutant.js";

export const WRITING: readonly Mutant[] = [
  {
    name: "ack-before-commit",
    rule: "1",
    why: "a replica acknowledges a delta when it is applied, before it is durable",
    edits: [
      {
        file: "src/replication/delta-receiver.ts",
        find: `return this.#environment.commit.whenDurable(() => {
          this.#acks.add(delta);
          this.#hooks.landed(delta);
        });`,
        replace: `this.#acks.add(delta);
        return this.#hooks.landed(delta);`,
      },
    ],
  },
  {
    name: "send-before-commit",
    rule: "1",
    why: "a coordinator sends and answers at once, because the batch is going to be written anyway",
    edits: [
      {
        file: "src/replication/write-coordinator.ts",
        find: `    commit.whenDurable(() => {
      for (const delta of deltas) this.#dissemination.send(delta);`,
        replace: `    const atOnce = (task: () => void): void => task();
    void commit;
    atOnce(() => {
      for (const delta of deltas) this.#dissemination.send(delta);`,
      },
    ],
  },
  {
    name: "durable-is-next-turn",
    rule: "1",
    why: "what waits for durability runs when the turn ends, as if the write were done by then",
    edits: [
      {
        file: "src/storage/group-commit.ts",
        find: "if (this.#filling.writes.size > 0 || this.#isTouched) this.#filling.waiting.push(task);\n    else if (this.#inFlight !== undefined) this.#inFlight.waiting.push(task);\n    else this.#timers.endOfTurn(task);",
        replace: "this.#timers.endOfTurn(task);",
      },
    ],
  },
  {
    name: "no-fsync",
    rule: "1",
    why: "a batch counts as durable when the operating system has it",
    edits: [
      {
        file: "src/storage/group-commit.ts",
        find: `const sync = this.#settings.fsync === "always" || isFlush;`,
        replace: "const sync = isFlush;",
      },
    ],
  },
  {
    name: "failed-batch-counts",
    rule: "2",
    why: "an error of the disk is taken for one that goes away, and the node goes on",
    edits: [
      {
        file: "src/storage/group-commit.ts",
        find: "if (error !== undefined) return this.#fail(error);\n    for",
        replace: "for",
      },
    ],
  },
  {
    name: "dirty-reads",
    rule: "1",
    why: "reads and pages are made from what was written, durable or not",
    edits: [
      {
        file: "src/storage/group-commit.ts",
        find: "return write === undefined ? this.#readStore(key) : write.before;",
        replace: "return write === undefined ? this.#readStore(key) : write.after;",
      },
    ],
  },
  {
    name: "clock-not-saved",
    rule: "1",
    why: "the clock is saved now and then, like a statistic, and not with the data that it covers",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: "this.log.add(delta.actor, delta.counter, delta);\n    this.#environment.markDirty(this);",
        replace: "this.log.add(delta.actor, delta.counter, delta);",
      },
    ],
  },
  {
    name: "clock-before-data",
    rule: "1",
    why: "the rows of a delta go to the disk in a batch after the one with the clock that covers them",
    edits: [
      {
        file: "src/replica/row-store.ts",
        find: "this.#commit.write(key, record);\n    this.#lastBatch",
        replace: "this.#commit.whenDurable(() => this.#commit.write(key, record));\n    this.#lastBatch",
      },
    ],
  },
  {
    name: "same-incarnation",
    rule: "2",
    why: "a node that starts on its own folder goes on as who it was",
    edits: [
      {
        file: "src/node/open-store.ts",
        find: `    incarnationAt(runtime.clock.wallMs()),
    progress.incarnation + 1,
    (mark?.incarnation ?? 0) + 1,`,
        replace: `    progress.incarnation > 0 ? progress.incarnation : incarnationAt(runtime.clock.wallMs()),
    mark === undefined ? 0 : 1,`,
      },
    ],
  },
  {
    name: "reused-counter",
    rule: "2",
    why: "the next counter is taken from the durable clock, and two writes under way share a dot",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: "counter: this.#clock.get(actor) + 1,\n      hlc,",
        replace: "counter: this.#durableClock.get(actor) + 1,\n      hlc,",
      },
    ],
  },
  {
    name: "wiped-node-coordinates",
    rule: "2",
    why: "a node that lost its disk takes writes before it has caught up",
    edits: [
      {
        file: "src/replica/doubt.ts",
        find: "if (doubt === undefined || doubt.hasCaughtUp) return true;\n  return neighbourhood.others.every((member) => doubt.settled.includes(member));",
        replace: "return doubt !== undefined || neighbourhood.others.length > -1;",
      },
    ],
  },
  {
    name: "token-dots-not-held",
    rule: "3",
    why: "a put replaces the dots of its token that the coordinator holds, and forgets the others",
    edits: [
      {
        file: "src/crdt/compile.ts",
        find: "    ...token.live,\n",
        replace: "",
      },
      {
        file: "src/crdt/compile.ts",
        find: "seen(dot) && !listed.has(",
        replace: "seen(dot) && !new Set<string>().has(",
      },
    ],
  },
  {
    name: "skipped-gap",
    rule: "4",
    why: "a delta that comes before its predecessors is applied, for they will come",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: `if (delta.counter > held + 1) return "gap";`,
        replace: "",
      },
    ],
  },
  {
    name: "acked-early-delta",
    rule: "4, 13",
    why: "a delta that waits for its predecessors is acknowledged, since it is here",
    edits: [
      {
        file: "src/replication/delta-receiver.ts",
        find: "this.#early.add(delta);",
        replace: "this.#early.add(delta);\n        this.#acks.add(delta);",
      },
    ],
  },
  {
    name: "ahead-not-recorded-live",
    rule: "4",
    why: "a live delta comes in order, so what it replaces must be covered",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "return joinRow(type, row, clock, changeState(change));",
        replace:
          "const { live: theirs, context } = changeState(change);\n  const live = joinLive(row.live, rowContext(row, clock), theirs, context);\n  return merged(type, row, clock, live, NO_CONTEXT);",
      },
    ],
  },
  {
    name: "no-anti-entropy-rounds",
    rule: "4, anti-entropy",
    why: "who is behind waits for the next delta to show the gap, and the last one has no next",
    edits: [
      {
        file: "src/replication/anti-entropy.ts",
        find: "if (replica.doubt !== undefined || this.#behind.has(partition)) this.fetch(partition);",
        replace: "if (replica.doubt !== undefined) this.fetch(partition);",
      },
    ],
  },
];
