/** What `atoll admin` prints for people. */
import type { Blocker, NodeDigest, NodeLag, NodeStatus, PeerHints } from "../client/index.js";
import type { DigestComparison } from "./admin-digests.js";
import { type Column, duration, fieldLines, tableLines, wholeNumber } from "./table.js";

const LISTED_MAX = 20;

const PEER_COLUMNS: readonly Column[] = [
  { title: "PEER" },
  { title: "REGION" },
  { title: "STATE" },
  { title: "ROUND TRIP", align: "right" },
  { title: "LAST HEARD", align: "right" },
  { title: "QUEUE BYTES", align: "right" },
  { title: "CLOCK OFFSET", align: "right" },
];

export function statusText(status: Omit<NodeStatus, "rows">): string {
  const { partitionsHeld, partitionsCatchingUp } = status;
  const catchingUp = partitionsCatchingUp === 0 ? "" : `, ${partitionsCatchingUp} catching up`;
  const fields = fieldLines([
    ["node", `${status.nodeId} in ${status.region}`],
    ["cluster", `${status.clusterId}, layout ${status.layoutVersion}`],
    ["state", status.reason === "" ? status.state : `${status.state}: ${status.reason}`],
    ["version", status.version],
    ["up", `${duration(status.uptimeMs)}, incarnation ${status.incarnation}`],
    ["partitions", `${partitionsHeld}${catchingUp}`],
    ...catchUpFields(status.catchUp),
    ...blockerFields("deletes kept", status.purgeBlockers),
    ...reclaimFields(status.rowsToReclaim),
    ...blockerFields("expired kept", status.reclaimBlockers),
  ]);
  const rows = status.peers.map((peer) => [
    peer.nodeId,
    peer.region,
    peerState(peer),
    peer.isAlive ? duration(peer.roundTripMs) : "-",
    peer.lastHeardMs === 0 ? "-" : duration(peer.lastHeardMs),
    wholeNumber(peer.queueBytes),
    peer.isAlive ? `${peer.clockOffsetMs.toFixed(1)} ms` : "-",
  ]);
  return [...fields, ...section(PEER_COLUMNS, rows)].join("\n");
}

/** Nothing while nothing is fetched. */
function catchUpFields(catchUp: NodeStatus["catchUp"]): (readonly [string, string])[] {
  const { partitions, fullSyncs, dotsDone, dotsTotal, rowsReceived } = catchUp;
  if (partitions === 0) return [];
  const whole = fullSyncs === 0 ? "" : `, ${fullSyncs} of them by all rows`;
  const counts = `${wholeNumber(dotsDone)} of ${wholeNumber(dotsTotal)} writes, ${wholeNumber(rowsReceived)} rows`;
  return [["fetching", `${partitions} partitions${whole}: ${counts}`]];
}

/** Nothing while nothing waits. */
function reclaimFields(rows: number): (readonly [string, string])[] {
  if (rows === 0) return [];
  return [
    ["expired", `${wholeNumber(rows)}${rows >= EXPIRED_MAX ? " rows or more" : " rows"} wait to be removed`],
  ];
}

/** Nodes do not count beyond. */
const EXPIRED_MAX = 10_000;
/** Deletes take some seconds to be forgotten where all is well. */
const BLOCKING_MS_WORTH_TELLING = 15_000;

function blockerFields(title: string, blockers: readonly Blocker[]): (readonly [string, string])[] {
  return blockers
    .filter(({ blockingMs }) => blockingMs >= BLOCKING_MS_WORTH_TELLING)
    .map(({ nodeId, blockingMs, partitions }) => [
      title,
      `${partitions} partitions wait for ${nodeId}, for ${duration(blockingMs)}`,
    ]);
}

const PEER_LAG_COLUMNS: readonly Column[] = [
  { title: "PEER" },
  { title: "REGION" },
  { title: "IT LACKS", align: "right" },
  { title: "WE LACK", align: "right" },
  { title: "PARTITIONS BEHIND", align: "right" },
];

const REGION_LAG_COLUMNS: readonly Column[] = [
  { title: "WRITTEN IN" },
  { title: "ARRIVED", align: "right" },
  { title: "P50", align: "right" },
  { title: "P99", align: "right" },
  { title: "MAX", align: "right" },
];

