import { balancingPolicy } from "./balancing.js";
import { channelSecurity } from "./channel.js";
import { AtollClient } from "./client.js";
import { ClusterView } from "./cluster-view.js";
import { wireConsistency } from "./consistency.js";
import { Dispatcher } from "./dispatcher.js";
import { fetchFirstLayout } from "./layout-source.js";
import { RETRY_BUDGET_LIMITS, RetryBudget } from "./retry-budget.js";
import {
  CONNECT_TIMEOUT_MS_DEFAULT,
  type ConnectOptions,
  checkBalancing,
  checkEndpoints,
  checkTimeoutMs,
  TIMEOUT_MS_DEFAULT,
} from "./settings.js";

/**
 * Connects to a cluster: learns its layout from the first endpoint that answers, and from then on goes straight to the
 * nodes that hold each key.
 *
 * ```ts
 * const db = await connect({ endpoints: ["127.0.0.1:7400"], region: "eu-west" });
 * await db.register("profiles").put("u42", { name: "Ada" });
 * ```
 *
 * @throws AtollError INVALID_ARGUMENT for options that cannot be, UNAVAILABLE or DEADLINE_EXCEEDED when no endpoint
 *   answered in time, CANCELLED when the signal fired
 */
export async function connect(options: ConnectOptions): Promise<AtollClient> {
  const endpoints = checkEndpoints(options.endpoints);
  const policy = balancingPolicy(checkBalancing(options.balancing ?? "layout"), Math.random);
  const security = channelSecurity(options.tls);
  wireConsistency(options.consistency);
  const defaults = {
    consistency: options.consistency,
    timeoutMs: checkTimeoutMs(options.timeoutMs ?? TIMEOUT_MS_DEFAULT),
  };
  const connectTimeoutMs = checkTimeoutMs(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS_DEFAULT);
  const first = await fetchFirstLayout(endpoints, security, connectTimeoutMs, options.signal);
  const budget = new RetryBudget(RETRY_BUDGET_LIMITS, performance.now());
  const pipelineTo = (options.pipelining ?? true) ? first.layout.clusterId : undefined;
  const channel = { security, pipelineTo };
  const view = new ClusterView(first.layout, options.region ?? first.region, channel, budget);
  return new AtollClient(view, new Dispatcher(view, policy, budget, defaults));
}
