/**
 * What disks say of replicas in doubt: whether one that was empty mints too early, and whether one that forgot what it
 * had minted itself, and hears so, doubts itself as it must.
 */
import { type Actor, actorMember, type Dot, formatDot, type VersionVector } from "../causality/index.js";
import type { PartitionRecord } from "../codec/index.js";

export class DiskDoubts {
  /** By node: whom it was, as clocks on some disk said, before its present process began. */
  readonly #past = new Map<number, ReadonlySet<Actor>>();
  /** Node and partition, where the present process of the node was ever in doubt. */
  readonly #hasDoubted = new Set<string>();
  readonly #inDoubt = new Set<string>();
  /** Node and partition, where the replica had heard nobody since it was empty, before its last batch and with it. */
  readonly #hasHeardNobody = new Set<string>();
  readonly #wrong: string[] = [];

  get wrong(): readonly string[] {
    return this.#wrong;
  }

  /** Some replica of a node is in doubt by its disk. */
  isAnyIn(node: number): boolean {
    for (const place of this.#inDoubt) if (place.startsWith(`${node}/`)) return true;
    return false;
  }

  /** Whether the replica has been in doubt since the node's process began: then peers may take it to be so still. */
  hasDoubted(node: number, partition: number): boolean {
    return this.#hasDoubted.has(placeOf(node, partition));
  }

  /** A process begins. `known` is every clock that was ever on a disk. */
  started(node: number, known: Iterable<VersionVector>): void {
    for (const places of [this.#hasDoubted, this.#inDoubt])
      for (const place of [...places]) if (place.startsWith(`${node}/`)) places.delete(place);
    const past = new Set<Actor>();
    for (const clock of known)
      for (const [actor] of clock.entries()) if (actorMember(actor) === node) past.add(actor);
    this.#past.set(node, past);
  }

  /** @param now what the process finds; undefined: nothing, or nothing that can be read, so that it is in doubt */
  found(node: number, partition: number, now: PartitionRecord | undefined): void {
    if (now === undefined) this.#hasDoubted.add(placeOf(node, partition));
    else this.#note(placeOf(node, partition), now);
  }

  written(node: number, partition: number, before: PartitionRecord | undefined, now: PartitionRecord): void {
    const place = placeOf(node, partition);
    this.#note(place, now);
    // A doubt may begin anew in the batch of what was minted before, when others had been heard: then it does not tell.
    if (hasHeardNobody(now) && (before === undefined || hasHeardNobody(before)))
      this.#hasHeardNobody.add(place);
    else this.#hasHeardNobody.delete(place);
    if (before === undefined || this.#hasDoubted.has(place)) return;
    const remembered = this.#rememberedIn(node, before.clock, now.clock);
    if (remembered !== undefined)
      this.#wrong.push(
        `node ${node} takes ${formatDot(remembered)} of partition ${partition} from others, which is its own, and has not doubted what else it forgot`,
      );
  }

  /** A node minted a dot in the batch that was taken last. */
  minted(node: number, partition: number): void {
    if (this.#hasHeardNobody.has(placeOf(node, partition)))
      this.#wrong.push(
        `node ${node} mints in partition ${partition}, and has heard nobody since it was empty`,
      );
  }

  #note(place: string, { doubt }: PartitionRecord): void {
    if (doubt === undefined) this.#inDoubt.delete(place);
    else for (const places of [this.#inDoubt, this.#hasDoubted]) places.add(place);
  }

  /** A dot that an earlier process of the node minted, and this one did not have until now. */
  #rememberedIn(node: number, before: VersionVector, now: VersionVector): Dot | undefined {
    for (const [actor, counter] of now.entries()) {
      const isPast = this.#past.get(node)?.has(actor) === true;
      if (isPast && !before.isClosed(actor) && counter > before.counterOf(actor)) return { actor, counter };
    }
    return undefined;
  }
}

function hasHeardNobody({ doubt }: PartitionRecord): boolean {
  return doubt?.cause === "empty" && !doubt.hasCaughtUp && doubt.settled.length === 0;
}

function placeOf(node: number, partition: number): string {
  return `${node}/${partition}`;
}
