import type { ChannelCredentials } from "@grpc/grpc-js";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import { FailoverCall, type FailoverLimits } from "./failover-call.js";
import { NodeHandle } from "./node-handle.js";
import { RETRY_BUDGET_LIMITS, RetryBudget } from "./retry-budget.js";

/** Endpoints are tried until the time is up; each gets a quarter of a second before the next is asked as well. */
const LIMITS: FailoverLimits = {
  roundsMax: Number.POSITIVE_INFINITY,
  attemptsMax: Number.POSITIVE_INFINITY,
  patienceMs: () => 250,
};

/** Connecting is rare and bounded by its own pauses. */
const NO_BUDGET = { ...RETRY_BUDGET_LIMITS, tokensMax: 1_000, tokensPerSecond: 1_000 };

interface FirstLayout {
  readonly layout: kv.Layout__Output;
  /** The region of the node that answered. */
  readonly region: string;
}

/**
 * Asks the endpoints for the layout, in their order, again and again until one gives it.
 * @throws AtollError the last failure when the time is up, with the endpoints in its message
 */
export async function fetchFirstLayout(
  endpoints: readonly string[],
  security: ChannelCredentials,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<FirstLayout> {
  const deadlineMs = performance.now() + timeoutMs;
  // Each endpoint is a region of its own: that one is silent says nothing about another.
  const channel = { security, pipelineTo: undefined };
  const nodes = endpoints.map((endpoint) => new NodeHandle(endpoint, endpoint, endpoint, channel));
  try {
    const reply = await FailoverCall.run<kv.GetLayoutResponse__Output>({
      send: (stub, _isRetry, options, done) => stub.getLayout({ knownVersion: 0 }, options, done),
      candidates: () => nodes.values(),
      isWrite: false,
      deadlineMs,
      signal,
      budget: new RetryBudget(NO_BUDGET, performance.now()),
      limits: LIMITS,
    });
    if (reply.layout === null) throw new Error("the node answered without a layout");
    return { layout: reply.layout, region: reply.header?.region ?? "" };
  } catch (thrown) {
    const { code, reason, message, metadata } = AtollError.from(thrown);
    throw new AtollError({
      code,
      reason,
      message: `not connected${endpoints.length === 1 ? "" : ` to any of ${endpoints.join(", ")}`}, so nothing was sent: ${message}`,
      metadata,
      cause: thrown,
    });
  } finally {
    for (const node of nodes) node.close();
  }
}

const REFRESH_TIMEOUT_MS = 2_000;
const REFRESH_LIMITS: FailoverLimits = { ...LIMITS, roundsMax: 1, attemptsMax: 8 };

/** Asks the nodes for a layout newer than the known one; undefined when there is none. */
export async function fetchNewerLayout(
  nodes: readonly NodeHandle[],
  knownVersion: bigint,
  budget: RetryBudget,
  signal: AbortSignal,
): Promise<kv.Layout__Output | undefined> {
  const reply = await FailoverCall.run<kv.GetLayoutResponse__Output>({
    send: (stub, _isRetry, options, done) =>
      stub.getLayout({ knownVersion: knownVersion.toString() }, options, done),
    candidates: () => nodes.values(),
    isWrite: false,
    deadlineMs: performance.now() + REFRESH_TIMEOUT_MS,
    signal,
    budget,
    limits: REFRESH_LIMITS,
  });
  return reply.layout ?? undefined;
}
