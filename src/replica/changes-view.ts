/**
 * What of a replica's rows changed since a position: the rows of a range that dots beyond it touched, in their present
 * state, page by page. Made from the log and never from "the row changed" (rule 20), and nothing is kept between pages:
 * the position is all that there is of a watch, and any replica can go on from it.
 *
 * A row shows all that its replica has of it, so it is ahead of the position where a page ends before the log does. Who
 * goes on elsewhere says what he has *seen*, and is served by a replica that has it: no row goes back in time.
 */
import type { Actor, Hlc, VersionVector } from "../causality/index.js";
import type { ChangedRow, ChangesBody, LogEntry, RowKey, RowKeyRange } from "../codec/index.js";
import { rowBytes } from "./catch-up-source.js";
import { walkLog } from "./log-walk.js";
import type { PartitionReplica } from "./partition-replica.js";

/** A page ends after so many entries of the log, of the range or not, by default: each is a read of the disk in this turn. */
const PAGE_ENTRIES = 512;

interface ChangesQuestion {
  readonly range: RowKeyRange;
  /** Undefined: whoever asks begins now, and wants to know where that is. */
  readonly since: VersionVector | undefined;
  /** What whoever asks was shown, beside the position. */
  readonly seen: VersionVector;
  /** Without them the answer is whether there is something to show, and the position before it. */
  readonly hasRows: boolean;
}

/** Throws `StoreError`. @param pageBytes a page ends after so many bytes of rows */
export function readChanges(
  replica: PartitionReplica,
  question: ChangesQuestion,
  pageBytes: number,
  pageEntries = PAGE_ENTRIES,
): ChangesBody {
  if (replica.doubt !== undefined) return { kind: "refused", reason: "in-doubt" };
  const clock = replica.durableClock.copy();
  const { seen, since } = question;
  if (since === undefined) return { kind: "changes", clock, rows: [], position: clock, isMore: false };
  if (!holdsAll(clock, since) || !holdsAll(clock, seen)) return { kind: "behind", clock };
  return new ChangesPage(replica, clock, question, { since, pageBytes, pageEntries }).build();
}

/** What is closed, all replicas hold the same of, whether they have closed it or not. */
function holdsAll(clock: VersionVector, shown: VersionVector): boolean {
  for (const [actor, counter] of shown.entries())
    if (!shown.isClosed(actor) && !clock.covers(actor, counter)) return false;
  return true;
}

interface OpenRow extends ChangedRow {
  readonly dots: { readonly actor: Actor; readonly counter: number }[];
  hlc: Hlc;
}

class ChangesPage {
  readonly #replica: PartitionReplica;
  readonly #clock: VersionVector;
  readonly #question: ChangesQuestion;
  readonly #position: VersionVector;
  readonly #pageBytes: number;
  readonly #pageEntries: number;
  readonly #rows = new Map<RowKey, OpenRow>();
  #entries = 0;
  #bytes = 0;
  #isDamaged = false;

  constructor(
    replica: PartitionReplica,
    clock: VersionVector,
    question: ChangesQuestion,
    page: { readonly since: VersionVector; readonly pageBytes: number; readonly pageEntries: number },
  ) {
    this.#replica = replica;
    this.#clock = clock;
    this.#question = question;
    this.#position = page.since.copy();
    this.#pageBytes = page.pageBytes;
    this.#pageEntries = page.pageEntries;
  }

  build(): ChangesBody {
    if (!this.#replica.forgotten.isCoveredBy(this.#position)) return { kind: "below-floor" };
    const end = walkLog(this.#replica, this.#position, this.#clock, (...dot) => this.#take(...dot));
    if (end === "below-floor") return { kind: "below-floor" };
    const rows = [...this.#rows.values()];
    if (this.#isDamaged && rows.length === 0) return { kind: "refused", reason: "damaged" };
    const position = end === "all-taken" ? withClosedOf(this.#position, this.#clock) : this.#position;
    return { kind: "changes", clock: this.#clock, rows, position, isMore: end === "stopped" };
  }

  #take(actor: Actor, counter: number, { rowKey, hlc }: LogEntry): boolean {
    const { hasRows, range } = this.#question;
    if (this.#entries >= this.#pageEntries || this.#bytes >= this.#pageBytes) return false;
    this.#entries++;
    if (rowKey < range.from || rowKey >= range.to) return true;
    const known = this.#rows.get(rowKey);
    if (known !== undefined) {
      known.dots.push({ actor, counter });
      if (hlc > known.hlc) known.hlc = hlc;
      return true;
    }
    if (!hasRows) return false;
    const row = this.#replica.rows.readDurable(rowKey);
    if (row.damagedAt !== undefined) {
      this.#isDamaged = true;
      return false;
    }
    this.#rows.set(rowKey, { rowKey, live: row.live, ahead: row.ahead, dots: [{ actor, counter }], hlc });
    this.#bytes += rowBytes(row) + rowKey.length;
    return true;
  }
}

/** All of the log was taken: the clock, and what was closed before, of which nothing more can come. */
function withClosedOf(position: VersionVector, clock: VersionVector): VersionVector {
  const whole = clock.copy();
  for (const [member, incarnation] of position.closed()) whole.close(member, incarnation);
  return whole;
}
