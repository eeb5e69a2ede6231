import { type ChannelOptions, type ClientOptions, credentials, Metadata, status } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { KvServiceClient } from "../wire/index.js";

const MIB = 1024 * 1024;

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
  // A batch of reads can bring many values at the server's limit of one.
  "grpc.max_receive_message_length": 128 * MIB,
} satisfies ChannelOptions & ClientOptions;

/** A connection to one node, made at the first call and kept until closed. */
export type KvStub = InstanceType<typeof KvServiceClient>;

export function openKvStub(address: string): KvStub {
  return new KvServiceClient(address, credentials.createInsecure(), CHANNEL_OPTIONS);
}

const HEALTH_TIMEOUT_MS = 1_000;

/**
 * Asks a node whether it serves (gRPC health checking protocol), and waits up to a second for the connection. A node
 * that answers but knows no health service counts as serving. Never rejects.
 */
export function checkHealth(stub: KvStub): Promise<boolean> {
  const { Check } = healthService;
  if (Check === undefined) throw new Error("grpc-health-check has no method Check: its version does not fit");
  const { path, requestSerialize, responseDeserialize } = Check;
  const metadata = new Metadata({ waitForReady: true });
  const deadline = new Date(Date.now() + HEALTH_TIMEOUT_MS);
  return new Promise((resolve) => {
    const request = { service: "" };
    stub.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      { deadline },
      (error, reply) => {
        if (error !== null) resolve(error.code === status.UNIMPLEMENTED || error.code === status.NOT_FOUND);
        else resolve(reply !== undefined && "status" in reply && reply.status === "SERVING");
      },
    );
  });
}
