import { AtollError } from "./atoll-error.js";
import type { Balancing } from "./balancing.js";
import type { TlsOptions } from "./channel.js";
import type { Consistency } from "./consistency.js";

/** How to reach a cluster, and how to use it. */
export interface ConnectOptions {
  /** One or more nodes to learn the others from, as `host:port`. One that answers is enough. */
  readonly endpoints: readonly string[];
  /** The caller's region: requests go there for as long as it can serve them. Default: that of the first to answer. */
  readonly region?: string;
  /** Which of the replicas in the region to ask first. Default: `layout`. */
  readonly balancing?: Balancing;
  /** For calls that name none. Default: what the server holds for the bucket, else LOCAL_QUORUM. */
  readonly consistency?: Consistency;
  /** Milliseconds that a call may take when it names no time. Default: 5000. */
  readonly timeoutMs?: number;
  /** Milliseconds that `connect` may take. Default: 10000. */
  readonly connectTimeoutMs?: number;
  /**
   * Whether the requests to a node share a stream, which is many times faster than a gRPC call for each. Default: true;
   * false where something between here and the nodes has to see each call.
   */
  readonly pipelining?: boolean;
  /** For clusters that serve over TLS. Default: no TLS. */
  readonly tls?: TlsOptions;
  /** Gives up on connecting. */
  readonly signal?: AbortSignal;
}

/** What each call may set. */
export interface CallOptions {
  /** How many replicas to wait for. */
  readonly consistency?: Consistency;
  /** Milliseconds until the call fails with DEADLINE_EXCEEDED, retries and failover included. */
  readonly timeoutMs?: number;
  /** Aborts the call with CANCELLED. A write that was under way may still be applied: see `maybeApplied`. */
  readonly signal?: AbortSignal;
}

/** A name of the caller's own for a write, under which it can be repeated, also by another process, and is applied once. */
export interface RequestOptions {
  /**
   * 1 to 256 characters, for one write of one key: the same name for another key is another write. A call with one first
   * asks every replica of the key whether it knows it, in all regions; if it does, the result is that of the write that
   * was applied, whatever this call says. Where one cannot be asked and none knows it, the call rejects with the reason
   * `MAYBE_APPLIED` and has done nothing. Replicas know a name for ten minutes, or what the server's
   * `request_id_window_ms` says: do not repeat a write after that. Default: one for this call and its own retries.
   */
  readonly requestId?: string;
  /**
   * Nobody can have sent a write with this `requestId` before: the replicas need not be asked. Default: false, which is
   * always safe.
   */
  readonly firstAttempt?: boolean;
}

/** What a write may set besides. */
export interface UpdateOptions extends CallOptions, RequestOptions {
  /**
   * Take the write though too few replicas are alive for its consistency: other nodes of their regions then hold copies
   * on disk in their place, count as `fallbackAcks`, and hand them home. Reads do not ask those nodes, so until the
   * copies are home no read need see the write, whatever it and the write wait for (R + W > N does not hold). A retry of
   * such a write may end with `maybeApplied`. Default: false.
   */
  readonly sloppy?: boolean;
}

/** How long what is written lasts. */
export interface Lifetime {
  /**
   * Milliseconds until it expires, from 1 to 2^52, or "never". It is counted by the clock of the node that takes the write.
   * Default: what the servers hold for the bucket, else "never".
   */
  readonly ttlMs?: number | "never";
}

/** What an update that puts something there may set besides. */
export interface LastingOptions extends UpdateOptions, Lifetime {}

/** What a put or delete of a whole value may set besides. */
export interface WriteOptions extends UpdateOptions {
  /** From a read: what this write replaces. What was written since then, here or elsewhere, stays. */
  readonly context?: Uint8Array;
}

/**
 * What a put may be bound to. Where the condition does not hold, the put rejects with `reason: "CONDITION_FAILED"` and
 * nothing was written. It is checked on what the replicas of the consistency level hold, and it is no lock: two puts at
 * once may both find it to hold, and then meet as concurrent writes do.
 */
