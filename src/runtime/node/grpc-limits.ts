/**
 * Every bound that the peer port keeps, and why. gRPC for Node leaves most of them open by default, and some defaults
 * (retry buffers, channels that share connections, proxies from the environment) are wrong between nodes.
 */
import type { ChannelOptions } from "@grpc/grpc-js";

export interface GrpcTransportLimits {
  /** The longest frame, sent or received. A peer that sends a longer one loses the link. */
  readonly frameBytes: number;
  /** Bytes that may wait for one peer. The node above stops far below; beyond, the link goes down. */
  readonly queueBytes: number;
  /** How long an accepted stream may take to its Hello. */
  readonly helloTimeoutMs: number;
  /** From one half of a link to the other: the peer hears of the first, and dials. */
  readonly pairTimeoutMs: number;
  /** Accepted streams that have not said Hello, over all connections. One more ends the oldest. */
  readonly strangers: number;
}

export const DEFAULT_TRANSPORT_LIMITS: GrpcTransportLimits = {
  frameBytes: 8 * 2 ** 20,
  queueBytes: 64 * 2 ** 20,
  helloTimeoutMs: 3_000,
  pairTimeoutMs: 6_000,
  strangers: 64,
};

/** From the first packet to the peer's Hello: several round trips, with TLS. */
export const DIAL_TIMEOUT_MS = 5_000;

/** What ExchangeResponse adds to a frame: a tag and a length. */
const ENVELOPE_BYTES = 16;
/** An ExchangeRequest: far more than a Hello with two ids of the longest kind takes. */
const REQUEST_BYTES_MAX = 8 * 2 ** 10;

/**
 * What a dialer takes before the acceptor must wait for it: the bandwidth of a link times its round trip.
 *
 * Only the dialer's window may be wide. Node's HTTP/2 stops reading while it writes, so two sides that both write
 * more than the sockets between them hold wait for each other for ever. A dialer only reads, so what an acceptor
 * writes is always taken; that is why a link has a stream for each direction.
 */
const RECEIVE_WINDOW_BYTES = 4 * 2 ** 20;

const COMMON_OPTIONS: ChannelOptions = {
  // Finds dead connections. Generous, because a ping waits behind the frames that a slow link still carries; dead
  // peers are found sooner, by their heartbeats.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 20_000,
  // In MiB. A stream has one frame at a time in its session.
  "grpc-node.max_session_memory": 64,
  "grpc.enable_channelz": 0,
};

export function serverOptions({ frameBytes }: GrpcTransportLimits): ChannelOptions {
  return {
    ...COMMON_OPTIONS,
    "grpc.max_receive_message_length": REQUEST_BYTES_MAX,
    "grpc.max_send_message_length": frameBytes + ENVELOPE_BYTES,
    // A peer needs one, and a second while it replaces a link that it gave up.
    "grpc.max_concurrent_streams": 4,
    // Connections that never open a stream.
    "grpc.max_connection_idle_ms": 30_000,
  };
}

export function channelOptions({ frameBytes }: GrpcTransportLimits): ChannelOptions {
  return {
    ...COMMON_OPTIONS,
    "grpc.max_receive_message_length": frameBytes + ENVELOPE_BYTES,
    "grpc-node.flow_control_window": RECEIVE_WINDOW_BYTES,
    // A frame sent twice is a protocol error: what a broken link lost, clocks show.
    "grpc.enable_retries": 0,
    // Channels to one address would share a connection, and one peer's reset would end another's link.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.service_config_disable_resolution": 1,
    // Peers are dialled directly, whatever the environment says about proxies.
    "grpc.enable_http_proxy": 0,
  };
}
