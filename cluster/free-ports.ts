/**
 * Ports for processes that are started later, and again later still. They lie below the range from which systems take
 * the ports of outgoing connections: else a stopped node could find its port taken by somebody's connection.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { LOOPBACK } from "./address.js";
import { ClusterError } from "./cluster-error.js";

const FIRST_PORT = 17_000;
const LAST_PORT = 31_999;

/** `count` different ports on which nobody listens now. Rejects with `FAILED` when there are not that many. */
export async function findFreePorts(count: number): Promise<number[]> {
  const range = LAST_PORT - FIRST_PORT + 1;
  // Two clusters that start at the same moment look in different places.
  const start = Math.floor(Math.random() * range);
  const ports: number[] = [];
  for (let offset = 0; offset < range && ports.length < count; offset += 1) {
    const port = FIRST_PORT + ((start + offset) % range);
    if (await isFree(port)) ports.push(port);
  }
  if (ports.length < count) throw new ClusterError("FAILED", `this machine has no ${count} free ports`);
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server: Server = createServer();
  server.listen(port, LOOPBACK);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  await new Promise((done) => server.close(done));
  return true;
}
