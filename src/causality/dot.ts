/**
 * A dot names one mutation: (actor, counter), unique inside its partition. The counters of one actor in one partition
 * are contiguous from 1 (Preguiça et al., "Dotted Version Vectors", 2010).
 *
 * An actor is a node's member number (16 bits) and the incarnation of one of its starts (37 bits), in one safe integer:
 * number × 2^37 + incarnation. On disk and wire it takes 8 bytes.
 */
export type Actor = number & { readonly __actor: unique symbol };

export interface Dot {
  readonly actor: Actor;
  readonly counter: number;
}

const INCARNATION_SPAN = 2 ** 37;
export const INCARNATION_MAX = INCARNATION_SPAN - 1;
export const MEMBER_NUMBER_MAX = 2 ** 16 - 1;

export const INCARNATIONS_PER_SECOND = 32;
/** The start of 2024. */
const INCARNATION_EPOCH_MS = 1_704_067_200_000;

/**
 * The incarnation that a clock of milliseconds since 1970 stands for: they count 1/32 s since 2024, which lasts until
 * February of 2160; beyond it, the result is above `INCARNATION_MAX`. A start takes longer than that, so one on a disk
 * that was lost, or put back, lies above those that the disk has forgotten.
 */
export function incarnationAt(wallMs: number): number {
  return Math.max(1, Math.floor(((wallMs - INCARNATION_EPOCH_MS) * INCARNATIONS_PER_SECOND) / 1000));
}

/** Throws RangeError when either part does not fit: such an actor must never exist. */
export function actorOf(memberNumber: number, incarnation: number): Actor {
  if (!Number.isInteger(memberNumber) || memberNumber < 1 || memberNumber > MEMBER_NUMBER_MAX)
    throw new RangeError(`member number ${memberNumber} is outside 1..${MEMBER_NUMBER_MAX}`);
  if (!Number.isInteger(incarnation) || incarnation < 1 || incarnation > INCARNATION_MAX)
    throw new RangeError(`incarnation ${incarnation} is outside 1..${INCARNATION_MAX}`);
  return (memberNumber * INCARNATION_SPAN + incarnation) as Actor;
}

/** The member number of an actor. */
export function actorMember(actor: Actor): number {
  return Math.floor(actor / INCARNATION_SPAN);
}

/** The incarnation of an actor. */
export function actorIncarnation(actor: Actor): number {
  return actor % INCARNATION_SPAN;
}

/** An actor from bytes that a peer or a client sent; undefined when it cannot be one. */
export function actorFromInteger(integer: number): Actor | undefined {
  if (!Number.isSafeInteger(integer) || integer <= INCARNATION_SPAN) return undefined;
  return integer % INCARNATION_SPAN === 0 ? undefined : (integer as Actor);
}

/** For logs: member.incarnation:counter */
export function formatDot(dot: Dot): string {
  return `${actorMember(dot.actor)}.${actorIncarnation(dot.actor)}:${dot.counter}`;
}