export function lagText({ nodeId, peers, regions }: NodeLag): string {
  const behind = peers.map((peer) => [
    peer.nodeId,
    peer.region,
    wholeNumber(peer.dotsBehind),
    wholeNumber(peer.dotsMissing),
    wholeNumber(peer.partitionsBehind),
  ]);
  const delays = regions.map((region) => [
    region.region,
    wholeNumber(region.count),
    duration(region.p50Ms),
    duration(region.p99Ms),
    duration(region.maxMs),
  ]);
  const sections = [...section(PEER_LAG_COLUMNS, behind), ...section(REGION_LAG_COLUMNS, delays)];
  return [
    `as ${nodeId} sees it, in writes`,
    ...(sections.length === 0 ? ["", "it has no peers"] : sections),
  ].join("\n");
}

const HINT_COLUMNS: readonly Column[] = [
  { title: "PEER" },
  { title: "AWAY FOR", align: "right" },
  { title: "PENDING", align: "right" },
  { title: "A SECOND", align: "right" },
  { title: "DONE IN", align: "right" },
  { title: "CREATED", align: "right" },
  { title: "DELIVERED", align: "right" },
  { title: "EXPIRED", align: "right" },
  { title: "DROPPED", align: "right" },
  { title: "COPIES", align: "right" },
  { title: "THEN" },
];

export function hintsText({ peers }: { readonly peers: readonly PeerHints[] }): string {
  if (peers.length === 0) return "the node has no peers";
  const rows = peers.map((peer) => [
    peer.nodeId,
    peer.oldestAgeMs === 0 ? "-" : duration(peer.oldestAgeMs),
    wholeNumber(peer.pending),
    peer.ratePerSecond === 0 ? "-" : wholeNumber(peer.ratePerSecond),
    peer.estimatedMs === 0 ? "-" : duration(peer.estimatedMs),
    wholeNumber(peer.created),
    wholeNumber(peer.delivered),
    wholeNumber(peer.expired),
    wholeNumber(peer.dropped),
    wholeNumber(peer.copiesHeld),
    peer.isFullSyncDue ? "full sync" : "",
  ]);
  return tableLines(HINT_COLUMNS, rows).join("\n");
}

/** What a repair came to. */
export interface RepairOutcome {
  readonly partitionsCompared: number;
  readonly partitionsDiffering: number;
  readonly rowsRepaired: number;
  readonly rowsHealed: number;
  readonly nodesMissed: readonly string[];
}

export function repairText(outcome: RepairOutcome): string {
  const { nodesMissed } = outcome;
  return fieldLines([
    ["compared", wholeNumber(outcome.partitionsCompared)],
    ["differed", wholeNumber(outcome.partitionsDiffering)],
    ["rows repaired", wholeNumber(outcome.rowsRepaired)],
    ["rows healed", wholeNumber(outcome.rowsHealed)],
    ...(nodesMissed.length === 0 ? [] : [["not reached", nodesMissed.join(", ")] as [string, string]]),
  ]).join("\n");
}

export function digestText({ nodeId, partitions, all, rows }: NodeDigest): string {
  return fieldLines([
    ["node", nodeId],
    ["digest", all],
    ["partitions", wholeNumber(Object.keys(partitions).length)],
    ["rows", wholeNumber(rows)],
  ]).join("\n");
}

export function comparisonText({ equal, nodes, differing }: DigestComparison): string {
  const columns = [{ title: "NODE" }, { title: "ENDPOINT" }, { title: "DIGEST" }];
  const table = tableLines(
    columns,
    nodes.map(({ nodeId, endpoint, all }) => [nodeId, endpoint, all]),
  );
  return [...table, "", equal ? "equal" : `different in ${partitionList(differing)}`].join("\n");
}

function peerState({ isAlive, isConnected }: NodeStatus["peers"][number]): string {
  if (isAlive) return "alive";
  return isConnected ? "silent" : "unreachable";
}

function partitionList(differing: readonly number[]): string {
  const listed = differing.slice(0, LISTED_MAX).join(", ");
  const more = differing.length - LISTED_MAX;
  return `partition${differing.length === 1 ? "" : "s"} ${listed}${more > 0 ? ` and ${more} more` : ""}`;
}

/** A table below an empty line, unless it has no rows. */
function section(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ["", ...tableLines(columns, rows)];
}
