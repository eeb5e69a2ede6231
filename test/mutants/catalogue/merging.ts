/** Rules 5 to 9: joins, clocks, catch-ups, closed actors, stamps. */
import type { Mutant } from "../mutant.js";

export const MERGING: readonly Mutant[] = [
  {
    name: "row-dropped-with-ahead",
    rule: "5",
    why: "a row without dots needs no record, whatever it is ahead by",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "return row.live.length === 0 && row.ahead.isEmpty && row.damagedAt === undefined;",
        replace: "return row.live.length === 0 && row.damagedAt === undefined;",
      },
    ],
  },
  {
    name: "catch-up-without-ahead",
    rule: "5",
    why: "a page carries its clock, which seems to be context enough for all of its rows",
    edits: [
      {
        file: "src/replication/catch-up.ts",
        find: "context: ahead.isEmpty ? context : context.joined(ahead)",
        replace: "context: ahead.isEmpty ? context : new Context(page.clock)",
      },
    ],
  },
  {
    name: "read-repair-without-context",
    rule: "5, 16",
    why: "read repair writes back the dots, and leaves the context to the clock",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "return { live: row.live, context: row.ahead.isEmpty ? context : context.joined(row.ahead) };",
        replace: "return { live: row.live, context };",
      },
    ],
  },
  {
    name: "ahead-dropped-wholesale",
    rule: "5",
    why: "once the clock covers a dot of a row's ahead, it is taken to cover all of it",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "return { live: row.live, ahead: row.ahead.beyond(clock), damagedAt: undefined };",
        replace:
          "const isPast = row.ahead.dots().some((dot) => clock.covers(dot.actor, dot.counter));\n  return { live: row.live, ahead: isPast ? NO_CONTEXT : row.ahead.beyond(clock), damagedAt: undefined };",
      },
    ],
  },
  {
    name: "dots-compacted-over-gaps",
    rule: "5",
    why: "a context keeps the highest dot of an actor instead of each of them",
    edits: [
      {
        file: "src/causality/context.ts",
        find: "const counters = this.#dots.get(actor);\n    if (counters === undefined) this.#dots.set(actor, new Set([counter]));\n    else counters.add(counter);",
        replace: "this.vector.raise(actor, counter);",
      },
    ],
  },
  {
    name: "join-keeps-all",
    rule: "5",
    why: "a dot of the other side is kept though our context knows it to be removed",
    edits: [
      {
        file: "src/crdt/row.ts",
        find: "if (!ourContext.covers(their.actor, their.counter)) joined.push(their);",
        replace: "joined.push(their);",
      },
    ],
  },
  {
    name: "clock-rises-by-read-repair",
    rule: "6",
    why: "a row that was joined holds the next dot, so the clock may as well say so",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: "this.rows.write(rowKey, row, joinRow(rowKeyType(rowKey), row, this.#clock, state));",
        replace: `this.rows.write(rowKey, row, joinRow(rowKeyType(rowKey), row, this.#clock, state));
    for (const { actor, counter } of state.live)
      if (counter === this.#clock.get(actor) + 1) {
        this.#clock.raise(actor, counter);
        this.#environment.markDirty(this);
      }`,
      },
    ],
  },
  {
    name: "clock-adopted-with-first-page",
    rule: "6",
    why: "the clock comes with every page of a catch-up, so it is adopted with the first",
    edits: [
      {
        file: "src/replication/catch-up.ts",
        find: "      progress.floor = aboveFloor(progress.floor ?? new VersionVector(), page.floor);\n",
        replace:
          "      progress.floor = aboveFloor(progress.floor ?? new VersionVector(), page.floor);\n    replica.adopt(progress.target, progress.floor);\n",
      },
    ],
  },
  {
    name: "pointers-not-stored",
    rule: "7",
    why: "a catch-up brings the rows, and whoever brought them has the log",
    edits: [
      { file: "src/replication/catch-up.ts", find: "    replica.addPointers(page.entries);\n", replace: "" },
    ],
  },
  {
    name: "pointers-of-the-dead-not-sent",
    rule: "7",
    why: "an overwritten dot has nothing to send, so its pointer is left out",
    edits: [
      {
        file: "src/replica/catch-up-source.ts",
        find: "    this.#pointers.push(pointer);\n",
        replace: `    const isLive = this.#replica.rows
      .readDurable(rowKey)
      .live.some((dot) => dot.actor === pointer.actor && dot.counter === pointer.counter);
    if (isLive) this.#pointers.push(pointer);
`,
      },
    ],
  },
  {
    name: "trimmed-without-floor",
    rule: "7",
    why: "the log is trimmed, and nothing says up to where",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: "      this.raiseFloor(actor, reached);\n",
        replace: "",
      },
    ],
  },
  {
    name: "unresolved-dot-is-silence",
    rule: "7",
    why: "a dot that the log does not resolve has nothing to send",
    edits: [
      {
        file: "src/replica/log-walk.ts",
        find: `        replica.raiseFloor(actor, counter);
        return "below-floor";
`,
        replace: `        position.raise(actor, counter);
        continue;
`,
      },
      {
        file: "src/replica/log-walk.ts",
        find: `  if (lacking.some(([actor]) => position.get(actor) < replica.floor.get(actor))) return "below-floor";\n`,
        replace: "",
      },
    ],
  },
  {
    name: "full-sync-without-absence",
    rule: "7",
    why: "a full sync brings every row that is there, and says nothing of those that are not",
    edits: [
      {
        file: "src/replication/catch-up.ts",
        find: "for (const rowKey of inStretch) if (!sent.has(rowKey)) replica.join(rowKey, absentAt(page.clock));",
        replace: "void absentAt;",
      },
    ],
  },
  {
    name: "doubtful-source",
    rule: "2, 13",
    why: "a replica that may have forgotten writes serves catch-ups like any other",
    edits: [
      {
        file: "src/replica/catch-up-source.ts",
        find: `if (replica.doubt !== undefined && !isAskerInDoubt) return done(refused("the source is itself in doubt"));`,
        replace: "void isAskerInDoubt;",
      },
      {
        file: "src/replication/anti-entropy.ts",
        find: "sources.set(message.partition, { isInDoubt: message.isInDoubt });",
        replace: "sources.set(message.partition, { isInDoubt: false });",
      },
    ],
  },
  {
    name: "closed-actor-live",
    rule: "8",
    why: "a live delta of an older incarnation is in order, so it is applied",
    edits: [
      {
        file: "src/replication/delta-receiver.ts",
        find: "if (this.#isClosed(delta.actor) && !replica.clock.covers(delta.actor, delta.counter)) {",
        replace:
          "if (this.#isClosed(delta.actor) && replica.clock.covers(delta.actor, delta.counter) && false) {",
      },
    ],
  },
  {
    name: "orphans-not-announced",
    rule: "8",
    why: "a row that no clock will ever reach is waited for",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "if (report.orphaned.length > 0) return this.#announce(replica, report.orphaned);",
        replace: "if (report.orphaned.length > 0) return;",
      },
    ],
  },
  {
    name: "closed-while-unequal",
    rule: "8",
    why: "actors of the past are closed though replicas hold different dots of theirs",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "if (isSame && isAnnounced) {",
        replace: "if ((isSame || !isSame) && isAnnounced) {",
      },
      // Whoever lacks something does not look for orphans, either, and is waited for because it said nothing of them.
      {
        file: "src/replication/stability.ts",
        find: "vector !== undefined && pastActors([vector], member, upTo).length === 0",
        replace: "vector === undefined || pastActors([vector], member, upTo).length === 0",
      },
    ],
  },
  {
    name: "closed-with-orphans",
    rule: "8",
    why: "actors of the past are closed though a row that holds a dot of theirs was not announced",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "if (isSame && isAnnounced) {",
        replace: "if (isSame && (isAnnounced || !isAnnounced)) {",
      },
      {
        file: "src/replication/stability.ts",
        find: "if (report.orphaned.length > 0) return this.#announce(replica, report.orphaned);",
        replace: "if (report.orphaned.length < 0) return this.#announce(replica, report.orphaned);",
      },
    ],
  },
  {
    name: "forgotten-before-all-closed",
    rule: "8",
    why: "an entry is dropped from the clock when this replica has closed its actor",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "const upTo = Math.min(incarnation, ...statements.map(({ clock }) => clock.closedUpTo(member)));",
        replace: "const upTo = incarnation;",
      },
    ],
  },
  {
    name: "view-told-once",
    rule: "8",
    why: "a peer is told our view of the membership when its link comes up, and never again",
    edits: [
      {
        file: "src/replication/clock-telling.ts",
        find: "if (this.#toldViews.get(peer) === version) return true;",
        replace: "if (this.#toldViews.has(peer)) return true;",
      },
    ],
  },
  {
    name: "stamps-not-merged",
    rule: "9",
    why: "a hybrid clock follows its own wall clock and nobody else's stamps",
    edits: [
      {
        file: "src/causality/hybrid-clock.ts",
        find: "if (stamp > this.#last) this.#last = stamp;",
        replace: "void stamp;",
      },
    ],
  },
  {
    name: "stamps-not-merged-on-apply",
    rule: "9",
    why: "deltas bring stamps, but heartbeats bring them too",
    edits: [
      {
        file: "src/replica/partition-replica.ts",
        find: "    this.#environment.hlc.observe(delta.hlc);\n",
        replace: "",
      },
    ],
  },
  {
    name: "stamp-not-persisted",
    rule: "9",
    why: "after a start the hybrid clock begins at the wall clock",
    edits: [
      {
        file: "src/node/node.ts",
        find: "new HybridClock(() => runtime.clock.wallMs(), opened.hlc)",
        replace: "new HybridClock(() => runtime.clock.wallMs())",
      },
    ],
  },
  {
    name: "token-stamp-ignored",
    rule: "9",
    why: "a coordinator stamps by what it has seen, not by what its client has",
    edits: [
      {
        file: "src/replication/write-compiler.ts",
        find: "      hlc.observe(token.hlc);\n",
        replace: "",
      },
    ],
  },
  {
    name: "lww-by-dot",
    rule: "LWW",
    why: "of two writes to a register the higher dot wins, whatever their stamps",
    edits: [
      {
        file: "src/crdt/row.ts",
        find: "if (a.payload.hlc !== b.payload.hlc) return a.payload.hlc > b.payload.hlc;\n",
        replace: "",
      },
    ],
  },
  {
    name: "lww-by-arrival",
    rule: "LWW",
    why: "a live write to a register takes the place of what is there",
    edits: [
      {
        file: "src/crdt/row-merge.ts",
        find: "return joinRow(type, row, clock, changeState(change));",
        replace:
          "const { live: theirs, context } = changeState(change);\n  const isRegister = settle(type, [...theirs, ...theirs]).length === 1;\n  const live = isRegister ? theirs : joinLive(row.live, rowContext(row, clock), theirs, context);\n  return merged(type, row, clock, live, context);",
      },
    ],
  },
];
