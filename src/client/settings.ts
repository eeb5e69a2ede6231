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

/** What a put or delete may set besides. */
export interface WriteOptions extends CallOptions {
  /** From a read: what this write replaces. What was written since then, here or elsewhere, stays. */
  readonly context?: Uint8Array;
  /**
   * Take the write though too few replicas are alive for its consistency: other nodes of their regions then hold copies
   * on disk in their place, count as `fallbackAcks`, and hand them home. Reads do not ask those nodes, so until the
   * copies are home no read need see the write, whatever it and the write wait for (R + W > N does not hold). A retry of
   * such a write may end with `maybeApplied`. Default: false.
   */
  readonly sloppy?: boolean;
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
