/**
 * Who may have a link with us. A refusal is a text that starts with a word for the machine, and goes on for a person.
 */
import { INCARNATION_MAX, INCARNATIONS_PER_SECOND } from "../causality/index.js";
import { PROTOCOL_VERSION } from "../codec/index.js";
import type { PeerHello } from "../runtime/index.js";
import type { LayoutView } from "../topology/index.js";

/** A live process with this id, and another instance: by its incarnation and when it was heard. */
interface KnownPeer {
  readonly incarnation: number;
  /** Of its last link, and the incarnation there; undefined when there was none since we started. */
  readonly instance: string | undefined;
  readonly instanceIncarnation: number | undefined;
  /** The link with that instance is up, and heard. */
  readonly isLive: boolean;
}

/**
 * Incarnations go with the clock, and a node that is told of a later one of its own starts again above it: one from the
 * end of the clock's bits would shut it out for ever. Ours is of now, so what is some 34 years later is no node's.
 */
const INCARNATION_LEAD_MAX = 2 ** 30 * INCARNATIONS_PER_SECOND;

/** An incarnation that some node may have, as this one sees it. */
export function isCredible(incarnation: number, self: PeerHello): boolean {
  return incarnation <= Math.min(self.incarnation + INCARNATION_LEAD_MAX, INCARNATION_MAX - 1);
}

/** The reason to refuse a Hello, or undefined. */
export function refuseHello(
  hello: PeerHello,
  self: PeerHello,
  view: LayoutView,
  known: KnownPeer,
): string | undefined {
  if (hello.clusterId !== self.clusterId)
    return `IDENTITY this is cluster ${self.clusterId}, and you say you are of ${hello.clusterId}`;
  if (hello.protocolVersion !== PROTOCOL_VERSION)
    return `PROTOCOL this node speaks version ${PROTOCOL_VERSION}, and you speak ${hello.protocolVersion}`;
  const member = view.memberByNumber(hello.number);
  if (view.wasRemoved(hello.number))
    return `REMOVED ${view.layout.version} node ${hello.nodeId} was removed from the cluster${removedBy(view, hello.number)}, and its number ${hello.number} is nobody's any more`;
  if (member === undefined) return `IDENTITY member ${hello.number} is not in layout ${view.layout.version}`;
  if (member.nodeId !== hello.nodeId)
    return `IDENTITY member ${hello.number} is ${member.nodeId}, and you say you are ${hello.nodeId}`;
  if (hello.number === self.number)
    return `IN_USE node ${hello.nodeId} is me; give every node an id of its own`;
  const isOther = known.instance !== undefined && known.instance !== hello.instance;
  if (isOther && known.isLive)
    return `IN_USE another live process is node ${hello.nodeId}; stop one of the two`;
  if (!isCredible(hello.incarnation, self))
    return `CLOCK incarnation ${hello.incarnation} of node ${hello.nodeId} is decades later than ours, ${self.incarnation}; set the clocks, and start again who was wrong`;
  // Every start takes a new one: two with the same, after a disk was lost and the clock was set back, would share their dots.
  if (hello.incarnation < known.incarnation || (isOther && hello.incarnation === known.instanceIncarnation))
    return `INCARNATION ${known.incarnation} of node ${hello.nodeId} is known, and you are ${hello.incarnation}`;
  return undefined;
}

function removedBy(view: LayoutView, number: number): string {
  const removal = view.removalOf(number);
  return removal === undefined ? "" : ` by layout ${removal.layoutVersion}`;
}

export type Refusal =
  | { readonly kind: "incarnation"; readonly known: number }
  | { readonly kind: "in-use" }
  /** By that version of the layout. */
  | { readonly kind: "removed"; readonly layoutVersion: number }
  | { readonly kind: "other" };

/** What a refusal of ours by a peer means. */
export function readRefusal(reason: string): Refusal {
  const incarnation = /^INCARNATION (\d{1,12}) /.exec(reason)?.[1];
  if (incarnation !== undefined) return { kind: "incarnation", known: Number(incarnation) };
  const layoutVersion = /^REMOVED (\d{1,15}) /.exec(reason)?.[1];
  if (layoutVersion !== undefined) return { kind: "removed", layoutVersion: Number(layoutVersion) };
  return { kind: reason.startsWith("IN_USE ") ? "in-use" : "other" };
}
