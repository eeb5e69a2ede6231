import type {
  ChannelCredentials,
  ClientUnaryCall,
  CallOptions as GrpcCallOptions,
  requestCallback,
} from "@grpc/grpc-js";
import { AdminServiceClient, type admin } from "../wire/index.js";
import { type ConflictSelection, listConflicts } from "./admin-conflicts.js";
import type {
  Blocker,
  Conflict,
  NodeDigest,
  NodeLag,
  NodeState,
  NodeStatus,
  PeerHints,
  RepairProgress,
} from "./admin-reports.js";
import { AtollError } from "./atoll-error.js";
import { attemptFailure } from "./attempt-failure.js";
import { CHANNEL_OPTIONS, channelSecurity, type TlsOptions } from "./channel.js";
import { checkEndpoint, checkTimeoutMs, TIMEOUT_MS_DEFAULT } from "./settings.js";
import { withAddress } from "./transport-account.js";

/** What each admin call may set. */
export interface AdminCallOptions {
  /** Milliseconds until the call fails with DEADLINE_EXCEEDED. Default: 5000. */
  readonly timeoutMs?: number;
  /** Aborts the call with CANCELLED. */
  readonly signal?: AbortSignal;
}

/** Which conflicts to list, and what each of the calls for that may set. */
export interface AdminConflictOptions extends AdminCallOptions, ConflictSelection {}

/** What a repair may set. */
export interface AdminRepairOptions extends AdminCallOptions {
  /** Read every row of the node from its disk first. */
  readonly full?: boolean;
  /** Hears how far it is. */
  readonly onProgress?: (progress: RepairProgress) => void;
}

/** A connection to one node for operators. It asks that node and no other: nothing fails over. */
export class AdminClient implements AsyncDisposable {
  readonly #endpoint: string;
  readonly #stub: InstanceType<typeof AdminServiceClient>;

  /** @internal Use `connectAdmin`. */
  constructor(endpoint: string, security: ChannelCredentials) {
    this.#endpoint = endpoint;
    this.#stub = new AdminServiceClient(endpoint, security, CHANNEL_OPTIONS);
  }

