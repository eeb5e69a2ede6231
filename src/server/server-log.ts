/** The log of a server: JSON lines to stderr, so that stdout stays for results, or to a file. */
import { destination, pino } from "pino";
import type { Log } from "../runtime/index.js";
import type { ServerConfig } from "./server-config.js";

const STDERR = 2;

/** Written synchronously: what a crash was about is in it. Throws when the file cannot be written. */
export function openLog(nodeId: string, { level, file }: ServerConfig["log"]): Log {
  const target =
    file === undefined
      ? destination({ dest: STDERR, sync: true })
      : destination({ dest: file, sync: true, mkdir: true });
  return pino({ level, base: { node: nodeId } }, target);
}
