/**
 * The standard health protocol: SERVING exactly while the node takes requests. Watchers hear of a change within a
 * quarter of a second, and of a drain at once.
 */
import type { Server } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { HostedNode } from "./node-host.js";
import { isServing } from "./serving.js";

const POLL_MS = 250;
/** The whole server, and the service that applications ask for by name. */
const SERVICES = ["", "atoll.kv.v1.KvService"];

export class Health {
  readonly #implementation = new HealthImplementation(
    Object.fromEntries(SERVICES.map((service) => [service, "NOT_SERVING" as const])),
  );
  readonly #node: HostedNode;
  readonly #poll: NodeJS.Timeout;
  #isServing = false;

  constructor(node: HostedNode) {
    this.#node = node;
    this.#poll = setInterval(() => this.update(), POLL_MS);
  }

  addTo(server: Server): void {
    this.#implementation.addToServer(server);
  }

  /** Looks at the node now. Watchers are told of changes only. */
  update(): void {
    const serving = isServing(this.#node.status());
    if (serving === this.#isServing) return;
    this.#isServing = serving;
    for (const service of SERVICES) {
      this.#implementation.setStatus(service, serving ? "SERVING" : "NOT_SERVING");
    }
  }

  close(): void {
    clearInterval(this.#poll);
  }
}
