/** Rule 11, and the removal of members: who is removed stays out, and what only it had is kept. */
import type { Mutant } from "../mutant.js";

export const REMOVING: readonly Mutant[] = [
  {
    name: "removed-node-taken-back",
    rule: "11",
    why: "a node that says who it is, and that all have known, is welcome",
    edits: [
      {
        file: "src/membership/hello.ts",
        find: "if (view.wasRemoved(hello.number))",
        replace: "if (view.wasRemoved(hello.number)) return undefined;\n  if (view.wasRemoved(hello.number))",
      },
    ],
  },
  {
    name: "removed-node-not-told",
    rule: "11",
    why: "a node that is no member is refused like any stranger",
    edits: [
      {
        file: "src/membership/hello.ts",
        find: "if (view.wasRemoved(hello.number))",
        replace: "if (view.wasRemoved(hello.number) && view.layout.version < 0)",
      },
    ],
  },
  {
    name: "quarantine-of-nothing",
    rule: "11",
    why: "what a removed node held was its copy of what the others have",
    edits: [
      {
        file: "src/node/unreplicated.ts",
        find: "    return (\n      actorMember(actor) === this.#self &&",
        replace: "    return (\n      actorMember(actor) !== this.#self &&",
      },
    ],
  },
  {
    name: "quarantine-of-this-process-only",
    rule: "11",
    why: "what only this node has was written since it started",
    edits: [
      {
        file: "src/node/unreplicated.ts",
        find: "      actorMember(actor) === this.#self &&",
        replace: "      actor === this.#actor &&\n      actorMember(actor) === this.#self &&",
      },
      {
        file: "src/node/unreplicated.ts",
        find: "    this.#self = node.self.number;\n",
        replace:
          "    this.#self = node.self.number;\n    this.#actor = actorOf(node.self.number, node.incarnation);\n",
      },
      {
        file: "src/node/unreplicated.ts",
        find: "  readonly #self: number;\n",
        replace: "  readonly #self: number;\n  readonly #actor: Actor;\n",
      },
      {
        file: "src/node/unreplicated.ts",
        find: "import { type Actor, actorMember,",
        replace: "import { type Actor, actorMember, actorOf,",
      },
    ],
  },
  {
    name: "sent-is-shared",
    rule: "11",
    why: "a write that was sent is one that others have",
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
        replace:
          "    this.shared = new SharedWrites(environment);\n    this.#writes.sent = ({ partition, actor, counter }) => this.shared.note(partition, actor, counter);\n",
      },
    ],
  },
  {
    name: "quorums-count-the-removed",
    rule: "11",
    why: "replicas of a member that is gone stay where they were until somebody places them anew",
    edits: [
      {
        file: "src/topology/check-layout.ts",
        find: "  for (const [partition, set] of replicaSets.entries()) {\n    const path",
        replace:
          "  for (const [partition, set] of layout.version > 1 ? [] : replicaSets.entries()) {\n    const path",
      },
      {
        file: "src/topology/build-layout.ts",
        find: "    replicaSets: placeReplicas({\n      members,\n      partitionCount: previous.partitionCount,",
        replace:
          "    replicaSets: isPinned ? previous.replicaSets : placeReplicas({\n      members,\n      partitionCount: previous.partitionCount,",
      },
    ],
  },
  {
    name: "removed-member-still-waited-for",
    rule: "10, 11",
    why: "the views of all who ever were members have to agree",
    edits: [
      {
        file: "src/replication/replicator.ts",
        find: "  for (const { number } of view.layout.members)\n    incarnations.set(",
        replace:
          "  const usedUpTo = Math.max(\n    view.layout.numbersUsedUpTo ?? 0,\n    ...view.layout.members.map((member) => member.number),\n  );\n  for (let number = 1; number <= usedUpTo; number++)\n    incarnations.set(",
      },
    ],
  },
  {
    name: "removed-member-not-fenced",
    rule: "10, 11",
    why: "the actors of a member are past when a newer one of it is known, and of who is gone there is none",
    edits: [
      {
        file: "src/replication/views.ts",
        find: "return present === undefined ? INCARNATION_MAX : present - 1;",
        replace: "return present === undefined ? 0 : present - 1;",
      },
    ],
  },
];
