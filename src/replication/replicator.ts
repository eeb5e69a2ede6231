/** Wires the parts of replication together, and hands each message of a peer to the one that it is for. */
import { actorIncarnation, actorMember, type VersionVector } from "../causality/index.js";
import type { Delta, Message, RowKey, ViewMessage } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import { AckSender, PeerClocks } from "./acks.js";
import { AntiEntropy } from "./anti-entropy.js";
import { Audit } from "./audit.js";
import { AwayPeers, type PeerHints } from "./away-peers.js";
import type { Fill } from "./bounds.js";
import { CatchUp } from "./catch-up.js";
import type { CatchUpReport } from "./catch-up-progress.js";
import type { CatchUpRecord } from "./catch-up-record.js";
import { ClockTelling } from "./clock-telling.js";
import { Coordinator } from "./coordinator.js";
import { DamageVotes } from "./damage-vote.js";
import { DeltaReceiver } from "./delta-receiver.js";
import { Dissemination } from "./dissemination.js";
import type { Environment } from "./environment.js";
import { failure } from "./failures.js";
import { Fallback } from "./fallback.js";
import { FallbackCopies, type StoredCopy } from "./fallback-copies.js";
import { LagTracker } from "./lag-tracker.js";
import { LayoutSpreading } from "./layout-spreading.js";
import { LogTrimming } from "./log-trimming.js";
import { layoutWithout } from "./member-removal.js";
import type { PeerRecord } from "./peer-record.js";
import { ReadCoordinator } from "./read-coordinator.js";
import { Reclaiming } from "./reclaiming.js";
import { Repair, type RepairStep } from "./repair.js";
import { ReplicaService } from "./replica-service.js";
import type { ReplicationSettings } from "./replication-settings.js";
import { RequestFences } from "./request-fences.js";
import { RowHealing } from "./row-healing.js";
import { Scrubbing } from "./scrubbing.js";
import { closesSelf } from "./self-closed.js";
import { Sessions } from "./sessions.js";
import { SharedWrites } from "./shared-writes.js";
import { Stability } from "./stability.js";
import { Statements } from "./statements.js";
import { Views } from "./views.js";
import { Watches } from "./watches.js";
import { WriteCoordinator } from "./write-coordinator.js";

/** Audits of peers to one partition read from the disk. */
const SCRUB_INTERVALS = 6;

export class Replicator {
  readonly coordinator: Coordinator;
  readonly lag = new LagTracker();
  readonly peerClocks = new PeerClocks();
  readonly stability: Stability;
  readonly shared: SharedWrites;
  readonly watches: Watches;
  readonly reclaiming: Reclaiming;
  readonly #environment: Environment;
  readonly #acks: AckSender;
  readonly #receiver: DeltaReceiver;
  readonly #catchUp: CatchUp;
  readonly #antiEntropy: AntiEntropy;
  readonly #views: Views;
  readonly #layouts: LayoutSpreading;
  readonly #statements = new Statements();
  readonly #telling: ClockTelling;
  readonly #writes: WriteCoordinator;
  readonly #service: ReplicaService;
  readonly #fences = new RequestFences();
  readonly #healing: RowHealing;
  readonly #votes: DamageVotes;
  readonly away: AwayPeers;
  readonly #trimming: LogTrimming;
  readonly #scrubbing: Scrubbing;
  readonly #audit: Audit;
  readonly #copies: FallbackCopies;
  readonly #fallback: Fallback;
  #repair: Repair | undefined;

