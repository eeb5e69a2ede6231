/** `127.0.0.1:7400`, the only shape of address a local cluster has: nothing of it is reachable from elsewhere. */
import type { Endpoint } from "./links/index.js";

export const LOOPBACK = "127.0.0.1";
const ADDRESS = /^127\.0\.0\.1:([1-9]\d{0,4})$/;

/** Undefined when it is anything else. */
export function parseAddress(text: string): Endpoint | undefined {
  const port = Number(ADDRESS.exec(text)?.[1]);
  return port >= 1 && port <= 65535 ? { host: LOOPBACK, port } : undefined;
}

/** For addresses that were checked when they were read. */
export function endpointOf(address: string): Endpoint {
  const endpoint = parseAddress(address);
  if (endpoint === undefined) throw new Error(`not an address of this machine: ${address}`);
  return endpoint;
}
