/** Connections that last for one command, and what their errors mean to the person at the terminal. */
import {
  type AdminClient,
  type AtollClient,
  AtollError,
  connect,
  connectAdmin,
  type ErrorReason,
} from "../client/index.js";
import {
  type ClusterOptions,
  type EndpointOptions,
  endpointsOf,
  type RoutingOptions,
  tlsOf,
} from "./client-options.js";
import { CommandFailure, EXIT, type ExitCode } from "./failure.js";
import { openBucket, type ValueBucket } from "./value-bucket.js";

/** A cluster that does not answer by then is not there, however long its requests may take. */
const CONNECT_TIMEOUT_MS_MAX = 10_000;

/** Connects to the cluster, works on the bucket that the options name, and closes the connection. */
export function withBucket<Result>(
  options: ClusterOptions,
  work: (bucket: ValueBucket) => Promise<Result>,
): Promise<Result> {
  return withClient(options, (client) => work(openBucket(client, options.type, options.bucket)));
}

/** Connects to the cluster, works with it, and closes the connection. */
export function withClient<Result>(
  options: RoutingOptions,
  work: (client: AtollClient) => Promise<Result>,
): Promise<Result> {
  return translated(async () => {
    const { region, consistency, timeout: timeoutMs } = options;
    const tls = await tlsOf(options);
    await using client = await connect({
      endpoints: endpointsOf(options),
      timeoutMs,
      connectTimeoutMs: Math.min(timeoutMs, CONNECT_TIMEOUT_MS_MAX),
      ...(region === undefined ? {} : { region }),
      ...(consistency === undefined ? {} : { consistency }),
      ...(tls === undefined ? {} : { tls }),
    });
    return await work(client);
  });
}

/** Asks one node. */
export function withAdmin<Result>(
  endpoint: string,
  options: EndpointOptions,
  work: (admin: AdminClient) => Promise<Result>,
): Promise<Result> {
  return translated(async () => {
    await using admin = connectAdmin(endpoint, await tlsOf(options));
    try {
      return await work(admin);
    } catch (thrown) {
      const { code, reason, message, metadata } = AtollError.from(thrown);
      if (message.includes(endpoint)) throw thrown;
      throw new AtollError({ code, reason, message: `${endpoint}: ${message}`, metadata, cause: thrown });
    }
  });
}

async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof AtollError ? failureOf(thrown) : thrown;
  }
}

/** The failure of a whole command. */
export function failureOf(error: AtollError): CommandFailure {
  const { code, reason, message, metadata, maybeApplied } = error;
  const advice = [
    ...(maybeApplied ? ["The write may have been applied: read the key before writing it again."] : []),
    adviceFor(error) ?? [],
  ].flat();
  return new CommandFailure({
    exitCode: exitCodeOf(error),
    code,
    reason,
    message,
    metadata,
    maybeApplied,
    ...(advice.length === 0 ? {} : { advice: advice.join("\n") }),
  });
}

/** The cluster, or enough of it, did not answer in time. */
export function isUnavailable({ code }: AtollError): boolean {
  return code === "UNAVAILABLE" || code === "DEADLINE_EXCEEDED";
}

function exitCodeOf(error: AtollError): ExitCode {
  if (isUnavailable(error)) return EXIT.unavailable;
  switch (error.code) {
    case "NOT_FOUND":
      return EXIT.notFound;
    // A command sends what its command line says, so that is where the mistake is.
    case "INVALID_ARGUMENT":
      return EXIT.usage;
    case "RESOURCE_EXHAUSTED":
      return isTooLarge(error) ? EXIT.usage : EXIT.failed;
    default:
      return EXIT.failed;
  }
}

const ADVICE: Partial<Record<ErrorReason, string>> = {
  QUORUM_UNAVAILABLE:
    "Ask for a lower --consistency, or bring replicas back: `atoll admin status` shows which are gone.",
  QUORUM_TIMEOUT: "Give it more time with --timeout, or ask for a lower --consistency.",
  NOT_READY: "Try again in a moment, or name another node with --endpoint.",
  DRAINING: "Name another node with --endpoint.",
  OVERLOADED: "Try again with less load.",
  STORAGE_FAILED: "The node's log tells what its disk said.",
  ROW_DAMAGED: "It heals from the other replicas: try again, or ask for a higher --consistency.",
  TOO_MANY_SIBLINGS: "Read it with `get --type multi --json`, and put one value with that --context.",
  CONDITION_FAILED: "Read it with `get --json`; `put --if-context` with that context replaces what it saw.",
  SESSION_BEHIND: "Try again, or begin a new session with --session new.",
  SESSION_LOST: "Begin a new session with --session new.",
  RESYNC: "Begin a new watch without --since; with --existing it shows what is there first.",
  WRONG_CLUSTER:
    "Another cluster runs there, or the token is of another: begin without it, or name a node of yours with --endpoint.",
  CLOCK_DRIFT: "Set that machine's clock right (NTP), or name another node with --endpoint.",
};

/** gRPC refuses a message by its length before the server sees whose value it is. */
function isTooLarge({ reason, message }: AtollError): boolean {
  return reason === undefined && /message larger than max/i.test(message);
}

function adviceFor(error: AtollError): string | undefined {
  const { code, reason } = error;
  if (reason !== undefined) return ADVICE[reason];
  if (isTooLarge(error)) return "The value is larger than the server takes.";
  if (code === "UNAVAILABLE") {
    return "Does a node run there? `atoll start` runs one, and --endpoint says where its client port is.";
  }
  return code === "DEADLINE_EXCEEDED"
    ? "Give it more time with --timeout, or name another node with --endpoint."
    : undefined;
}
