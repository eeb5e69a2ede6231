/** Why a listener could not listen, so that the reader knows which of three ports it was and what to do. */
import { formatHostPort, type HostPort } from "./addresses.js";
import type { ListenerName } from "./server-config.js";

/** A listener that could not be opened. */
export class BindError extends Error {
  override readonly name = "BindError";

  constructor(listener: ListenerName, address: HostPort, cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const where = `listen.${listener}: cannot listen on ${formatHostPort(address)}`;
    super(`${where}: ${explain(message, listener, address)}`, { cause });
  }
}

function explain(message: string, listener: ListenerName, { host, port }: HostPort): string {
  if (message.includes("EADDRINUSE")) {
    return `port ${port} is in use by another process; stop it, or choose another port with --${listener}`;
  }
  if (message.includes("EACCES")) return `this user may not use port ${port}`;
  if (message.includes("EADDRNOTAVAIL")) return `${host} is no address of this machine`;
  return message;
}
