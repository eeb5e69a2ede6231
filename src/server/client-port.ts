/** The gRPC server that clients and operators speak to: KvService, AdminService, health, and reflection by option. */
import { Server, type ServerCredentials } from "@grpc/grpc-js";
import { adminService, kvService } from "../wire/index.js";
import { formatHostPort, type HostPort } from "./addresses.js";
import { type AdminServiceParts, adminServiceHandlers } from "./admin-service.js";
import { BindError } from "./bind-error.js";
import type { Health } from "./health.js";
import { type KvServiceParts, kvServiceHandlers } from "./kv-service.js";
import { grpcServerOptions } from "./limits.js";
import { endsWithin } from "./signal.js";

interface ClientPortParts extends KvServiceParts, AdminServiceParts {
  readonly node: KvServiceParts["node"] & AdminServiceParts["node"];
  readonly health: Health;
  readonly credentials: ServerCredentials;
  readonly reflection: boolean;
}

/** After the requests are answered: how long connections may take to close by themselves. Health watches never do. */
const CLOSE_LIMIT_MS = 250;

export class ClientPort {
  readonly #parts: ClientPortParts;
  readonly #server: Server;
  /** Undefined until the port is bound. */
  #bound: string | undefined;

  private constructor(parts: ClientPortParts) {
    this.#parts = parts;
    this.#server = new Server(grpcServerOptions(parts.limits));
    this.#server.addService(kvService, kvServiceHandlers(parts));
    this.#server.addService(adminService, adminServiceHandlers(parts));
    parts.health.addTo(this.#server);
  }

  /** Listens on `address`; resolves with the port. Rejects with `BindError`. */
  static async listen(
    parts: ClientPortParts,
    address: HostPort,
  ): Promise<{ clients: ClientPort; port: number }> {
    const clients = new ClientPort(parts);
    if (parts.reflection) await describeServices(clients.#server);
    return { clients, port: await clients.#bind(address) };
  }

  /** Waits until the requests in flight are answered, `limitMs` at most; then closes every connection. */
  async close(limitMs: number): Promise<void> {
    await endsWithin(limitMs, this.#parts.calls.idle());
    // Forced, the server would end its connections only if channelz, which is off, had a list of them.
    if (this.#bound !== undefined) this.#server.drain(this.#bound, CLOSE_LIMIT_MS);
    const closed = new Promise<void>((done) => this.#server.tryShutdown(() => done()));
    if (!(await endsWithin(CLOSE_LIMIT_MS, closed))) this.#server.forceShutdown();
  }

  #bind(address: HostPort): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(formatHostPort(address), this.#parts.credentials, (error, port) => {
        if (error === null) {
          this.#bound = formatHostPort({ ...address, port });
          resolve(port);
          return;
        }
        this.#server.forceShutdown();
        reject(new BindError("client", address, error));
      });
    });
  }
}

/** Loaded when it is asked for: it takes its share of memory. Message types carry the descriptors of their files. */
async function describeServices(server: Server): Promise<void> {
  const { ReflectionService } = await import("@grpc/reflection");
  new ReflectionService({
    kv: kvService.Get.requestType,
    admin: adminService.GetStatus.requestType,
  }).addToServer(server);
}