  /** @param copies what the store holds for other replicas */
  constructor(environment: Environment, settings: ReplicationSettings, copies: readonly StoredCopy[]) {
    this.#environment = environment;
    const dissemination = new Dissemination(environment);
    this.#acks = new AckSender(environment);
    this.#catchUp = new CatchUp(environment, settings, {
      isInDoubt: (partition, peer) => this.#antiEntropy.isInDoubt(partition, peer),
      aimed: (replica, target) => this.#antiEntropy.doubtIfForgotten(replica, target),
      adopted: (replica, source) => this.#adopted(replica, source),
      refused: (replica, source) => this.#antiEntropy.refused(replica, source),
      ended: () => this.#antiEntropy.roomMade(),
    });
    this.#layouts = new LayoutSpreading(environment);
    this.#views = new Views(this.#layouts.name, environment.self.number, incarnationsOf(environment));
    this.stability = new Stability(environment, this.#views, this.#statements, dissemination);
    this.#telling = new ClockTelling(environment, this.#views, (partition) =>
      this.stability.orphans(partition),
    );
    this.#copies = new FallbackCopies(environment.commit, settings.fallbackBytesMax, copies);
    this.#fallback = new Fallback(environment, this.#views, this.#telling, this.#copies);
    this.#antiEntropy = new AntiEntropy(environment, {
      peerClocks: this.peerClocks,
      catchUp: this.#catchUp,
      telling: this.#telling,
      stability: this.stability,
    });
    this.#receiver = new DeltaReceiver(environment, this.#acks, dissemination, {
      gap: (delta) => this.#gap(delta),
      landed: (delta) => this.#landed(delta),
    });
    this.#healing = new RowHealing(environment, this.#views);
    this.#votes = new DamageVotes(environment);
    const reads = new ReadCoordinator(environment, this.#votes);
    this.#writes = new WriteCoordinator(
      environment,
      dissemination,
      reads,
      this.#fences,
      this.#healing,
      settings,
    );
    const fetch = (partition: number): void => this.#antiEntropy.fetch(partition);
    const sessions = new Sessions(environment, this.peerClocks, fetch);
    this.coordinator = new Coordinator(environment, reads, this.#writes, sessions);
    this.#service = new ReplicaService(environment, this.coordinator, this.#fences);
    this.watches = new Watches(environment, sessions, fetch, settings);
    this.shared = new SharedWrites(environment);
    this.reclaiming = new Reclaiming(environment, dissemination);
    this.away = new AwayPeers(environment, this.peerClocks, settings);
    this.#trimming = new LogTrimming(environment, this.peerClocks, this.away, settings.requestIdWindowMs);
    this.#scrubbing = new Scrubbing(environment, settings.auditIntervalMs * SCRUB_INTERVALS);
    const healers = { healing: this.#healing, votes: this.#votes };
    this.#audit = new Audit(environment, healers, this.#scrubbing, settings.auditIntervalMs);
  }

  /** What replication holds in memory, by name: what must stay inside its bound, whatever happens. */
  fills(): Record<string, Fill> {
    return {
      early_delta_bytes: this.#receiver.earlyBytes,
      audit_votes: this.#votes.fill,
      catch_up_sessions: this.#catchUp.sessions,
      request_fences: this.#fences.fill,
      rows_healing: this.#healing.fill,
      ...this.watches.fills(),
      fallback_bytes: this.#copies.fill,
      pending_writes: { size: this.#writes.inFlight, max: undefined },
    };
  }

  hints(): PeerHints[] {
    const { view } = this.#environment;
    return this.away.report().map((hints) => {
      const peer = view.memberById(hints.nodeId);
      return { ...hints, copiesHeld: peer === undefined ? 0 : this.#copies.countFor(peer.number) };
    });
  }

  get catchUpReport(): CatchUpReport {
    return this.#catchUp.report();
  }

  /** @param stored what the store has of when this node ended: of its peers, and of catch-ups under way */
  start(stored: {
    readonly peers: ReadonlyMap<number, PeerRecord>;
    readonly catchUps: ReadonlyMap<number, CatchUpRecord>;
    readonly shared: ReadonlyMap<number, VersionVector>;
  }): void {
    this.#catchUp.restore(stored.catchUps);
    this.shared.start(stored.shared);
    this.#antiEntropy.start();
    this.#healing.start();
    this.away.start(stored.peers);
    this.#trimming.start();
    this.#scrubbing.start();
    this.#audit.start();
    this.#fallback.start();
    this.reclaiming.start();
  }

  /** The owner ends the watches first, and says why. */
  close(): void {
    this.#antiEntropy.close();
    this.#healing.close();
    this.#trimming.close();
    this.away.close();
    this.shared.close();
    this.#scrubbing.close();
    this.#audit.close();
    this.#fallback.close();
    this.reclaiming.close();
    this.#repair?.close();
    this.#catchUp.close();
  }

  /** A record of ours was found damaged. Called from inside reads: the row is left alone until the turn ends. */
  rowDamaged(partition: number, rowKey: RowKey): void {
    this.#environment.timers.endOfTurn(() => {
      const replica = this.#environment.replica(partition);
      if (replica !== undefined) this.#healing.heal(replica, rowKey);
      this.#scrubbing.request(partition);
    });
  }

  /** Audits with every peer until nothing is found any more. What is returned cancels. */
  repair(isFull: boolean, step: (step: RepairStep) => void): () => void {
    if (this.#repair?.isOver === false) {
      step(failure("OVERLOADED", "a repair is under way on this node; nothing was done, wait for its end"));
      return () => undefined;
    }
    const repair = new Repair(this.#environment, this.#audit, this.#scrubbing, isFull, step);
    this.#repair = repair;
    return () => repair.cancel();
  }

  /** See `layoutWithout`. */
  layoutWithout(nodeId: string): ReturnType<typeof layoutWithout> {
    return layoutWithout(this.#environment, this.#views, nodeId);
  }

  peerUp(peer: number): void {
    this.#antiEntropy.peerUp(peer);
    this.#fallback.peerUp(peer);
  }

  peerDown(peer: number): void {
    this.away.peerDown(peer);
    this.#views.peerDown(peer);
    this.#statements.peerDown(peer);
    this.#antiEntropy.peerDown(peer);
    this.#catchUp.peerDown(peer);
    this.watches.peerDown(peer);
    this.#environment.calls.peerDown(peer);
  }

  /** A newer incarnation of a member is known, durably. */
  learned(member: number, incarnation: number): void {
    this.#views.learned(member, incarnation);
    this.#telling.viewChanged();
  }

  beforeFlush(): void {
    this.#acks.flush();
  }

  /** Heartbeats and credits are not for us. */
  receive(from: number, message: Message): void {
    switch (message.type) {
      case "audit-request":
      case "audit-cells-request":
      case "audit-rows-request":
      case "audit-list-request":
        return this.#audit.serve(from, message);
      case "delta":
        return this.#receiver.receive(message.delta, message.isRelayed);
      case "ack":
        this.#environment.hlc.observe(message.hlc);
        for (const entry of message.entries) {
          this.peerClocks.raise(entry.partition, from, entry.actor, entry.counter);
          this.shared.note(entry.partition, entry.actor, entry.counter);
          this.#writes.acknowledge(from, entry.partition, entry.actor, entry.counter);
        }
        return;
      case "clock":
        if (closesSelf(this.#environment, message)) return;
        for (const [actor, counter] of message.clock.entries()) {
          this.#writes.acknowledge(from, message.partition, actor, counter);
          this.shared.note(message.partition, actor, counter);
        }
        this.#statements.set(from, message.partition, message);
        return this.#antiEntropy.receive(from, message);
      case "view":
        return this.#takeView(from, message);
      case "layout":
        return this.#layouts.take(from, message);
      case "catch-up-request":
        return this.#catchUp.serve(from, message);
      case "catch-up-page":
        if (closesSelf(this.#environment, message)) return;
        return this.#catchUp.receive(from, message);
      case "read-request":
        return this.#service.read(from, message);
      case "range-request":
        return this.#service.readRange(from, message);
      case "changes-request":
        return this.watches.serve(from, message);
      case "repair-request":
        return this.#service.repair(from, message);
      case "lookup-request":
        return this.#service.lookUp(from, message);
      case "forward-request":
        return this.#service.forward(from, message.id, message.body);
      case "hold-request":
        return this.#fallback.take(from, message);
      case "audit-reply":
      case "audit-cells-reply":
      case "audit-rows-reply":
      case "audit-list-reply":
      case "read-reply":
      case "range-reply":
      case "changes-reply":
      case "repair-reply":
      case "lookup-reply":
      case "forward-reply":
      case "hold-reply":
        return this.#environment.calls.reply(from, message);
      case "heartbeat":
      case "credit":
        return;
    }
  }

  #takeView(from: number, message: ViewMessage): void {
    if (this.#views.receive(from, message)) this.#telling.viewChanged();
    this.#layouts.compare(from, message);
    for (const [member, incarnation] of message.incarnations)
      this.#environment.liveness.learn(member, incarnation);
  }

  #adopted(replica: PartitionReplica, source: number): void {
    this.#antiEntropy.adopted(replica, source);
    this.#receiver.retryEarly(replica);
    replica.aheadRows.sweep(
      (actor) => this.#views.isPast(actor),
      () => undefined,
    );
    const adopted = replica.clock.copy();
    this.#environment.commit.whenDurable(() => {
      for (const [actor, counter] of adopted.entries())
        this.#acks.add({ partition: replica.partition, actor, counter });
    });
  }

  /** Whoever minted a dot holds all of its dots before. */
  #gap({ partition, actor, counter }: Delta): void {
    this.peerClocks.raise(partition, actorMember(actor), actor, counter);
    this.#antiEntropy.gap(partition);
  }

  #landed(delta: Delta): void {
    const writer = this.#environment.view.memberByNumber(actorMember(delta.actor));
    if (writer !== undefined) this.lag.add(writer.region, delta, this.#environment.clock.wallMs());
  }
}

function incarnationsOf({ actor, liveness, self, view }: Environment): Map<number, number> {
  const incarnations = new Map<number, number>();
  for (const { number } of view.layout.members)
    incarnations.set(
      number,
      number === self.number ? actorIncarnation(actor) : liveness.incarnationOf(number),
    );
  return incarnations;
}
