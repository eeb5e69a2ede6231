import { X509Certificate } from "node:crypto";
import {
  type ChannelCredentials,
  type ChannelOptions,
  type ClientOptions,
  credentials,
  Metadata,
  status,
} from "@grpc/grpc-js";
import { KvServiceClient } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";

const MIB = 1024 * 1024;

/** A batch of reads can bring many values at the server's limit of one. */
export const RECEIVE_BYTES_MAX = 128 * MIB;

/**
 * What this side takes before a node must wait: the bandwidth of a link times its round trip. Only clients have so wide a
 * window: of two sides that both write more than the sockets hold, neither would read (see runtime/node/grpc-limits.ts).
 */
const RECEIVE_WINDOW_BYTES = 4 * MIB;

/** How every connection of this package is made. Failing over is the SDK's work, so gRPC's own retries are off. */
export const CHANNEL_OPTIONS = {
  // Two clients in one process fail, back off and close each on their own.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_http_proxy": 0,
  // A peer that vanished without a word is noticed within 13 s even between requests.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 3_000,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  "grpc.max_receive_message_length": RECEIVE_BYTES_MAX,
  "grpc-node.flow_control_window": RECEIVE_WINDOW_BYTES,
} satisfies ChannelOptions & ClientOptions;

/** A connection to one node, made at the first call and kept until closed. */
export type KvStub = InstanceType<typeof KvServiceClient>;

export function openKvStub(address: string, security: ChannelCredentials): KvStub {
  return new KvServiceClient(address, security, CHANNEL_OPTIONS);
}

/** How nodes are spoken to. */
export interface ChannelTerms {
  readonly security: ChannelCredentials;
  /** Requests share one stream to each node, of this cluster; undefined: each is a call of its own. */
  readonly pipelineTo: string | undefined;
}

/** How to trust a cluster that serves over TLS. */
export interface TlsOptions {
  /** The authority that signed the nodes' certificates, as PEM. Default: those that Node.js trusts. */
  readonly ca?: Uint8Array;
}

/** @throws AtollError INVALID_ARGUMENT for an authority that is no PEM. */
export function channelSecurity(tls: TlsOptions | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  if (tls.ca === undefined) return credentials.createSsl();
  const ca = Buffer.from(tls.ca);
  // TLS itself ignores what it cannot read, and would then refuse every node for an unknown authority.
  if (!isCertificate(ca)) throw AtollError.invalid("tls", "tls.ca holds no certificate in PEM");
  return credentials.createSsl(ca);
}

function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

const HEALTH_TIMEOUT_MS = 1_000;
const HEALTH_CHECK = "/grpc.health.v1.Health/Check";
/** A HealthCheckRequest for the whole server: no field set. */
const WHOLE_SERVER = Buffer.alloc(0);
/** A HealthCheckResponse with status SERVING: field 1, value 1. */
const SERVING = Buffer.from([0x08, 0x01]);
const asIs = (bytes: Buffer): Buffer => bytes;

/**
 * Asks a node whether it serves (gRPC health checking protocol), and waits up to a second for the connection. A node
 * that answers but knows no health service counts as serving. Never rejects.
 *
 * The two messages are spelled out, because the package that knows them is made for servers.
 */
export function checkHealth(stub: KvStub): Promise<boolean> {
  const metadata = new Metadata({ waitForReady: true });
  const deadline = new Date(Date.now() + HEALTH_TIMEOUT_MS);
  return new Promise((resolve) => {
    stub.makeUnaryRequest(HEALTH_CHECK, asIs, asIs, WHOLE_SERVER, metadata, { deadline }, (error, reply) => {
      if (error !== null) resolve(error.code === status.UNIMPLEMENTED || error.code === status.NOT_FOUND);
      else resolve(reply?.equals(SERVING) ?? false);
    });
  });
}
