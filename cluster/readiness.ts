/** Waits until processes that were just started can be used, and says what they said when they cannot. */
import { setTimeout as delay } from "node:timers/promises";
import { endpointOf } from "./address.js";
import { ClusterError } from "./cluster-error.js";
import { logTail } from "./cluster-folder.js";
import { requestLoopback } from "./loopback-http.js";
import type { StartedProcess } from "./processes.js";

const POLL_MS = 50;
const PROBE_TIMEOUT_MS = 1000;

export interface Awaited {
  readonly name: string;
  readonly process: StartedProcess;
  /** Undefined once it is ready, else why it is not. */
  readonly probe: () => Promise<string | undefined>;
  /** Where to look when it does not become ready. */
  readonly logs: readonly string[];
}

/** One that cannot be used. */
export interface NotReady {
  readonly name: string;
  /** It ended; else it runs, and may become ready yet. */
  readonly hasEnded: boolean;
  /** `ended with exit code 1`, and the like. */
  readonly why: string;
  /** The end of its logs. */
  readonly said: string;
  readonly logs: readonly string[];
}

/**
 * Waits until each is ready, or has ended, or `timeoutMs` are over; resolves with those that are not ready. `progress`
 * hears how many are. Rejects with `FAILED` when `signal` aborts.
 */
export async function waitUntilReady(
  all: readonly Awaited[],
  timeoutMs: number,
  progress: (ready: number) => void,
  signal: AbortSignal,
): Promise<readonly NotReady[]> {
  const endMs = performance.now() + timeoutMs;
  let ready = 0;
  const waits = all.map(async (one) => {
    const failure = await waitForOne(one, endMs, signal);
    if (failure === undefined) progress(++ready);
    return failure ?? [];
  });
  const failures = (await Promise.all(waits)).flat();
  if (signal.aborted) throw new ClusterError("FAILED", "interrupted before it was ready");
  return failures;
}

/** Waits until it has ended; false when it has not within `timeoutMs`. */
export async function waitUntilEnded({ process }: Awaited, timeoutMs: number): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (process.ending === undefined && performance.now() < endMs) await delay(POLL_MS);
  return process.ending !== undefined;
}

/** Asks a node's `/readyz`. */
export async function probeNode(adminAddress: string): Promise<string | undefined> {
  try {
    const target = endpointOf(adminAddress);
    const reply = await requestLoopback({
      ...target,
      method: "GET",
      path: "/readyz",
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    return reply.status === 200
      ? undefined
      : `/readyz answers ${reply.status}: ${reply.body.trim().slice(0, 500)}`;
  } catch {
    return `/readyz on ${adminAddress} does not answer`;
  }
}

async function waitForOne(one: Awaited, endMs: number, stop: AbortSignal): Promise<NotReady | undefined> {
  for (;;) {
    const reason = await one.probe();
    const { ending } = one.process;
    if (ending !== undefined) return notReady(one, `ended with ${ending}`);
    if (reason === undefined) return undefined;
    if (stop.aborted) return notReady(one, "was not waited for");
    if (performance.now() > endMs) return notReady(one, `is not ready in time: ${reason}`);
    await delay(POLL_MS);
  }
}

export function notReady({ name, process, logs }: Awaited, why: string): NotReady {
  const said = logTail(logs);
  const hasEnded = process.ending !== undefined;
  return { name, hasEnded, why, said: said === "" ? "It logged nothing." : said, logs };
}
