/**
 * Reads that have to see certain writes, and certain earlier reads have to be followed by: of quorums, or of a session.
 */
import { type Dot, formatDot, type Hlc } from "../../causality/index.js";
import { type Read, replacedIn, type Write } from "../history.js";
import { type InvariantName, Violation } from "../violation.js";

/** Of one key. */
interface OrderedReads {
  readonly invariant: InvariantName;
  readonly reads: readonly Read[];
  readonly writes: readonly Write[];
  /** Whether the read has to see the write, which was acknowledged. */
  readonly sees: (read: Read, write: Write) => boolean;
  /** Whether the read must not go back behind the earlier one. */
  readonly follows: (read: Read, earlier: Read) => boolean;
}

export function checkRegisterReads({ invariant, reads, writes, sees, follows }: OrderedReads): void {
  for (const read of reads) {
    for (const write of writes)
      if (sees(read, write) && isBelow(read, write.hlc, writes))
        throw new Violation(
          invariant,
          `${inWords(read)} does not see ${write.value}, acknowledged at ${write.endedAtMs.toFixed(1)} with stamp ${write.hlc}`,
        );
    for (const earlier of reads)
      if (follows(read, earlier) && isBelow(read, earlier.stamp, writes))
        throw new Violation(invariant, `${inWords(read)} goes back behind ${inWords(earlier)}`);
  }
}

/** Nothing at all may be there once a delete was purged everywhere; then a delete must have been above. */
function isBelow(read: Read, stamp: Hlc, writes: readonly Write[]): boolean {
  if (read.stamp >= stamp) return false;
  const isEmpty = read.stamp === 0n;
  const isPurged = writes.some(
    ({ kind, fate, hlc, startedAtMs }) =>
      kind === "delete" &&
      startedAtMs < read.endedAtMs &&
      (fate === "unknown" || (fate === "acknowledged" && hlc >= stamp)),
  );
  return !(isEmpty && isPurged);
}

export function checkSiblingReads({ invariant, reads, writes, sees, follows }: OrderedReads): void {
  for (const read of reads) {
    const mayBeReplaced = (value: string): boolean =>
      writes.some(
        (write) =>
          write.fate !== "refused" &&
          write.startedAtMs < read.endedAtMs &&
          write.observed?.includes(value) === true,
      );
    for (const write of writes.filter((each) => sees(read, each))) {
      if (write.kind === "put" && !read.texts.includes(write.value) && !mayBeReplaced(write.value))
        throw new Violation(
          invariant,
          `${inWords(read)} does not see ${write.value}, acknowledged at ${write.endedAtMs.toFixed(1)}`,
        );
      const gone = replacedIn(read, write);
      if (gone !== undefined)
        throw new Violation(invariant, `${inWords(read)} sees ${gone}, which ${write.value} had replaced`);
    }
    for (const earlier of reads)
      if (follows(read, earlier)) {
        const before = reads.filter((each) => follows(earlier, each));
        checkOrder(invariant, { earlier, read, before }, mayBeReplaced);
      }
  }
}

/** @param before reads that were over when the earlier one began */
function checkOrder(
  invariant: InvariantName,
  {
    earlier,
    read,
    before,
  }: { readonly earlier: Read; readonly read: Read; readonly before: readonly Read[] },
  mayBeReplaced: (value: string) => boolean,
): void {
  checkKnowledge(invariant, earlier, read);
  for (const value of earlier.texts)
    if (!read.texts.includes(value) && !mayBeReplaced(value))
      throw new Violation(
        invariant,
        `${inWords(read)} goes back behind ${inWords(earlier)}: ${value} is missing`,
      );
  // Seen, then seen to be gone, then seen again.
  for (const value of read.texts)
    if (!earlier.texts.includes(value))
      if (before.some(({ texts }) => texts.includes(value)))
        throw new Violation(
          invariant,
          `${inWords(read)} goes back behind ${inWords(earlier)}: ${value} is there again`,
        );
}

/** The same by dots, also where no client can tell: what an answer knew of the row, a later one knows, too. */
function checkKnowledge(invariant: InvariantName, earlier: Read, read: Read): void {
  for (const dot of earlier.token.live)
    if (!lives(read, dot) && !read.token.context.covers(dot.actor, dot.counter))
      throw new Violation(
        invariant,
        `${inWords(read)} goes back behind ${inWords(earlier)}: it does not know of ${formatDot(dot)}`,
      );
  for (const dot of read.token.live)
    if (!lives(earlier, dot) && earlier.token.context.covers(dot.actor, dot.counter))
      throw new Violation(
        invariant,
        `${inWords(read)} goes back behind ${inWords(earlier)}, which knew ${formatDot(dot)} to be gone`,
      );
}

function lives({ token }: Read, { actor, counter }: Dot): boolean {
  return token.live.some((dot) => dot.actor === actor && dot.counter === counter);
}

function inWords({ key, startedAtMs, texts, stamp }: Read): string {
  return `the read of ${key.name} at ${startedAtMs.toFixed(1)} ([${texts.join(", ")}], stamp ${stamp})`;
}
