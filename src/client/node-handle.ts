import type { ChannelCredentials } from "@grpc/grpc-js";
import { AtollError } from "./atoll-error.js";
import type { Candidate } from "./balancing.js";
import { checkHealth, type KvStub, openKvStub } from "./channel.js";
import { CircuitBreaker, type TripCause } from "./circuit-breaker.js";

/** The weight of the newest answer in the moving average of a node's answer times. */
const LATENCY_WEIGHT = 0.2;

/**
 * One node as this client knows it: its connection, how busy and how fast it is, and whether to leave it alone for now.
 * It checks the node's health by itself for as long as the breaker is open.
 */
export class NodeHandle implements Candidate {
  readonly nodeId: string;
  readonly region: string;
  /** host:port */
  readonly address: string;
  readonly #security: ChannelCredentials;
  readonly #breaker = new CircuitBreaker();
  #stub: KvStub | undefined;
  #probe: NodeJS.Timeout | undefined;
  #isClosed = false;
  #inFlight = 0;
  #latencyMs: number | undefined;

  constructor(nodeId: string, region: string, address: string, security: ChannelCredentials) {
    this.nodeId = nodeId;
    this.region = region;
    this.address = address;
    this.#security = security;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  /** True while requests should go elsewhere. */
  get isAvoided(): boolean {
    return this.#breaker.isOpen;
  }

  /** The connection, opened at first use. @throws AtollError UNAVAILABLE once closed: the node left the layout. */
  get stub(): KvStub {
    if (this.#isClosed) {
      const message = `No connection established: node ${this.nodeId} at ${this.address} is no longer in use`;
      throw new AtollError({ code: "UNAVAILABLE", reason: undefined, message });
    }
    this.#stub ??= openKvStub(this.address, this.#security);
    return this.#stub;
  }

  /** A request was sent to the node. Paired with one `ended`. */
  began(): void {
    this.#inFlight += 1;
  }

  /** The request that `began` was answered, failed or given up. */
  ended(): void {
    this.#inFlight -= 1;
  }

  /** The node answered a request, with success or a refusal that is not its fault. */
  answered(tookMs: number): void {
    this.#latencyMs =
      this.#latencyMs === undefined ? tookMs : this.#latencyMs + LATENCY_WEIGHT * (tookMs - this.#latencyMs);
    this.#breaker.answered(performance.now());
  }

  /** A request that began at `startedAtMs` (of `performance.now()`) failed, or has no answer yet. */
  failed(cause: TripCause, startedAtMs: number): void {
    const waitMs = this.#breaker.trip(cause, startedAtMs);
    if (waitMs !== undefined) this.#probeIn(waitMs);
  }

  /** Ends the probes and the connection; requests in flight may end. Idempotent. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#probe);
    this.#stub?.close();
    this.#stub = undefined;
  }

  #probeIn(waitMs: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => void this.#runProbe(), waitMs);
    this.#probe.unref();
  }

  async #runProbe(): Promise<void> {
    if (!this.#breaker.isOpen) return;
    const isHealthy = await checkHealth(this.stub);
    if (this.#isClosed || !this.#breaker.isOpen) return;
    const waitMs = this.#breaker.probed(isHealthy, performance.now());
    if (waitMs !== undefined) this.#probeIn(waitMs);
  }
}
