/** What the signals of an operator or a supervisor mean: the first stops in order, the second at once. */
import type { EventEmitter } from "node:events";

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;
const EXIT_FORCED = 1;

/** What is needed of `process`. */
interface SignalledProcess extends Pick<EventEmitter, "on" | "off"> {
  exit(code: number): unknown;
}

/**
 * Calls `stop` on the first signal, and exits with 1 on the second, whatever `stop` still waits for. `stop` reports
 * its own errors: a rejection is taken for the end of a start that failed.
 */
export function stopOnSignals(target: SignalledProcess, stop: () => Promise<void>): { close(): void } {
  let isStopping = false;
  const listener = (): void => {
    if (isStopping) {
      target.exit(EXIT_FORCED);
      return;
    }
    isStopping = true;
    stop().catch(() => {});
  };
  for (const name of STOP_SIGNALS) target.on(name, listener);
  return {
    close(): void {
      for (const name of STOP_SIGNALS) target.off(name, listener);
    },
  };
}
