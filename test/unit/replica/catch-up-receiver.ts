/**
 * The receiving side of a catch-up in its simplest form: asks page after page, joins what comes, states absence for
 * what a stretch of rows does not list, and adopts the clock with the last page.
 */
import { Context, type VersionVector } from "../../../src/causality/index.js";
import type { CatchUpBody, CatchUpRequest, CatchUpRow, RowKey } from "../../../src/codec/index.js";
import { aboveFloor, buildPage } from "../../../src/replica/index.js";
import { PARTITION, type ReplicaFixture } from "./replica-fixture.js";

export class CatchUpReceiver {
  readonly #receiver: ReplicaFixture;
  target: VersionVector | undefined;
  #position: VersionVector;
  #rows: CatchUpRequest["rows"];
  #floor: VersionVector | undefined;
  readonly pageKinds: CatchUpBody["kind"][] = [];

  constructor(receiver: ReplicaFixture) {
    this.#receiver = receiver;
    this.#position = receiver.replica.clock.copy();
  }

  /** Asks the source for the next page and takes it. True when the session is over. */
  step(source: ReplicaFixture): boolean {
    const page = pageOf(source, {
      type: "catch-up-request",
      partition: PARTITION,
      session: 1,
      target: this.target,
      position: this.#position,
      rows: this.#rows,
    });
    this.pageKinds.push(page.kind);
    this.#receiver.hlc.observe(source.hlc.last);
    switch (page.kind) {
      case "refused":
        return true;
      case "below-floor":
        this.#rows = { after: undefined };
        this.#floor = undefined;
        return false;
      case "log":
        this.target ??= page.target;
        this.#receiver.replica.addPointers(page.entries);
        this.#joinRows(page.rows, page.clock);
        this.#position = page.position;
        if (page.isLast) this.#receiver.replica.adopt(this.target, this.#floor);
        return page.isLast;
      case "rows":
        this.target ??= page.target;
        this.#floor ??= page.floor;
        this.#joinRows(page.rows, page.clock);
        this.#joinAbsent(page.rows, page.upTo, page.clock);
        if (page.upTo === undefined) this.#position = aboveFloor(this.#position, this.#floor);
        this.#rows = page.upTo === undefined ? undefined : { after: page.upTo };
        return false;
    }
  }

  #joinRows(rows: readonly CatchUpRow[], clock: VersionVector): void {
    for (const { rowKey, live, ahead } of rows)
      this.#receiver.replica.join(rowKey, { live, context: new Context(clock).joined(ahead) });
  }

  #joinAbsent(rows: readonly CatchUpRow[], upTo: RowKey | undefined, clock: VersionVector): void {
    const listed = new Set(rows.map((row) => row.rowKey));
    const after = this.#rows?.after;
    let isAnswered = false;
    this.#receiver.replica.rows.scan(after, 10_000, "pending", (_error, own) => {
      isAnswered = true;
      for (const rowKey of own)
        if (!listed.has(rowKey) && (upTo === undefined || rowKey <= upTo))
          this.#receiver.replica.join(rowKey, { live: [], context: new Context(clock) });
    });
    this.#receiver.world.time.runUntil(() => isAnswered, 1_000);
  }
}

/** One page, as soon as the source answers. */
export function pageOf(source: ReplicaFixture, request: CatchUpRequest): CatchUpBody {
  let page: CatchUpBody | undefined;
  buildPage(source.replica, request, (body) => {
    page = body;
  });
  source.world.time.runUntil(() => page !== undefined, 1_000);
  if (page === undefined) throw new Error("the source did not answer");
  return page;
}
