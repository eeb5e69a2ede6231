/**
 * Turns merged settings into the configuration of a server: fills in defaults and looks for contradictions. All that
 * it finds is reported at once, and what passes can be started.
 */
import type { ConflictLogSettings } from "../replica/index.js";
import type { Member } from "../topology/index.js";
import { formatHostPort, type HostPort, isLoopback, isWildcard, parseHostPort } from "./addresses.js";
import { ConfigError } from "./config-layers.js";
import type { MemberSettings, Settings } from "./config-schema.js";
import { DEFAULT_LIMITS, type Limits, MESSAGE_OVERHEAD_BYTES, PIPELINE_FRAME_BYTES } from "./limits.js";
import { nearestName } from "./nearest-name.js";
import type { ClusterConfig, ListenerName, ServerConfig } from "./server-config.js";

const DEFAULT_ADDRESSES: Readonly<Record<ListenerName, string>> = {
  client: "127.0.0.1:7400",
  peer: "127.0.0.1:7401",
  admin: "127.0.0.1:7402",
};
const DEFAULT_PARTITIONS = 256;
const DEFAULT_REPLICAS = 3;
const DEFAULT_REGION = "local";
const DEFAULT_REQUEST_ID_WINDOW_MS = 600_000;

type Report = (problem: string) => void;

