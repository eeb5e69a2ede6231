/** The options of every verb that speaks to a cluster, and what they mean to the SDK. */
import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Consistency, ConsistencyLevel, TlsOptions } from "../client/index.js";
import { failed, misused } from "./failure.js";

const DEFAULT_ENDPOINT = "127.0.0.1:7400";
const DEFAULT_TIMEOUT_MS = 5_000;
/** For verbs that keep the cluster busy with many requests at a time, which wait for each other. */
export const BULK_TIMEOUT_MS = 30_000;
const ENDPOINT_VARIABLE = "ATOLL_ENDPOINT";

/** How to reach nodes. */
export interface EndpointOptions {
  readonly endpoint?: readonly string[];
  readonly timeout: number;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly json?: boolean;
}

/** How to use a cluster. */
export interface RoutingOptions extends EndpointOptions {
  readonly region?: string;
  readonly consistency?: Consistency;
}

/** How to use a bucket of a cluster. */
export interface BucketOptions extends RoutingOptions {
  readonly bucket: string;
}

/** How to use a bucket whose keys hold whole values. */
export interface ClusterOptions extends BucketOptions {
  readonly type: BucketType;
}

/** The types whose keys hold whole values. */
export type BucketType = (typeof BUCKET_TYPES)[number];

export const BUCKET_TYPES = ["register", "multi"] as const;

/** Adds `--endpoint`, `--timeout`, `--tls`, `--ca` and `--json`. */
export function addEndpointOptions(command: Command, timeoutMs = DEFAULT_TIMEOUT_MS): Command {
  return command
    .option(
      "--endpoint <HOST:PORT>",
      `a node's client port; repeat it, or put commas between (default $${ENDPOINT_VARIABLE}, else ${DEFAULT_ENDPOINT})`,
      addEndpoints,
    )
    .option("--timeout <MS>", "milliseconds that each request may take", parseTimeoutMs, timeoutMs)
    .option("--tls", "the nodes serve over TLS, with certificates that this machine trusts")
    .option("--ca <FILE>", "the nodes serve over TLS, with certificates of this authority (PEM)")
    .option("--json", "print one JSON document");
}

/** Adds those of `addBucketOptions`, and `--type`. */
export function addClusterOptions(command: Command, timeoutMs = DEFAULT_TIMEOUT_MS): Command {
  command.addOption(
    new Option("--type <T>", "register: the last write wins; multi: concurrent writes are all kept")
      .choices(BUCKET_TYPES)
      .default("register"),
  );
  return addBucketOptions(command, timeoutMs);
}

/** Adds those of `addRoutingOptions`, and `--bucket`. */
export function addBucketOptions(command: Command, timeoutMs = DEFAULT_TIMEOUT_MS): Command {
  return addRoutingOptions(command.option("--bucket <B>", "the bucket", "default"), timeoutMs);
}

/** Adds those of `addEndpointOptions`, and `--region` and `--consistency`. */
export function addRoutingOptions(command: Command, timeoutMs = DEFAULT_TIMEOUT_MS): Command {
  command
    .option("--region <R>", "whose nodes to ask first (default: that of the first endpoint to answer)")
    .option(
      "--consistency <C>",
      `${CONSISTENCY_LEVELS.join(", ")}, or a number of replicas (default: the bucket's, else LOCAL_QUORUM)`,
      parseConsistency,
    );
  return addEndpointOptions(command, timeoutMs);
}

/** The endpoints that the options, else the environment, else the default name. */
export function endpointsOf(options: EndpointOptions): readonly string[] {
  if (options.endpoint !== undefined) return options.endpoint;
  const fromEnvironment = process.env[ENDPOINT_VARIABLE];
  return fromEnvironment ? addEndpoints(fromEnvironment) : [DEFAULT_ENDPOINT];
}

/** For verbs that look into one node. */
export function singleEndpointOf(options: EndpointOptions): string {
  const [endpoint, ...more] = endpointsOf(options);
  if (endpoint !== undefined && more.length === 0) return endpoint;
  throw misused("this asks one node: name one with --endpoint");
}

export async function tlsOf({ tls, ca }: EndpointOptions): Promise<TlsOptions | undefined> {
  if (ca === undefined) return tls === true ? {} : undefined;
  try {
    return { ca: await readFile(ca) };
  } catch (error) {
    throw failed(`--ca: cannot read it: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function addEndpoints(list: string, before: readonly string[] = []): string[] {
  return [...before, ...list.split(",").map((endpoint) => endpoint.trim())];
}

const CONSISTENCY_LEVELS: readonly ConsistencyLevel[] = [
  "ONE",
  "TWO",
  "THREE",
  "LOCAL_ONE",
  "LOCAL_QUORUM",
  "QUORUM",
  "EACH_QUORUM",
  "ALL",
];

/** `local_quorum` and `local-quorum` are LOCAL_QUORUM; `2` is two replicas, wherever they are. */
export function parseConsistency(text: string): Consistency {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  const name = text.toUpperCase().replaceAll("-", "_");
  const level = CONSISTENCY_LEVELS.find((known) => known === name);
  if (level !== undefined) return level;
  throw new InvalidArgumentError(
    `Use a number of replicas from 1, or one of ${CONSISTENCY_LEVELS.join(", ")}.`,
  );
}

export function parseTimeoutMs(text: string): number {
  const timeoutMs = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (timeoutMs >= 1 && timeoutMs < 2 ** 31) return timeoutMs;
  throw new InvalidArgumentError(`Use whole milliseconds from 1 to ${2 ** 31 - 1}.`);
}
