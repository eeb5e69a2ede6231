/** Where a node stands: in which layout, and with which partitions. */
import type { Store } from "../runtime/index.js";
import { partitionKey } from "../storage/index.js";
import type { Layout, Member } from "../topology/index.js";
import { NodeStartError } from "./node-start-error.js";

export interface Place {
  readonly layout: Layout;
  readonly self: Member;
  /** Partitions that it holds. */
  readonly held: readonly number[];
  /** Partitions that it held in a layout that was undone: should they come back, they are new to it. Rows stay unused. */
  readonly left: readonly number[];
}

interface Configured {
  readonly layout: Layout;
  readonly self: Member;
}

/** A change of the layout is made once, by one node, and told to the others: configurations go on saying how it began. */
export function placeOf(store: Store, configured: Configured, stored: Layout | undefined): Place {
  const { nodeId, number } = configured.self;
  const isLater = stored !== undefined && stored.version > configured.layout.version;
  const layout = isLater ? stored : configured.layout;
  const self = layout.members.find((member) => member.nodeId === nodeId && member.number === number);
  if (self === undefined)
    throw new NodeStartError(`node ${nodeId} is not a member of layout ${layout.version}`);
  const held = heldBy(layout, number);
  const left = isLater ? withRecord(store, layout).filter((partition) => !held.includes(partition)) : [];
  return { layout, self, held, left };
}

/** All partitions of which the store may have anything, whatever its layout. */
export function partitionsIn(store: Store, { layout, self }: Configured): readonly number[] {
  return [...new Set([...heldBy(layout, self.number), ...withRecord(store, layout)])];
}

function heldBy(layout: Layout, number: number): number[] {
  return layout.replicaSets.flatMap((members, partition) => (members.includes(number) ? [partition] : []));
}

function withRecord(store: Store, layout: Layout): number[] {
  return [...layout.replicaSets.keys()].filter(
    (partition) => store.get(Buffer.from(partitionKey(partition), "latin1")) !== undefined,
  );
}