/** Throws `ConfigError` with every contradiction. */
export function resolveConfig(settings: Settings): ServerConfig {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  const nodeId = nodeIdOf(settings, report);
  const self = settings.cluster?.members?.find((member) => member.id === nodeId);
  const listen = listenersOf(settings, self);
  const config: ServerConfig = {
    nodeId,
    dataFolder: settings.data ?? "./data",
    listen,
    cluster: clusterOf(settings, report),
    peerAddresses: settings.peer_addresses ?? {},
    fsync: settings.fsync ?? "always",
    fsyncIntervalMs: settings.fsync_interval_ms ?? 100,
    maxClockDriftMs: settings.max_clock_drift_ms ?? 500,
    defaultTtlsMs: defaultTtlsOf(settings),
    requestIdWindowMs: requestIdWindowOf(settings, report),
    maxHintWindowMs: settings.max_hint_window_ms ?? 3 * 3_600_000,
    hintBudgetBytes: (settings.hint_budget_mb ?? 1_024) * 2 ** 20,
    fallbackBytesMax: (settings.fallback_max_mb ?? 64) * 2 ** 20,
    catchUpBytesPerSecond: (settings.catch_up_mb_per_second ?? 64) * 2 ** 20,
    rowCacheBytes: (settings.row_cache_mb ?? 16) * 2 ** 20,
    conflictLog: conflictLogOf(settings),
    limits: limitsOf(settings, report),
    log: { level: settings.log?.level ?? "warn", file: settings.log?.file },
    tls: settings.tls,
    reflection: settings.reflection ?? false,
  };
  checkSelf(settings, self, report);
  checkListeners(listen, report);
  checkExposure(settings, listen, report);
  checkPeerAddresses(settings, nodeId, report);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function nodeIdOf(settings: Settings, report: Report): string {
  const members = settings.cluster?.members;
  if (members === undefined) return settings.node ?? `${settings.region ?? DEFAULT_REGION}-1`;
  const ids = members.map((member) => member.id);
  const [only] = ids;
  if (settings.node === undefined) {
    if (ids.length === 1 && only !== undefined) return only;
    report(`node: say which member this node is (--node ID), one of ${ids.join(", ")}`);
    return "";
  }
  if (!ids.includes(settings.node)) {
    const nearest = nearestName(settings.node, ids);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    report(`node: ${settings.node} is not among cluster.members (${ids.join(", ")})${hint}`);
  }
  return settings.node;
}

function listenersOf(
  settings: Settings,
  self: MemberSettings | undefined,
): Readonly<Record<ListenerName, HostPort>> {
  const of = (name: ListenerName): HostPort => {
    const text = settings.listen?.[name] ?? self?.[name] ?? DEFAULT_ADDRESSES[name];
    const address = parseHostPort(text);
    if (address === undefined) throw new ConfigError([`listen.${name}: ${text} is not host:port`]);
    return address;
  };
  return { client: of("client"), peer: of("peer"), admin: of("admin") };
}

function clusterOf(settings: Settings, report: Report): ClusterConfig {
  const cluster = settings.cluster ?? {};
  const partitions = cluster.partitions ?? DEFAULT_PARTITIONS;
  const replicas = cluster.replicas ?? DEFAULT_REPLICAS;
  if (cluster.members === undefined) {
    const [region, zone, host] = [settings.region ?? DEFAULT_REGION, settings.zone ?? "a", settings.host];
    return { kind: "single", id: cluster.id, partitions, replicas, region, zone, host: host ?? "localhost" };
  }
  if (cluster.id === undefined) report("cluster.id: missing; every member of one cluster names the same id");
  checkMembers(cluster.members, report);
  const members = cluster.members.map(memberOf).toSorted((left, right) => left.number - right.number);
  return { kind: "members", id: cluster.id ?? "", partitions, replicas, members };
}

function memberOf(settings: MemberSettings): Member {
  const { number, id, region, zone, host, client, peer, admin } = settings;
  return {
    number,
    nodeId: id,
    region,
    zone,
    host,
    clientAddress: client,
    peerAddress: peer,
    adminAddress: admin,
  };
}

/** Two members must differ in number, in id, and in every address. */
function checkMembers(members: readonly MemberSettings[], report: Report): void {
  const seen = new Map<string, string>();
  for (const [index, member] of members.entries()) {
    const claims = [
      ["number", `number ${member.number}`],
      ["id", `id ${member.id}`],
      ["client", `address ${member.client}`],
      ["peer", `address ${member.peer}`],
      ["admin", `address ${member.admin}`],
    ] as const;
    for (const [key, claim] of claims) {
      const path = `cluster.members[${index}].${key}`;
      const owner = seen.get(claim);
      if (owner === undefined) seen.set(claim, path);
      else report(`${path}: ${claim} is taken by ${owner}`);
    }
  }
}

/** Where this node is, said twice, must be said the same. */
function checkSelf(settings: Settings, self: MemberSettings | undefined, report: Report): void {
  if (self === undefined) return;
  for (const key of ["region", "zone", "host"] as const) {
    const said = settings[key];
    if (said !== undefined && said !== self[key]) {
      report(`${key}: ${said}, but cluster.members puts ${self.id} in ${key} ${self[key]}`);
    }
  }
}

function checkListeners(listen: Readonly<Record<ListenerName, HostPort>>, report: Report): void {
  const pairs = [
    ["client", "peer"],
    ["client", "admin"],
    ["peer", "admin"],
  ] as const;
  for (const [left, right] of pairs) {
    const [one, other] = [listen[left], listen[right]];
    const meet = one.host === other.host || isWildcard(one.host) || isWildcard(other.host);
    if (one.port === other.port && one.port !== 0 && meet) {
      report(`listen.${right}: port ${other.port} is taken by listen.${left} (${formatHostPort(one)})`);
    }
  }
}

function checkExposure(
  settings: Settings,
  listen: Readonly<Record<ListenerName, HostPort>>,
  report: Report,
): void {
  if (settings.tls !== undefined) {
    if (settings.insecure === true)
      report("insecure: means no TLS, but tls is configured; remove one of them");
    return;
  }
  if (settings.insecure === true) return;
  for (const name of ["client", "peer", "admin"] as const) {
    if (isLoopback(listen[name].host)) continue;
    report(
      `listen.${name}: ${formatHostPort(listen[name])} can be reached by other machines without TLS; ` +
        "configure tls, or accept that with --insecure",
    );
  }
}

function checkPeerAddresses(settings: Settings, nodeId: string, report: Report): void {
  const ids = (settings.cluster?.members ?? []).map((member) => member.id);
  for (const peer of Object.keys(settings.peer_addresses ?? {})) {
    if (peer === nodeId) report(`peer_addresses.${peer}: is this node itself`);
    else if (!ids.includes(peer)) report(`peer_addresses.${peer}: is not among cluster.members`);
  }
}

function defaultTtlsOf({ buckets }: Settings): Map<string, number> {
  const ttls = new Map<string, number>();
  for (const [name, { default_ttl_ms: ttlMs }] of Object.entries(buckets ?? {}))
    if (ttlMs !== undefined) ttls.set(name, ttlMs);
  return ttls;
}

function conflictLogOf({ buckets, conflict_log_records, conflict_log_mb }: Settings): ConflictLogSettings {
  const logged = Object.entries(buckets ?? {}).filter(([, bucket]) => bucket.conflict_log === true);
  return {
    buckets: new Set(logged.map(([name]) => name)),
    recordsMax: conflict_log_records ?? 10_000,
    bytesMax: (conflict_log_mb ?? 16) * 2 ** 20,
  };
}

/** A client repeats a request until its timeout; by then the answer to its first attempt must not be forgotten. */
function requestIdWindowOf(settings: Settings, report: Report): number {
  const least = 2 * (settings.limits?.max_timeout_ms ?? DEFAULT_LIMITS.maxTimeoutMs);
  const given = settings.request_id_window_ms;
  if (given !== undefined && given < least)
    report(`request_id_window_ms: ${given} is less than twice limits.max_timeout_ms (${least / 2})`);
  return given ?? Math.max(DEFAULT_REQUEST_ID_WINDOW_MS, least);
}

function limitsOf(settings: Settings, report: Report): Limits {
  const given = settings.limits ?? {};
  const maxTimeoutMs = given.max_timeout_ms ?? DEFAULT_LIMITS.maxTimeoutMs;
  const limits: Limits = {
    keyBytes: given.key_bytes ?? DEFAULT_LIMITS.keyBytes,
    valueBytes: given.value_bytes ?? DEFAULT_LIMITS.valueBytes,
    messageBytes: given.message_bytes ?? DEFAULT_LIMITS.messageBytes,
    batchItems: given.batch_items ?? DEFAULT_LIMITS.batchItems,
    operationsInFlight: given.operations_in_flight ?? DEFAULT_LIMITS.operationsInFlight,
    watchedPartitions: given.watched_partitions ?? DEFAULT_LIMITS.watchedPartitions,
    streamsPerConnection: given.streams_per_connection ?? DEFAULT_LIMITS.streamsPerConnection,
    siblings: given.siblings ?? DEFAULT_LIMITS.siblings,
    maxTimeoutMs,
    defaultTimeoutMs: given.default_timeout_ms ?? Math.min(DEFAULT_LIMITS.defaultTimeoutMs, maxTimeoutMs),
  };
  const needed = limits.keyBytes + limits.valueBytes + MESSAGE_OVERHEAD_BYTES;
  if (limits.messageBytes < needed) {
    report(
      `limits.message_bytes: ${limits.messageBytes} cannot hold a put at the limits; it takes ${needed} ` +
        `(key_bytes + value_bytes + ${MESSAGE_OVERHEAD_BYTES} for the rest)`,
    );
  } else if (limits.messageBytes < PIPELINE_FRAME_BYTES) {
    report(
      `limits.message_bytes: ${limits.messageBytes} cannot hold a frame of a pipeline; it takes ${PIPELINE_FRAME_BYTES}`,
    );
  }
  if (limits.defaultTimeoutMs > maxTimeoutMs) {
    report(
      `limits.default_timeout_ms: ${limits.defaultTimeoutMs} is above limits.max_timeout_ms (${maxTimeoutMs})`,
    );
  }
  return limits;
}
