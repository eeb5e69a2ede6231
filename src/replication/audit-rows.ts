/**
 * The rows behind the differences that an audit found: looked up by the hashes of their keys, shown to the peer, and made
 * good by what it shows. Rows are read past the cache here, because what the disk has lost may still be in it.
 */
import { Context, type VersionVector } from "../causality/index.js";
import { type CatchUpRow, clocksDigest, type RowKey } from "../codec/index.js";
import { mayHaveTouched, type PartitionReplica } from "../replica/index.js";
import type { DamageVotes } from "./damage-vote.js";
import type { Environment } from "./environment.js";
import type { RowHealing } from "./row-healing.js";

const SCAN_ROWS = 1_000;

export interface FoundRow {
  readonly replica: PartitionReplica;
  readonly rowKey: RowKey;
}

/** Another replica's row: what it shows, and the clock that was its context. */
interface PeerRow {
  readonly peer: number;
  readonly clock: VersionVector;
  readonly row: CatchUpRow;
}

export class AuditRows {
  readonly #environment: Environment;
  readonly #healing: Pick<RowHealing, "heal">;
  readonly #votes: DamageVotes;

  constructor(environment: Environment, healing: Pick<RowHealing, "heal">, votes: DamageVotes) {
    this.#environment = environment;
    this.#healing = healing;
    this.#votes = votes;
  }

  /** Those of our rows whose keys have one of these hashes: reads all keys of the partitions, page by page. */
  find(
    replicas: readonly PartitionReplica[],
    hashes: ReadonlySet<bigint>,
    done: (found: FoundRow[]) => void,
  ): void {
    const found: FoundRow[] = [];
    const queue = [...replicas];
    const scanOn = (after: RowKey | undefined): void => {
      const replica = queue[0];
      if (replica === undefined || hashes.size === 0) return done(found);
      replica.rows.scan(after, SCAN_ROWS, "durable", (error, rowKeys) => {
        if (error !== undefined) return done(found);
        for (const rowKey of rowKeys)
          if (hashes.has(replica.sketch.items.keyHash(rowKey))) found.push({ replica, rowKey });
        const isLast = rowKeys.length < SCAN_ROWS;
        if (isLast) queue.shift();
        scanOn(isLast ? undefined : rowKeys.at(-1));
      });
    };
    scanOn(undefined);
  }

  /** Our durable row as a peer may see it; undefined while it is damaged, which begins its healing. */
  show({ replica, rowKey }: FoundRow): CatchUpRow | undefined {
    replica.rows.readStored(rowKey);
    const { live, ahead, damagedAt } = replica.rows.readDurable(rowKey);
    if (damagedAt === undefined) return { rowKey, live, ahead };
    this.#healing.heal(replica, rowKey);
    return undefined;
  }

  /**
   * Makes our row good by a peer's. Under equal knowledge a difference is damage, and is voted on; what the peer's row knows
   * and ours does not makes ours lag, and the rows join. Where ours knows more, the peer is to act: joined all the same,
   * what the peer has lost would be taken for a removal. What writes under way may have touched is left to them.
   */
  makeGood(
    replica: PartitionReplica,
    { peer, clock, row }: PeerRow,
    done: (isRepaired: boolean) => void,
  ): void {
    const { rowKey } = row;
    const ours = this.show({ replica, rowKey });
    const { items } = replica.sketch;
    if (ours === undefined || items.versionOf(ours.live) === items.versionOf(row.live)) return done(false);
    if (mayHaveTouched(replica, rowKey, clock) || replica.rows.awaits(row)) return done(false);
    const theirContext = new Context(clock).joined(row.ahead);
    const ourContext = new Context(replica.durableClock).joined(ours.ahead);
    if (!ourContext.includesDotsOf(row.ahead)) {
      replica.join(rowKey, { live: row.live, context: theirContext });
      this.#environment.counters.add("rows_repaired");
      return done(true);
    }
    if (!theirContext.includesDotsOf(ours.ahead)) return done(false);
    this.#votes.hold({ replica, rowKey, peer, theirs: row.live, done });
  }

  /** Stands for our durable clocks of these partitions. */
  clocks(partitions: Iterable<number>): bigint {
    const sorted = [...new Set(partitions)].sort((a, b) => a - b);
    return clocksDigest(
      sorted.flatMap((partition) => this.#environment.replica(partition)?.durableClock ?? []),
    );
  }
}

/** 32 bits that stand for a clock: enough to tell who need not be compared now. */
export function shortClock(clock: VersionVector): number {
  return Number(clocksDigest([clock]) & 0xffffffffn);
}
