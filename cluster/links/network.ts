/**
 * All the links of one cluster: a listening port for every node that dials another, and two links between every two
 * nodes, one for either direction, which carry what travels that way whoever dialled.
 */

import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { ClusterError } from "../cluster-error.js";
import type { PathSettings } from "../regions.js";
import { Bandwidth } from "./bandwidth.js";
import { Connection, type Endpoint } from "./connection.js";
import { Link } from "./link.js";

/** Far more than two nodes ever need; a dialler gone wild is refused instead of using up the emulator. */
const CONNECTIONS_PER_ROUTE_MAX = 128;

interface LinkNode {
  readonly id: string;
  readonly region: string;
  /** Where its peers really reach it. */
  readonly peer: Endpoint;
}

/** `from` dials `listen` when it means `to`. */
interface Route {
  readonly from: string;
  readonly to: string;
  readonly listen: Endpoint;
}

/** One direction between two nodes. */
export interface Direction {
  readonly from: string;
  readonly to: string;
}

export class LinkNetwork {
  readonly #nodes: ReadonlyMap<string, LinkNode>;
  readonly #path: (fromRegion: string, toRegion: string) => PathSettings;
  readonly #bandwidths = new Map<string, Bandwidth>();
  readonly #links = new Map<string, Link>();
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();

  /** `path` gives the settings of a directed pair of regions. */
  constructor(nodes: readonly LinkNode[], path: (fromRegion: string, toRegion: string) => PathSettings) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#path = path;
  }

  /** Listens on every route. Rejects with `ClusterError` when a port is taken or a node unknown. */
  async listen(routes: readonly Route[]): Promise<void> {
    for (const route of routes) await this.#listen(route);
  }

  /** Stops all bytes of these directions. Cutting twice does nothing. Unknown nodes throw, before anything is cut. */
  cut(directions: readonly Direction[]): void {
    const links = directions.map((direction) => this.#known(direction));
    for (const link of links) link.cut();
  }

  /** Undoes `cut`. */
  heal(directions: readonly Direction[]): void {
    const links = directions.map((direction) => this.#known(direction));
    for (const link of links) link.heal();
  }

  healAll(): void {
    for (const link of this.#links.values()) link.heal();
  }

  /** The directions that are cut now. */
  cuts(): Direction[] {
    return [...this.#links.values()].filter((link) => link.isCut).map(({ from, to }) => ({ from, to }));
  }

  /** Destroys every connection and stops listening. */
  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((done) => server.close(done)));
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(closed);
  }

  async #listen(route: Route): Promise<void> {
    const target = this.#node(route.to).peer;
    const forward = this.#link(route.from, route.to);
    const backward = this.#link(route.to, route.from);
    const server = createServer({ allowHalfOpen: true }, (dialler) => {
      const connection = new Connection(dialler, target, forward, backward, () => {
        this.#connections.delete(connection);
      });
      this.#connections.add(connection);
    });
    server.maxConnections = CONNECTIONS_PER_ROUTE_MAX;
    server.listen(route.listen.port, route.listen.host);
    try {
      await once(server, "listening");
    } catch (error) {
      const where = `${route.listen.host}:${route.listen.port}`;
      throw new ClusterError(
        "FAILED",
        `cannot listen on ${where} for the link ${route.from} to ${route.to}`,
        error,
      );
    }
    // A connection that could not be accepted (no file descriptors left) is the dialler's failure, not everybody's.
    server.on("error", () => {});
    this.#servers.push(server);
  }

  #link(from: string, to: string): Link {
    const name = `${from} ${to}`;
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const regions: readonly [string, string] = [this.#node(from).region, this.#node(to).region];
    const path = this.#path(...regions);
    const link = new Link(from, to, path, this.#bandwidth(regions.join(" "), path));
    this.#links.set(name, link);
    return link;
  }

  #bandwidth(regions: string, path: PathSettings): Bandwidth {
    const known = this.#bandwidths.get(regions);
    if (known !== undefined) return known;
    const bandwidth = new Bandwidth(path.bitsPerSecond);
    this.#bandwidths.set(regions, bandwidth);
    return bandwidth;
  }

  #node(id: string): LinkNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new ClusterError("NOT_FOUND", `there is no node ${JSON.stringify(id)}`);
    return node;
  }

  #known({ from, to }: Direction): Link {
    const link = this.#links.get(`${this.#node(from).id} ${this.#node(to).id}`);
    if (link === undefined) throw new ClusterError("NOT_FOUND", `there is no link from ${from} to ${to}`);
    return link;
  }
}
