/** Answers the requests of peers that coordinate: reads, repairs, lookups, forwarded operations. Durable state only. */
import {
  CodecError,
  type LookupRequest,
  type RangeBody,
  type RangeRequest,
  type ReadBody,
  type ReadRequest,
  type RepairOutcome,
  type RepairRequest,
} from "../codec/index.js";
import { readForCoordinator, readRange } from "../replica/index.js";
import type { Coordinator } from "./coordinator.js";
import { partitionOfRow } from "./delta-receiver.js";
import type { Environment } from "./environment.js";
import { badRequest } from "./failures.js";
import type { Outcome } from "./operation.js";
import { decodeOperation, type ForwardedOperation } from "./operation-codec.js";
import { encodeOutcome } from "./outcome-codec.js";
import type { RequestFences } from "./request-fences.js";

export class ReplicaService {
  readonly #environment: Environment;
  readonly #coordinator: Coordinator;
  readonly #fences: RequestFences;

  constructor(environment: Environment, coordinator: Coordinator, fences: RequestFences) {
    this.#environment = environment;
    this.#coordinator = coordinator;
    this.#fences = fences;
  }

  read(from: number, request: ReadRequest): void {
    const { links } = this.#environment;
    const body = this.#readBody(request);
    links.answer(from, links.generationOf(from), { type: "read-reply", id: request.id, body });
  }

  readRange(from: number, request: RangeRequest): void {
    const { links } = this.#environment;
    const generation = links.generationOf(from);
    const answer = (body: RangeBody): void => {
      links.answer(from, generation, { type: "range-reply", id: request.id, body });
    };
    const replica = this.#environment.replica(request.partition);
    if (replica === undefined) return answer({ kind: "refused", reason: "not-held" });
    readRange(replica, request, answer);
  }

  repair(from: number, request: RepairRequest): void {
    const { commit, hlc, links } = this.#environment;
    const replica = this.#environment.replica(request.partition);
    const generation = links.generationOf(from);
    const reply = (outcome: RepairOutcome): void => {
      links.answer(from, generation, { type: "repair-reply", id: request.id, outcome });
    };
    if (replica === undefined || partitionOfRow(this.#environment, request.rowKey) !== request.partition)
      return reply("unwanted");
    hlc.observe(request.hlc);
    if (replica.rows.awaits(request.state)) return reply("later");
    replica.join(request.rowKey, request.state);
    commit.whenDurable(() => reply("done"));
  }

  /**
   * What is known is reported once durable; what is not known is fenced, and will not be applied from now on. Silence
   * where neither can be said: the dot is known and its row is not here yet, or the record is damaged.
   */
  lookUp(from: number, request: LookupRequest): void {
    const { commit, links } = this.#environment;
    const trace = this.#environment.replica(request.partition)?.findRequest(request.requestId);
    if (trace === undefined) this.#fences.promise(request.requestId);
    else if (trace.kind !== "applied") return;
    const isDone = this.#fences.of(request.requestId) === "done";
    const found = trace?.dot ?? (isDone ? "nothing-to-do" : undefined);
    const generation = links.generationOf(from);
    commit.whenDurable(() => {
      links.answer(from, generation, { type: "lookup-reply", id: request.id, found });
    });
  }

  forward(from: number, id: number, body: Buffer): void {
    const { links } = this.#environment;
    const generation = links.generationOf(from);
    const reply = (outcome: Outcome): void => {
      links.answer(from, generation, { type: "forward-reply", id, body: encodeOutcome(outcome) });
    };
    const forwarded = decodeForwarded(body);
    if (forwarded === undefined) return reply(badRequest("body", "the forwarded operation is malformed"));
    this.#coordinator.executeForwarded(forwarded.operation, forwarded.options, reply);
  }

  #readBody(request: ReadRequest): ReadBody {
    const replica = this.#environment.replica(request.partition);
    if (replica === undefined) return { kind: "refused", reason: "not-held" };
    if (replica.doubt !== undefined) return { kind: "refused", reason: "in-doubt" };
    return readForCoordinator(replica, request.rowKey, request.against);
  }
}

function decodeForwarded(body: Buffer): ForwardedOperation | undefined {
  try {
    return decodeOperation(body);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
