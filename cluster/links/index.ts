/**
 * The emulated network between the nodes of a local cluster: TCP proxies that delay, pace and cut each direction
 * between two nodes, and a small control port. Plain Node, because kernels without `netem` have to do.
 */
export type { Endpoint } from "./connection.js";
export { LinksControl } from "./control-client.js";
export { serveControl } from "./control-server.js";
export { type Direction, LinkNetwork } from "./network.js";
