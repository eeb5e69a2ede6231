/** What travels: relays, clocks, and what is kept for those who are away. */
import type { Mutant } from "../mutant.js";

export const SENDING: readonly Mutant[] = [
  {
    // Either half alone is harmless by rule 4: whoever gets a delta twice, or after a later one, applies each once and in
    // order. So the receiver here trusts the link for what it no longer does.
    name: "relayed-twice-out-of-order",
    rule: "4",
    why: "a relay passes on what came in a turn, the latest first, and all once more; and links keep their order, so the receiver counts what comes",
    edits: [
      {
        file: "src/replication/dissemination.ts",
        find: "    this.#sendToAll(delta, view.replicasIn(delta.partition, self.region));\n",
        replace: `    const due = view.replicasIn(delta.partition, self.region);
    this.#waiting.push(() => this.#sendToAll(delta, due));
    if (this.#waiting.length > 1) return;
    this.#environment.timers.endOfTurn(() => {
      const tasks = this.#waiting.splice(0).reverse();
      for (const task of [...tasks, ...tasks]) task();
    });
`,
      },
      {
        file: "src/replication/dissemination.ts",
        find: "  readonly #environment: Environment;\n",
        replace: "  readonly #environment: Environment;\n  readonly #waiting: (() => void)[] = [];\n",
      },
      {
        file: "src/replica/partition-replica.ts",
        find: `    const held = this.#clock.get(delta.actor);
    if (delta.counter <= held) return "duplicate";
    if (delta.counter > held + 1) return "gap";
`,
        replace: "",
      },
    ],
  },
  {
    name: "hint-forgotten-when-sent",
    rule: "hints",
    why: "what was sent to a peer that is back is there, and need not be kept for it",
    edits: [
      {
        file: "src/replication/catch-up.ts",
        find: '      links.answer(from, generation, { type: "catch-up-page", partition, session, hlc: hlc.last, body });\n',
        replace: `      links.answer(from, generation, { type: "catch-up-page", partition, session, hlc: hlc.last, body });
      if (body.kind === "log") this.#hooks.served(partition, from, body.position);
`,
      },
      {
        file: "src/replication/catch-up.ts",
        find: "  /** A session came to its end, so another partition may have its turn. */\n",
        replace:
          "  served(partition: number, peer: number, position: VersionVector): void;\n  /** A session came to its end, so another partition may have its turn. */\n",
      },
      {
        file: "src/replication/replicator.ts",
        find: "      refused: (",
        replace: `      served: (partition, peer, position) => {
        for (const [actor, counter] of position.entries())
          this.peerClocks.raise(partition, peer, actor, counter);
      },
      refused: (`,
      },
    ],
  },
  {
    name: "hint-forgotten-when-sent-live",
    rule: "hints",
    why: "a delta that was handed to a link arrives",
    edits: [
      {
        file: "src/replication/write-coordinator.ts",
        find: "      for (const delta of deltas) this.#dissemination.send(delta);\n",
        replace:
          "      for (const delta of deltas) this.#dissemination.send(delta);\n      for (const delta of deltas) this.sent(delta);\n",
      },
      {
        file: "src/replication/write-coordinator.ts",
        find: "  readonly #pending = new PendingWrites();\n",
        replace:
          "  readonly #pending = new PendingWrites();\n  sent: (delta: Delta) => void = () => undefined;\n",
      },
      {
        file: "src/replication/replicator.ts",
        find: "    this.shared = new SharedWrites(environment);\n",
        replace: `    this.shared = new SharedWrites(environment);
    this.#writes.sent = ({ partition, actor, counter }) => {
      for (const member of environment.neighbourhood(partition).others)
        if (environment.liveness.isAlive(member)) this.peerClocks.raise(partition, member, actor, counter);
    };
`,
      },
    ],
  },
  {
    name: "clock-told-before-durable",
    rule: "1, 10",
    why: "a node tells the others what it has applied, because that is going to be durable",
    edits: [
      {
        file: "src/replication/clock-telling.ts",
        find: "      clock: replica.durableClock.copy(),\n",
        replace: "      clock: replica.clock.copy(),\n",
      },
    ],
  },
  {
    name: "clocks-without-stamps",
    rule: "9",
    why: "deltas bring their stamps, so clocks, acknowledgements and catch-ups need none",
    edits: [
      {
        file: "src/replication/anti-entropy.ts",
        find: "    this.#environment.hlc.observe(message.hlc);\n",
        replace: "",
      },
      {
        file: "src/replication/catch-up.ts",
        find: "    this.#environment.hlc.observe(page.hlc);\n",
        replace: "",
      },
      {
        file: "src/replication/replicator.ts",
        find: "        this.#environment.hlc.observe(message.hlc);\n",
        replace: "",
      },
      {
        file: "src/membership/membership.ts",
        find: "    this.#hlc.observe(message.hlc);\n",
        replace: "",
      },
    ],
  },
  {
    name: "past-never-closed",
    rule: "8",
    why: "the actors of past incarnations stay in the clocks: nobody minds a few more entries",
    edits: [
      {
        file: "src/replication/stability.ts",
        find: "const isPastClosed = this.#close(replica, statements, report);",
        replace: "const isPastClosed = report.orphaned.length === 0;",
      },
    ],
  },
  {
    name: "page-after-a-lost-one",
    rule: "7",
    why: "a page that does not come is a page that had nothing new; the next one is asked for",
    edits: [
      {
        file: "src/replication/catch-up.ts",
        find: "      else this.#suspend(session);\n    });\n  }\n\n  #take(",
        replace: `      else if (session.progress.target === undefined) this.#suspend(session);
      else this.#adopt(session, session.progress.target);
    });
  }

  #take(`,
      },
    ],
  },
];
