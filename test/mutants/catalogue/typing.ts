/** Data types and sessions: what increments, adds and removals replace, and what a session has to wait for. */
import type { Mutant } from "../mutant.js";

export const TYPING: readonly Mutant[] = [
  {
    name: "increment-replaces-all",
    rule: "data types",
    why: "an increment replaces what it sees, like any write",
    edits: [
      {
        file: "src/crdt/edit.ts",
        find: "const replaced = isReset ? row.live : own;",
        replace: "const replaced = row.live;",
      },
    ],
  },
  {
    name: "increment-keeps-own-dot",
    rule: "data types",
    why: "an increment adds to a counter and replaces nothing, so its dot has no context, and all dots count",
    edits: [
      {
        file: "src/crdt/edit.ts",
        find: "const replaced = isReset ? row.live : own;",
        replace: "const replaced = isReset ? row.live : [];",
      },
      {
        file: "src/crdt/counter.ts",
        find: "if (live[at + 1]?.actor === actor) return;",
        replace: "if (at < 0 && actor === 0) return;",
      },
    ],
  },
  {
    name: "increment-continues-past-incarnation",
    rule: "18",
    why: "a node that started anew goes on with the total that it had before, and replaces that",
    edits: [
      {
        file: "src/crdt/edit.ts",
        find: "row.live.filter((dot) => dot.actor === actor)",
        replace: "row.live.filter((dot) => actorMember(dot.actor) === actorMember(actor))",
      },
      {
        file: "src/crdt/edit.ts",
        find: `import type { Actor } from "../causality/index.js";`,
        replace: `import { type Actor, actorMember } from "../causality/index.js";`,
      },
    ],
  },
  {
    name: "increment-absorbs-predecessor",
    rule: "18",
    why: "a node that started anew begins with the total of who it was, which replaces only what is its own",
    edits: [
      {
        file: "src/crdt/edit.ts",
        find: "const before = isReset || last === undefined ? COUNTER_ZERO : totalsOf(last.payload.data);",
        replace:
          "const past = last ?? row.live.find((dot) => actorMember(dot.actor) === actorMember(actor));\n  const before = isReset || past === undefined ? COUNTER_ZERO : totalsOf(past.payload.data);",
      },
      {
        file: "src/crdt/edit.ts",
        find: `import type { Actor } from "../causality/index.js";`,
        replace: `import { type Actor, actorMember } from "../causality/index.js";`,
      },
    ],
  },
  {
    name: "enabled-twice-is-once",
    rule: "data types",
    why: "who enables what is on, or adds what is there, changes nothing",
    edits: [
      {
        file: "src/crdt/edit.ts",
        find: `    case "enable":
`,
        replace: `    case "enable":
      if (row.live.length > 0) return undefined;
`,
      },
    ],
  },
  {
    name: "removal-of-one-dot",
    rule: "data types",
    why: "a member has one dot, which its removal replaces",
    edits: [
      {
        file: "src/crdt/edit.ts",
        find: "row.live.length === 0 ? undefined : { payload: undefined, replaced: row.live };",
        replace:
          "row.live.length === 0 ? undefined : { payload: undefined, replaced: row.live.slice(0, 1) };",
      },
    ],
  },
  {
    name: "removal-without-context",
    rule: "data types",
    why: "a member that is removed is not there any more, at any replica",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "return joinRow(type, row, clock, changeState(change));",
        replace:
          "const { live: theirs, context } = changeState(change);\n  const isRemoval = type === DataType.set && change.payload === undefined;\n  const live = isRemoval ? [] : joinLive(row.live, rowContext(row, clock), theirs, context);\n  return merged(type, row, clock, live, context);",
      },
      {
        file: "src/crdt/row-merge.ts",
        find: `import type { DataType } from "./data-type.js";`,
        replace: `import { DataType } from "./data-type.js";`,
      },
    ],
  },
  {
    name: "clear-by-time",
    rule: "data types",
    why: "a clear takes away all that is older than it is",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "return joinRow(type, row, clock, changeState(change));",
        replace: `const { live: theirs, context } = changeState(change);
  const isClear = type > DataType.multi && change.payload === undefined && "hlc" in change;
  const live = joinLive(row.live, rowContext(row, clock), theirs, context).filter(
    (dot) => !isClear || dot.payload.hlc > Object(change).hlc,
  );
  return merged(type, row, clock, live, context);`,
      },
      {
        file: "src/crdt/row-merge.ts",
        find: `import type { DataType } from "./data-type.js";`,
        replace: `import { DataType } from "./data-type.js";`,
      },
    ],
  },
  {
    name: "clear-forgets-nested",
    rule: "data types",
    why: "a clear of a path of a map takes the leaves that lie there, and not those below",
    edits: [
      {
        file: "src/replication/update-edits.ts",
        find: "const isInside = (rowKey: RowKey): boolean => from <= rowKey && rowKey < to;",
        replace:
          "const isThere = (rowKey: RowKey): boolean =>\n    path.length === 0 || decodeRowKey(rowKey).element[path.length]?.[0] === 1;\n  const isInside = (rowKey: RowKey): boolean => from <= rowKey && rowKey < to && isThere(rowKey);",
      },
      {
        file: "src/replication/update-edits.ts",
        find: "import {\n  encodeRowKey,",
        replace: "import {\n  decodeRowKey,\n  encodeRowKey,",
      },
    ],
  },
  {
    name: "session-token-ignored",
    rule: "19, sessions",
    why: "a replica serves whoever comes, for it will soon have what he has seen",
    edits: [
      {
        file: "src/replication/sessions.ts",
        find: `return replica.doubt === undefined && durableClock.includes(dots) ? "covered" : "behind";`,
        replace: `return replica.doubt === undefined ? "covered" : "behind";`,
      },
    ],
  },
  {
    name: "reads-not-in-token",
    rule: "19, sessions",
    why: "a session has to see its own writes, so its token grows by those",
    edits: [
      {
        file: "src/replication/coordinator.ts",
        find: "const seen = outcome.seen.copy();",
        replace: "const seen = (isWrite(operation) ? outcome.seen : session).copy();",
      },
    ],
  },
  {
    name: "token-of-the-last-call",
    rule: "19, sessions",
    why: "what a call has seen is the token of the next one, and what was before it is covered by then",
    edits: [
      {
        file: "src/replication/coordinator.ts",
        find: "      seen.join(session);\n",
        replace: "",
      },
    ],
  },
  {
    name: "token-without-what-is-here",
    rule: "19, sessions",
    why: "a token names what is not everywhere yet, and what this replica holds is taken to be",
    edits: [
      {
        file: "src/replication/sessions.ts",
        find: "replica?.durableClock.covers(actor, counter) === true &&\n        others.every((member) => this.#peerClocks.get(partition, member).covers(actor, counter));",
        replace:
          "replica?.durableClock.covers(actor, counter) === true && others.every((member) => member > 0);",
      },
    ],
  },
];
