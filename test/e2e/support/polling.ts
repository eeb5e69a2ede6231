/** Waits for a state with a deadline: a test never sleeps for one. */
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 50;

/** Until `state` gives no complaint; else fails with the last one. A state that throws is asked again. */
export async function until(
  what: string,
  state: () => Promise<string | undefined> | string | undefined,
  timeoutMs = 30_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const complaint = await complaintOf(state);
    if (complaint === undefined) return;
    if (performance.now() > endMs)
      throw new Error(`not within ${timeoutMs} ms: ${what}. At last: ${complaint}`);
    await delay(POLL_MS);
  }
}

async function complaintOf(
  state: () => Promise<string | undefined> | string | undefined,
): Promise<string | undefined> {
  try {
    return await state();
  } catch (error) {
    return String(error);
  }
}
