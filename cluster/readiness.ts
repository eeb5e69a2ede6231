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

/**
 * Resolves when all are ready; `progress` hears how many are. Rejects with `FAILED` and the end of the log as soon as
 * one of them ends, or when `timeoutMs` is over, and when `signal` aborts.
 */
export async function waitUntilReady(
  all: readonly Awaited[],
  timeoutMs: number,
  progress: (ready: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const endMs = performance.now() + timeoutMs;
  let ready = 0;
  const waits = all.map(async (one) => {
    await waitForOne(one, endMs, stop);
    ready += 1;
    progress(ready);
  });
  try {
    await Promise.all(waits);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(waits);
    throw signal.aborted ? new ClusterError("FAILED", "interrupted before it was ready") : error;
  }
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

async function waitForOne(one: Awaited, endMs: number, stop: AbortSignal): Promise<void> {
  for (;;) {
    const reason = await one.probe();
    if (one.process.ending !== undefined) throw notReady(one, `ended with ${one.process.ending}`);
    if (reason === undefined) return;
    if (stop.aborted) throw notReady(one, "was not waited for");
    if (performance.now() > endMs) throw notReady(one, `is not ready in time: ${reason}`);
    await delay(POLL_MS);
  }
}

function notReady(one: Awaited, what: string): ClusterError {
  const tail = logTail(one.logs);
  return new ClusterError("FAILED", `${one.name} ${what}\n${tail === "" ? "It logged nothing." : tail}`);
}
