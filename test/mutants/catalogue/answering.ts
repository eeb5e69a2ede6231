/** Rules 16 and 17, and quorums: what clients are told. */
import type { Mutant } from "../mutant.js";

export const ANSWERING: readonly Mutant[] = [
  {
    name: "no-read-repair",
    rule: "16",
    why: "a read answers with the join, and leaves the replicas as they are",
    edits: [
      {
        file: "src/replication/quorum-read.ts",
        find: "if (stale.length === 0) return this.#answer(state);",
        replace: "if (stale.length > -1) return this.#answer(state);",
      },
    ],
  },
  {
    name: "equal-content-is-equal",
    rule: "16",
    why: "two rows that show the same are the same, whatever they know removed",
    edits: [
      {
        file: "src/crdt/row.ts",
        find: "return type !== DataType.register;",
        replace: "return type === undefined;",
      },
    ],
  },
  {
    name: "read-repair-not-waited-for",
    rule: "16",
    why: "the client has its answer, and the join is written back afterwards",
    edits: [
      {
        file: "src/replication/quorum-asking.ts",
        find: 'for (const member of stale) if (this.#state !== "over") offerTo(member);',
        replace:
          "for (const member of stale) offerTo(member);\n    for (const member of stale) hold(member);",
      },
    ],
  },
  {
    name: "quorum-off-by-one",
    rule: "quorums",
    why: "half of an odd number, rounded down, is taken for a majority",
    edits: [
      {
        file: "src/replication/quorum.ts",
        find: "return Math.floor(members.length / 2) + 1;",
        replace: "return Math.max(1, Math.floor(members.length / 2));",
      },
    ],
  },
  {
    name: "half-is-a-majority",
    rule: "quorums",
    why: "half of an even number of replicas is taken for a majority",
    edits: [
      {
        file: "src/replication/quorum.ts",
        find: "return Math.floor(members.length / 2) + 1;",
        replace: "return Math.ceil(members.length / 2);",
      },
    ],
  },
  {
    name: "replica-counted-twice",
    rule: "quorums",
    why: "answers are counted, and not who gave them",
    edits: [
      {
        file: "src/replication/quorum.ts",
        find: "readonly #succeeded = new Set<number>();",
        replace: "readonly #succeeded = new Set<number>();\n  #again = 0;",
      },
      {
        file: "src/replication/quorum.ts",
        find: "(part) => part.members.filter((member) => this.#counts(member)).length >= part.count,",
        replace:
          "(part) => part.members.filter((member) => this.#counts(member)).length + this.#again >= part.count,",
      },
      {
        file: "src/replication/quorum.ts",
        find: "    this.#succeeded.add(member);\n",
        replace: "    if (this.#succeeded.has(member)) this.#again++;\n    this.#succeeded.add(member);\n",
      },
    ],
  },
  {
    name: "retry-asks-nobody",
    rule: "17",
    why: "a retry whose request is not known here is a new request",
    edits: [
      {
        file: "src/replication/write-coordinator.ts",
        find: "if (known !== undefined || options.isRetry) return this.#lookUp(write, requestId);",
        replace: "if (known !== undefined) return this.#lookUp(write, requestId);",
      },
    ],
  },
  {
    name: "retry-minted-when-silent",
    rule: "17",
    why: "a replica that does not answer a lookup is taken not to know the request",
    edits: [
      {
        file: "src/replication/request-lookup.ts",
        find: "if (reply !== undefined) answered++;",
        replace: "answered++;",
      },
    ],
  },
  {
    name: "request-ids-in-memory",
    rule: "17",
    why: "request ids are known as long as the process lives",
    edits: [
      {
        file: "src/replica/dot-log.ts",
        find: "  #entryBytes = ENTRY_BYTES_GUESS;\n\n  constructor",
        replace: "  #entryBytes = ENTRY_BYTES_GUESS;\n  readonly #ids = new Set<string>();\n\n  constructor",
      },
      {
        file: "src/replica/dot-log.ts",
        find: "const idKey = requestKey(this.#partition, entry.requestId);",
        replace:
          "this.#ids.add(entry.requestId);\n    const idKey = requestKey(this.#partition, entry.requestId);",
      },
      {
        file: "src/replica/dot-log.ts",
        find: "const key = requestKey(this.#partition, requestId);\n    const record",
        replace:
          "if (!this.#ids.has(requestId)) return undefined;\n    const key = requestKey(this.#partition, requestId);\n    const record",
      },
    ],
  },
  {
    name: "request-ids-trimmed-at-once",
    rule: "17",
    why: "a log entry that all replicas hold goes with its request id, however young",
    edits: [
      {
        file: "src/replication/log-trimming.ts",
        find: "return [...aged.agedAt(nowMs).entries()]",
        replace: "return [...replica.durableClock.entries()]",
      },
    ],
  },
  {
    name: "no-fences",
    rule: "17",
    why: "who denied a request forgets that it did",
    edits: [
      {
        file: "src/replication/replica-service.ts",
        find: "if (trace === undefined) this.#fences.promise(request.requestId);\n    else if (trace.kind",
        replace: "if (trace !== undefined && trace.kind",
      },
    ],
  },
];
