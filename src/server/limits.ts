/**
 * Every bound that the client port keeps, and why. gRPC for Node leaves most of them open by default: session memory,
 * streams, idle time and age of connections.
 */
import type { ServerOptions } from "@grpc/grpc-js";

/** Bounds on requests. Beyond one, a request gets an error that names the bound; nothing else suffers. */
export interface Limits {
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** One message, in either direction, whatever it holds. */
  readonly messageBytes: number;
  readonly batchItems: number;
  readonly operationsInFlight: number;
  /** That the watches on this node follow, all together: one of a bucket follows all partitions, of a key or {tag} one. */
  readonly watchedPartitions: number;
  readonly streamsPerConnection: number;
  /** Values that a multi keeps before a put without context is refused. */
  readonly siblings: number;
  /** Longer timeouts are cut to this. */
  readonly maxTimeoutMs: number;
  /** For requests that name no timeout. */
  readonly defaultTimeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  keyBytes: 4_096,
  valueBytes: 1_048_576,
  messageBytes: 4_194_304,
  batchItems: 1_000,
  operationsInFlight: 10_000,
  watchedPartitions: 65_536,
  streamsPerConnection: 1_000,
  siblings: 100,
  maxTimeoutMs: 60_000,
  defaultTimeoutMs: 5_000,
};

/** What a message holds beside its key and its value: context, options, field tags. */
export const MESSAGE_OVERHEAD_BYTES = 64 * 1_024;

/**
 * A frame of a pipeline, either way, is closed once it has so many; one operation or answer that is longer is a frame by
 * itself. Clients count on it: they do not know `messageBytes`.
 */
export const PIPELINE_FRAME_BYTES = 256 * 1_024;

const MEBIBYTE = 2 ** 20;

/** The options of the gRPC server on the client port. */
export function grpcServerOptions(limits: Limits): ServerOptions {
  return {
    // Refused by the length in the frame's header, before anything of it is kept.
    "grpc.max_receive_message_length": limits.messageBytes,
    // The largest reply is a multi with every sibling at the value limit. It must stay readable: reading it is the
    // only way to resolve it. Batches keep themselves within the message limit. On a pipeline, others may come before it.
    "grpc.max_send_message_length":
      limits.siblings * limits.valueBytes +
      limits.messageBytes +
      MESSAGE_OVERHEAD_BYTES +
      PIPELINE_FRAME_BYTES,
    "grpc.max_concurrent_streams": limits.streamsPerConnection,
    // Megabytes that one connection may make us hold; new streams beyond it are refused (RESOURCE_EXHAUSTED). Sized
    // so that a client that reads slowly is cut off, and one that writes the largest messages is not.
    "grpc-node.max_session_memory": Math.max(64, Math.ceil((16 * limits.messageBytes) / MEBIBYTE)),
    // A client whose machine vanished says nothing: pings find that out and free what its calls hold.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    // Connections of clients that went home. Health watches count as activity, so watchers keep theirs.
    "grpc.max_connection_idle_ms": 15 * 60_000,
    // Old connections are told to reconnect, so that load spreads again after nodes come back; calls have a grace.
    "grpc.max_connection_age_ms": 4 * 3_600_000,
    "grpc.max_connection_age_grace_ms": limits.maxTimeoutMs,
    // Records of every call and connection, for a debugging service that is not offered.
    "grpc.enable_channelz": 0,
  };
}
