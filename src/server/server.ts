/**
 * One server: a node, kept alive, behind its three ports. What starts here is stopped here, in the reverse order, and
 * a start that fails leaves nothing open.
 *
 *     client port (gRPC) ──┐
 *     admin port (HTTP) ───┼──▶ NodeHost ──▶ node ──▶ peer port, disk
 *     health, metrics ─────┘
 */
import type { ServerCredentials } from "@grpc/grpc-js";
import type { NodeApi, NodeStatus } from "../node/index.js";
import type { Log } from "../runtime/index.js";
import type { Layout } from "../topology/index.js";
import { formatHostPort, type HostPort } from "./addresses.js";
import { AdminHttp } from "./admin-http.js";
import { ClientPort } from "./client-port.js";
import { clusterIdOf, layoutOf } from "./cluster-layout.js";
import { Health } from "./health.js";
import { ServerMetrics } from "./metrics.js";
import { type NodeBuilder, realNodes } from "./node-builder.js";
import { type FinalEnd, NodeHost } from "./node-host.js";
import { PACKAGE_VERSION } from "./package-version.js";
import { writeQuarantine } from "./quarantine-file.js";
import type { ListenerName, ServerConfig } from "./server-config.js";
import { openLog } from "./server-log.js";
import { Signal } from "./signal.js";
import { makeCredentials, readTlsFiles, type TlsFiles } from "./tls.js";
import { CallsInFlight } from "./unary-call.js";

export interface AtollServerOptions {
  /** Instead of the log that the configuration names. */
  readonly log?: Log;
  /** How nodes are built, instead of on this machine's disk and network. For tests. */
  readonly buildNode?: NodeBuilder;
}

/** Why a server came to its end. */
export type ServerEnd =
  | { readonly kind: "stopped" }
  /** It serves nothing any more: stop it. */
  | FinalEnd;

/** How long requests in flight may take to end when the server stops. */
const DRAIN_LIMIT_MS = 5_000;

export class AtollServer {
  readonly config: ServerConfig;
  readonly #host: NodeHost;
  readonly #health: Health;
  readonly #metrics: ServerMetrics;
  readonly #calls = new CallsInFlight();
  readonly #ended = new Signal<ServerEnd>();
  readonly #ports: Record<ListenerName, number>;
  /** Placed once: it takes a while in a large cluster. */
  #layout: Layout | undefined;
  #admin: AdminHttp | undefined;
  #clients: ClientPort | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(config: ServerConfig, clusterId: string, buildNode: NodeBuilder, log: Log) {
    const { client, peer, admin } = config.listen;
    this.config = config;
    this.#ports = { client: client.port, peer: peer.port, admin: admin.port };
    this.#host = new NodeHost({
      log,
      rescue: (node) => rescue(config, node, log),
      onOver: (end) => this.#ended.fire(end),
      build: async (minimumIncarnation, onEnd) => {
        const layoutAt = (port: number): Layout => {
          this.#layout ??= layoutOf(config, clusterId, { ...this.#ports, peer: port });
          return this.#layout;
        };
        const listen: HostPort = { host: peer.host, port: this.#ports.peer };
        const built = await buildNode({ listen, layoutAt, minimumIncarnation, onEnd });
        this.#ports.peer = built.peerPort;
        return built;
      },
    });
    this.#health = new Health(this.#host);
    this.#metrics = new ServerMetrics(this.#host);
  }

  /**
   * Opens the ports, then the node; resolves once requests can be taken. The node may still wait for its peers: see
   * `status`. Rejects with `ConfigError`, `BindError`, or what the node says of its data folder.
   */
  static async start(config: ServerConfig, options: AtollServerOptions = {}): Promise<AtollServer> {
    const log = options.log ?? openLog(config.nodeId, config.log);
    const tls = config.tls === undefined ? undefined : await readTlsFiles(config.tls);
    const credentials = makeCredentials(tls);
    const clusterId = await clusterIdOf(config);
    const buildNode = options.buildNode ?? realNodes(config, credentials, log);
    const server = new AtollServer(config, clusterId, buildNode, log);
    try {
      await server.#open(credentials.clients, tls);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** host:port of each listener, with the ports that were bound. */
  get addresses(): Readonly<Record<ListenerName, string>> {
    const of = (name: ListenerName) =>
      formatHostPort({ host: this.config.listen[name].host, port: this.#ports[name] });
    return { client: of("client"), peer: of("peer"), admin: of("admin") };
  }

  /** Resolves when it was stopped, or when the node came to an end for good; the owner then stops it. */
  get ended(): Promise<ServerEnd> {
    return this.#ended.fired;
  }

  status(): NodeStatus {
    return this.#host.status();
  }

  /**
   * Drains and stops: health says NOT_SERVING, new operations are refused, those in flight have five seconds; then
   * the connections and the node are closed. Idempotent, never rejects.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #open(clientCredentials: ServerCredentials, tls: TlsFiles | undefined): Promise<void> {
    const { config } = this;
    const identity = { nodeId: config.nodeId, region: regionOf(config) };
    const shared = { node: this.#host, identity, version: PACKAGE_VERSION };
    const observe = this.#metrics.observe.bind(this.#metrics);
    const countItems = this.#metrics.countItems.bind(this.#metrics);
    const admin = await AdminHttp.listen({ ...shared, metrics: this.#metrics, tls }, config.listen.admin);
    this.#admin = admin.http;
    this.#ports.admin = admin.port;
    const clients = await ClientPort.listen(
      {
        ...shared,
        limits: config.limits,
        calls: this.#calls,
        observe,
        countItems,
        health: this.#health,
        credentials: clientCredentials,
        reflection: config.reflection,
      },
      config.listen.client,
    );
    this.#clients = clients.clients;
    this.#ports.client = clients.port;
    await this.#host.start();
    this.#health.update();
  }

  async #stop(): Promise<void> {
    this.#host.drain();
    this.#health.update();
    await this.#clients?.close(DRAIN_LIMIT_MS);
    await this.#host.stop();
    this.#health.close();
    await this.#admin?.close();
    this.#metrics.close();
    this.#ended.fire({ kind: "stopped" });
  }
}

/** What an operator is told of a node that was removed. */
async function rescue(
  { dataFolder, nodeId }: ServerConfig,
  node: Pick<NodeApi, "unreplicated">,
  log: Log,
): Promise<string> {
  const rejoin =
    "to use this machine again, give it an empty data folder and make it a new member, with a new number";
  try {
    const { file, writes } = await writeQuarantine(dataFolder, nodeId, node);
    if (writes === 0)
      return `this folder holds nothing that the others are not known to have; if it was emptied, what it held before is not known; ${rejoin}`;
    log.warn({ file, writes }, "writes that no other member is known to have are in quarantine");
    return `${writes} writes that no other member is known to have are in ${file}: look at them with "atoll admin quarantine list --data ${dataFolder}"; ${rejoin}`;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return `what no other member has could not be written into ${dataFolder} (${cause}): it is still in the store, so make room and start again`;
  }
}

function regionOf({ cluster, nodeId }: ServerConfig): string {
  if (cluster.kind === "single") return cluster.region;
  return cluster.members.find((member) => member.nodeId === nodeId)?.region ?? "";
}
