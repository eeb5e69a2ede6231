import { AtollError } from "./atoll-error.js";
import type { Candidate } from "./balancing.js";
import { type ChannelTerms, checkHealth, type KvStub, openKvStub } from "./channel.js";
import { CircuitBreaker, type TripCause } from "./circuit-breaker.js";
import { type NodeCalls, unaryCalls } from "./node-calls.js";
import { PipelinedCalls } from "./pipelined-calls.js";

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
  readonly #terms: ChannelTerms;
  readonly #breaker = new CircuitBreaker();
  #stub: KvStub | undefined;
  #calls: NodeCalls | undefined;
  #pipelined: PipelinedCalls | undefined;
  #probe: NodeJS.Timeout | undefined;
  #isClosed = false;
  #inFlight = 0;
  #latencyMs: number | undefined;

  constructor(nodeId: string, region: string, address: string, terms: ChannelTerms) {
    this.nodeId = nodeId;
    this.region = region;
    this.address = address;
    this.#terms = terms;
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

  /** What it can be asked. @throws AtollError UNAVAILABLE once closed: the node left the layout. */
  get calls(): NodeCalls {
    const stub = this.#openStub();
    this.#calls ??= this.#callsOver(stub);
    return this.#calls;
  }

  #callsOver(stub: KvStub): NodeCalls {
    const { pipelineTo } = this.#terms;
    if (pipelineTo === undefined) return unaryCalls(stub);
    this.#pipelined = new PipelinedCalls(stub, pipelineTo);
    return this.#pipelined;
  }

  /** The connection, opened at first use. */
  #openStub(): KvStub {
    if (this.#isClosed) {
      const message = `No connection established: node ${this.nodeId} at ${this.address} is no longer in use`;
      throw new AtollError({ code: "UNAVAILABLE", reason: undefined, message });
    }
    this.#stub ??= openKvStub(this.address, this.#terms.security);
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
    this.#pipelined?.close();
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
    const isHealthy = await checkHealth(this.#openStub());
    if (this.#isClosed || !this.#breaker.isOpen) return;
    const waitMs = this.#breaker.probed(isHealthy, performance.now());
    if (waitMs !== undefined) this.#probeIn(waitMs);
  }
}