  /** The node, its partitions and its peers. */
  async status(options: AdminCallOptions = {}): Promise<NodeStatus> {
    const status = await this.#call<admin.GetStatusResponse__Output>(options, (callOptions, done) =>
      this.#stub.getStatus({}, callOptions, done),
    );
    return {
      ...status,
      state: STATES[status.state],
      incarnation: Number(status.incarnation),
      layoutVersion: Number(status.layoutVersion),
      uptimeMs: Number(status.uptimeMs),
      catchUp: {
        partitions: status.catchUp?.partitions ?? 0,
        fullSyncs: status.catchUp?.fullSyncs ?? 0,
        dotsTotal: Number(status.catchUp?.dotsTotal ?? 0),
        dotsDone: Number(status.catchUp?.dotsDone ?? 0),
        rowsReceived: Number(status.catchUp?.rowsReceived ?? 0),
      },
      purgeBlockers: status.purgeBlockers.map(blockerOf),
      rowsToReclaim: Number(status.rowsToReclaim),
      reclaimBlockers: status.reclaimBlockers.map(blockerOf),
      peers: status.peers.map((peer) => ({
        ...peer,
        incarnation: Number(peer.incarnation),
        lastHeardMs: Number(peer.lastHeardMs),
        queueBytes: Number(peer.queueBytes),
      })),
    };
  }

  /** How far each replica is behind. */
  async lag(options: AdminCallOptions = {}): Promise<NodeLag> {
    const { nodeId, peers, regions } = await this.#call<admin.GetLagResponse__Output>(
      options,
      (callOptions, done) => this.#stub.getLag({}, callOptions, done),
    );
    return {
      nodeId,
      peers: peers.map((peer) => ({
        ...peer,
        dotsBehind: Number(peer.dotsBehind),
        dotsMissing: Number(peer.dotsMissing),
      })),
      regions: regions.map((region) => ({ ...region, count: Number(region.count) })),
    };
  }

  /** What the node keeps for each of its peers that is away. */
  async hints(options: AdminCallOptions = {}): Promise<readonly PeerHints[]> {
    const { peers } = await this.#call<admin.ListHintsResponse__Output>(options, (callOptions, done) =>
      this.#stub.listHints({}, callOptions, done),
    );
    return peers.map((peer) => ({
      ...peer,
      pending: Number(peer.pending),
      oldestAgeMs: Number(peer.oldestAgeMs),
      estimatedMs: Number(peer.estimatedMs),
      created: Number(peer.created),
      delivered: Number(peer.delivered),
      expired: Number(peer.expired),
      dropped: Number(peer.dropped),
      copiesHeld: Number(peer.copiesHeld),
    }));
  }

  /** Digests of the node's live data, by partition unless `summaryOnly`. */
  async digest(options: AdminCallOptions & { readonly summaryOnly?: boolean } = {}): Promise<NodeDigest> {
    const request = { isSummaryOnly: options.summaryOnly ?? false };
    const { nodeId, partitions, all, rows } = await this.#call<admin.GetDigestResponse__Output>(
      options,
      (callOptions, done) => this.#stub.getDigest(request, callOptions, done),
    );
    return { nodeId, partitions: { ...partitions }, all, rows: Number(rows) };
  }

  /**
   * Compares the node's replicas with those of its peers, and heals what differs. Without `timeoutMs` it may take as long
   * as it needs; aborting ends it.
   */
  async repair(options: AdminRepairOptions = {}): Promise<RepairProgress> {
    const { full = false, signal, timeoutMs, onProgress } = options;
    if (signal?.aborted) throw AtollError.cancelled(signal.reason);
    const deadline =
      timeoutMs === undefined ? {} : { deadline: new Date(Date.now() + checkTimeoutMs(timeoutMs)) };
    const call = this.#stub.repair({ isFull: full }, deadline);
    const cancel = (): void => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      let last: RepairProgress | undefined;
      for await (const step of call) {
        last = progressOf(step);
        onProgress?.(last);
      }
      if (last === undefined) throw new Error("the node answered with no message");
      return last;
    } catch (thrown) {
      throw signal?.aborted ? AtollError.cancelled(signal.reason) : this.#told(thrown);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /**
   * What last-write-wins discarded on the node, in the buckets that keep a conflict log: newest first, page by page as the
   * caller goes on. Each page is a call of its own, to which `timeoutMs` applies.
   */
  conflicts(options: AdminConflictOptions = {}): AsyncGenerator<Conflict, void, undefined> {
    return listConflicts(options, (request) =>
      this.#call<admin.ListConflictsResponse__Output>(options, (callOptions, done) =>
        this.#stub.listConflicts(request, callOptions, done),
      ),
    );
  }

  /**
   * Removes a member that is dead for good; the node asked must reach a majority of the others. The member's number is
   * never used again, and should it come back, it is refused. Resolves once the node asked has the new layout durably;
   * it then restarts for a moment, and the others learn of it from it.
   * @throws AtollError FAILED_PRECONDITION with REMOVAL_REFUSED when that is not safe, INVALID_ARGUMENT for no member.
   */
  async removeMember(
    nodeId: string,
    options: AdminCallOptions = {},
  ): Promise<{ readonly layoutVersion: number }> {
    const { layoutVersion } = await this.#call<admin.RemoveMemberResponse__Output>(
      options,
      (callOptions, done) => this.#stub.removeMember({ nodeId }, callOptions, done),
    ).catch((error: AtollError) => {
      throw withRemovalState(error);
    });
    return { layoutVersion: Number(layoutVersion) };
  }

  /** Closes the connection. Idempotent. */
  async close(): Promise<void> {
    this.#stub.close();
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #call<Reply>(
    options: AdminCallOptions,
    send: (options: GrpcCallOptions, done: requestCallback<Reply>) => ClientUnaryCall,
  ): Promise<Reply> {
    const timeoutMs = checkTimeoutMs(options.timeoutMs ?? TIMEOUT_MS_DEFAULT);
    const { signal } = options;
    if (signal?.aborted) throw AtollError.cancelled(signal.reason);
    let cancel = (): void => undefined;
    try {
      return await new Promise<Reply>((resolve, reject) => {
        const call = send({ deadline: new Date(Date.now() + timeoutMs) }, (error, reply) => {
          if (error !== null) reject(signal?.aborted ? AtollError.cancelled(signal.reason) : error);
          else if (reply === undefined) reject(new Error("the node answered with no message"));
          else resolve(reply);
        });
        cancel = () => call.cancel();
        signal?.addEventListener("abort", cancel, { once: true });
      });
    } catch (thrown) {
      throw this.#told(thrown);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  #told(thrown: unknown): AtollError {
    return withAddress(AtollError.from(thrown), this.#endpoint);
  }
}

/** A node that answers says itself what it did. */
function withRemovalState(error: AtollError): AtollError {
  const { code, reason, metadata, message, cause } = error;
  if (reason !== undefined) return error;
  const state = attemptFailure(error).mayHaveArrived
    ? "it may have removed the member: ask again, and it says so"
    : "nothing was done";
  return new AtollError({ code, reason, metadata, message: `${message}; ${state}`, cause });
}

function blockerOf(blocker: admin.Blocker__Output): Blocker {
  return { ...blocker, blockingMs: Number(blocker.blockingMs) };
}

function progressOf(step: admin.RepairResponse__Output): RepairProgress {
  return { ...step, rowsRepaired: Number(step.rowsRepaired), rowsHealed: Number(step.rowsHealed) };
}

const STATES: Readonly<Record<admin.NodeState__Output, NodeState>> = {
  NODE_STATE_UNSPECIFIED: "unknown",
  NODE_STATE_JOINING: "joining",
  NODE_STATE_READY: "ready",
  NODE_STATE_CATCHING_UP: "catching-up",
  NODE_STATE_DRAINING: "draining",
  NODE_STATE_RECOVERING: "recovering",
};

/**
 * A connection to the admin service of one node, on its client port.
 * @param endpoint host:port
 * @param tls for nodes that serve over TLS
 * @throws AtollError INVALID_ARGUMENT for an endpoint that cannot be. Connecting itself happens at the first call.
 */
export function connectAdmin(endpoint: string, tls?: TlsOptions): AdminClient {
  return new AdminClient(checkEndpoint(endpoint), channelSecurity(tls));
}
