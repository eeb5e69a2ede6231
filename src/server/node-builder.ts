/** Builds nodes on the real runtime: this machine's clocks, disk and network. */
import {
  AUDIT_INTERVAL_MS,
  CATCH_UP_PAGE_BYTES,
  createNode,
  type NodeEnd,
  type NodeSettings,
} from "../node/index.js";
import type { Log } from "../runtime/index.js";
import { GrpcTransport, NodeClock, NodeDisk, NodeRandom, NodeTimers } from "../runtime/node/index.js";
import type { Layout } from "../topology/index.js";
import { formatHostPort, type HostPort } from "./addresses.js";
import { BindError } from "./bind-error.js";
import type { BuiltNode } from "./node-life.js";
import type { ServerConfig } from "./server-config.js";
import type { Credentials } from "./tls.js";

/** What differs from one node of a server to the next. */
export interface NodePlan {
  /** Where the peers reach it. */
  readonly listen: HostPort;
  /** The layout, once the port that was bound is known. */
  readonly layoutAt: (peerPort: number) => Layout;
  readonly minimumIncarnation: number;
  readonly onEnd: (end: NodeEnd) => void;
}

interface ListeningNode extends BuiltNode {
  readonly peerPort: number;
}

/** Builds a node that is not started; its peer port listens. Rejects with `BindError`, leaving nothing open. */
export type NodeBuilder = (plan: NodePlan) => Promise<ListeningNode>;

export function realNodes(config: ServerConfig, credentials: Credentials, log: Log): NodeBuilder {
  return async ({ listen, layoutAt, minimumIncarnation, onEnd }) => {
    const transport = new GrpcTransport({
      listenAddress: formatHostPort(listen),
      serverCredentials: credentials.peersAccepted,
      channelCredentials: credentials.peersDialled,
      log,
    });
    const peerPort = await transport.listen().catch(async (error: unknown) => {
      await closed(transport);
      throw new BindError("peer", listen, error);
    });
    try {
      const [clock, timers, random] = [new NodeClock(), new NodeTimers(), new NodeRandom()];
      const disk = new NodeDisk(config.dataFolder, (damage) =>
        log.error(damage, "the store's log is damaged; what cannot be read of it is dropped"),
      );
      const runtime = { clock, timers, random, disk, transport, log };
      const settings = { ...nodeSettings(config), layout: layoutAt(peerPort), minimumIncarnation };
      const node = createNode(runtime, settings, onEnd);
      // A node that could not start leaves its transport to us.
      const release = () => closed(transport).finally(() => disk.close());
      return { node, peerPort, release };
    } catch (error) {
      await closed(transport);
      throw error;
    }
  };
}

function nodeSettings(config: ServerConfig): Omit<NodeSettings, "layout" | "minimumIncarnation"> {
  return {
    nodeId: config.nodeId,
    fsync: config.fsync,
    fsyncIntervalMs: config.fsyncIntervalMs,
    maxClockDriftMs: config.maxClockDriftMs,
    auditIntervalMs: AUDIT_INTERVAL_MS,
    requestIdWindowMs: config.requestIdWindowMs,
    maxHintWindowMs: config.maxHintWindowMs,
    hintBudgetBytes: config.hintBudgetBytes,
    fallbackBytesMax: config.fallbackBytesMax,
    catchUpBytesPerSecond: config.catchUpBytesPerSecond,
    catchUpPageBytes: CATCH_UP_PAGE_BYTES,
    rowCacheBytes: config.rowCacheBytes,
    conflictLog: config.conflictLog,
    maxSiblings: config.limits.siblings,
    defaultTtlsMs: config.defaultTtlsMs,
    maxOperationsInFlight: config.limits.operationsInFlight,
    watchedPartitionsMax: config.limits.watchedPartitions,
    peerAddressOverrides: config.peerAddresses,
  };
}

function closed(transport: GrpcTransport): Promise<void> {
  return new Promise((done) => transport.close(done));
}
