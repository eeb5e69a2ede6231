/**
 * Watches what replicas in doubt answer (rule 13): they vote in no read, and are a source for none but those that are in
 * doubt themselves. What a node thinks of its replica as a request arrives decides, for it answers in the same turn.
 */
import { type CatchUpPage, type CatchUpRequest, type Message, readFrame } from "../codec/index.js";
import type { NodeApi } from "../node/index.js";
import type { DiskDoubts } from "./disk-doubts.js";

interface Watched {
  readonly member: { readonly number: number };
  /** Of the present process. */
  readonly api: Pick<NodeApi, "inspect">;
}

/** A request that has to be refused. */
interface Asked {
  readonly by: Watched["api"];
  readonly of: Watched["api"];
  readonly partition: number;
}

export class DoubtWatch {
  readonly #nodes: ReadonlyMap<number, Watched>;
  readonly #disks: DiskDoubts;
  readonly #asked = new Map<string, Asked>();
  readonly #wrong: string[] = [];

  constructor(nodes: readonly Watched[], disks: DiskDoubts) {
    this.#nodes = new Map(nodes.map((node) => [node.member.number, node]));
    this.#disks = disks;
  }

  get wrong(): readonly string[] {
    return this.#wrong;
  }

  /** Before the node that it arrives at takes it. */
  frameDelivered(from: number, to: number, frame: Buffer): void {
    if (this.#asked.size === 0 && !this.#disks.isAnyIn(to)) return;
    readFrame(frame, (message) => this.#take(from, to, message));
  }

  #take(from: number, to: number, message: Message): void {
    switch (message.type) {
      case "read-request":
        return this.#ask({ from, to }, `read ${message.id}`, message.partition);
      case "read-reply":
        return this.#answer({ from, to }, `read ${message.id}`, "votes in a read", message.body.kind);
      case "catch-up-request":
        if (this.#disks.hasDoubted(from, message.partition)) return;
        return this.#ask({ from, to }, nameOf(message), message.partition);
      case "catch-up-page":
        return this.#answer({ from, to }, nameOf(message), "is a source", message.body.kind);
    }
  }

  #ask({ from, to }: { readonly from: number; readonly to: number }, what: string, partition: number): void {
    const [by, of] = [this.#nodes.get(from)?.api, this.#nodes.get(to)?.api];
    if (by === undefined || of === undefined) return;
    const isInDoubt = of
      .inspect()
      ?.partitions.some((replica) => replica.partition === partition && replica.doubt !== undefined);
    if (isInDoubt === true) this.#asked.set(`${from} asks ${to}: ${what}`, { by, of, partition });
  }

  #answer(
    { from, to }: { readonly from: number; readonly to: number },
    what: string,
    does: string,
    kind: string,
  ): void {
    const name = `${to} asks ${from}: ${what}`;
    const asked = this.#asked.get(name);
    this.#asked.delete(name);
    // Processes number their requests anew.
    const isSame = asked?.by === this.#nodes.get(to)?.api && asked?.of === this.#nodes.get(from)?.api;
    if (asked !== undefined && isSame && kind !== "refused")
      this.#wrong.push(`node ${from} ${does} of partition ${asked.partition}, and is in doubt there`);
  }
}

function nameOf({ partition, session }: CatchUpRequest | CatchUpPage): string {
  return `page of ${partition}, session ${session}`;
}
