/**
 * What grpc-js says of a connection or call that failed, in words for whoever named the address: what happened there, and
 * what to look at. Failures with a reason come from a server of ours, and say it themselves; only which address turned out
 * to be of another cluster, no server can say.
 */
import { AtollError } from "./atoll-error.js";
import { RECEIVE_BYTES_MAX } from "./channel.js";

/** The same failure, told of `address`; unchanged when that adds nothing. The cause keeps what gRPC said. */
export function withAddress(error: AtollError, address: string): AtollError {
  const message = accountOf(error, address);
  if (message === undefined) return error;
  const { code, reason, metadata, maybeApplied, cause } = error;
  return new AtollError({ code, reason, message, metadata, maybeApplied, cause });
}

/** What gRPC said in the first place; undefined when the failure did not come from there. */
export function grpcText({ cause }: AtollError): string | undefined {
  if (cause instanceof AtollError) return grpcText(cause);
  return cause instanceof Error && "details" in cause && typeof cause.details === "string"
    ? cause.details
    : undefined;
}

/** The first that matches counts. */
const ACCOUNTS: readonly (readonly [RegExp, (address: string, found: RegExpExecArray) => string])[] = [
  [/ECONNREFUSED/, (address) => `nothing listens on ${address}`],
  [/^Name resolution failed/, (address) => `the host name in ${address} is not known`],
  [
    /\b(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b/,
    (address, [, code]) => `${address} cannot be reached (${code})`,
  ],
  [
    /wrong version number|packet length too long/,
    (address) => `what listens on ${address} does not speak TLS: connect without it, or name another port`,
  ],
  [
    /Protocol error|Received HTTP status code (\d+)/,
    (address) =>
      `what listens on ${address} is no client port of AtollDB, or wants TLS; name a node's client port`,
  ],
  [
    /does not implement the method/,
    (address) =>
      `what listens on ${address} does not know this call: it is no node's client port, or of an older version`,
  ],
  [
    new RegExp(`larger than max \\((\\d+) vs ${RECEIVE_BYTES_MAX}\\)`),
    (address, [, bytes]) =>
      `${address} announced an answer of ${bytes} bytes, and ${RECEIVE_BYTES_MAX} are taken: ask for less at once, or name a node's client port if that is none`,
  ],
  [
    /^Deadline exceeded after (\d+\.\d)\d*s.*(Waiting for LB pick|waiting for name resolution)/,
    (address, [, seconds]) =>
      `no connection to ${address} within ${seconds} s: the network is cut, or what listens there is no node's client port`,
  ],
  [
    /^Deadline exceeded(?: after (\d+\.\d)\d*s)?/,
    (address, [, seconds]) =>
      `no answer from ${address} within ${seconds ?? "its"} ${seconds === undefined ? "time" : "s"}`,
  ],
  [
    /^Connection dropped|ECONNRESET|EPIPE|Failed to connect|^Received RST_STREAM|^Call cancelled/,
    (address) => `the connection to ${address} broke before it had answered`,
  ],
];

function accountOf(error: AtollError, address: string): string | undefined {
  if (error.reason === "WRONG_CLUSTER") return `${address}: ${error.message}`;
  const said = error.reason === undefined ? grpcText(error) : undefined;
  if (said === undefined) return undefined;
  for (const [pattern, account] of ACCOUNTS) {
    const found = pattern.exec(said);
    if (found !== null) return account(address, found);
  }
  return `${address}: ${said.replace(/^No connection established\. Last error: /, "").replace(/\.? Resolution note: $/, "")}`;
}