export interface PutOptions extends WriteOptions, Lifetime {
  /** Only if the key holds nothing. */
  readonly ifAbsent?: boolean;
  /** The context of a read: only if nothing is newer than what that read saw. Replaces it, as `context` would. */
  readonly ifUnchanged?: Uint8Array;
}

/** How to read what has many elements. Each page is a call of its own, to which the call options apply. */
export interface PageOptions extends CallOptions {
  /** The most elements that one call fetches, 1 to 1000. Default: the server's choice. */
  readonly pageSize?: number;
}

export const TIMEOUT_MS_DEFAULT = 5_000;
export const CONNECT_TIMEOUT_MS_DEFAULT = 10_000;
const TIMEOUT_MS_MAX = 2 ** 31 - 1;
const ENDPOINTS_MAX = 64;

export function checkTimeoutMs(timeoutMs: number): number {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0 && timeoutMs <= TIMEOUT_MS_MAX) return timeoutMs;
  throw AtollError.invalid(
    "timeoutMs",
    `timeoutMs is ${timeoutMs}: use milliseconds above 0, up to ${TIMEOUT_MS_MAX}`,
  );
}

/** As the wire has it. */
export const NEVER_EXPIRES = String(2n ** 64n - 1n);
const TTL_MS_MAX = 2 ** 52;

/** 0: the server's choice. */
export function checkTtl({ ttlMs }: Lifetime): number | "never" {
  if (ttlMs === undefined) return 0;
  if (ttlMs === "never") return ttlMs;
  if (Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= TTL_MS_MAX) return ttlMs;
  throw AtollError.invalid(
    "ttlMs",
    `ttlMs is ${ttlMs}: use a whole number from 1 to 2^52 (${TTL_MS_MAX}), or "never"`,
  );
}

/** 0 is the server's choice, and what it is asked for where the caller names none; the upper bound is the server's. */
export function checkPageSize(pageSize: number | undefined): number {
  if (pageSize === undefined) return 0;
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize < 2 ** 32) return pageSize;
  throw AtollError.invalid("pageSize", `pageSize is ${pageSize}: use a whole number from 1 to 1000`);
}

export function checkEndpoints(endpoints: readonly string[]): readonly string[] {
  if (endpoints.length === 0 || endpoints.length > ENDPOINTS_MAX) {
    throw AtollError.invalid(
      "endpoints",
      `endpoints has ${endpoints.length} entries: give 1 to ${ENDPOINTS_MAX}`,
    );
  }
  for (const endpoint of endpoints) checkEndpoint(endpoint);
  return endpoints;
}

const HOST_AND_PORT = /^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):([0-9]{1,5})$/;

export function checkEndpoint(endpoint: string): string {
  const port = Number(HOST_AND_PORT.exec(endpoint)?.[2]);
  if (port >= 1 && port <= 65_535) return endpoint;
  throw AtollError.invalid(
    "endpoints",
    `endpoint ${JSON.stringify(endpoint)} is not host:port, like 127.0.0.1:7400`,
  );
}

export function checkBalancing(balancing: Balancing): Balancing {
  if (typeof balancing === "string") {
    if (["layout", "round-robin", "least-loaded", "latency"].includes(balancing)) return balancing;
  } else if (balancing.policy === "weighted") {
    const bad = Object.entries(balancing.weights).find(
      ([, weight]) => !(Number.isFinite(weight) && weight >= 0),
    );
    if (bad === undefined) return balancing;
    throw AtollError.invalid("balancing", `the weight of node "${bad[0]}" is ${bad[1]}: use a number from 0`);
  }
  throw AtollError.invalid(
    "balancing",
    'balancing is unknown: use "layout", "round-robin", "least-loaded", "latency" or { policy: "weighted", weights }',
  );
}
