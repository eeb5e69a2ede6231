/** The session of one call: what its token says that the caller has seen, and what it has seen with the answers. */
import { VersionVector } from "../causality/index.js";
import { CodecError, clusterMark, clusterOfSession, decodeSession, encodeSession } from "../codec/index.js";
import {
  addressOf,
  type Failure,
  type Operation,
  type OperationOptions,
  type Outcome,
} from "../replication/index.js";
import { type Layout, partitionOf } from "../topology/index.js";
import { badRequest, tokenProblem } from "./failure.js";

/** The token of a session over a thousand partitions, on each of which several nodes have just written. */
const TOKEN_BYTES_MAX = 32 * 1024;

export class CallSession {
  readonly #layout: Layout;
  readonly #dots: Map<number, VersionVector>;
  /** Partitions of which this call has seen something. */
  readonly #seen = new Set<number>();

  private constructor(layout: Layout, dots: Map<number, VersionVector>) {
    this.#layout = layout;
    this.#dots = dots;
  }

  /** Undefined for a call outside of any session. */
  static of(token: Buffer | undefined, field: string, layout: Layout): CallSession | Failure | undefined {
    if (token === undefined || token.length === 0) return undefined;
    const name = `${field}.session_token`;
    if (token.length > TOKEN_BYTES_MAX)
      return badRequest(name, `${token.length} bytes; no token has over ${TOKEN_BYTES_MAX}`);
    try {
      const dots = decodeSession(token);
      const stray = tokenProblem(clusterOfSession(token), layout, "session token", "begin a new session");
      return stray ?? new CallSession(layout, dots);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return badRequest(name, "is not one that this store gave out; begin a new session");
    }
  }

  /** The options of an operation, inside the session. */
  optionsFor(operation: Operation, options: OperationOptions): OperationOptions {
    return { ...options, session: this.#dots.get(this.#partitionOf(operation)) ?? new VersionVector() };
  }

  saw(operation: Operation, outcome: Outcome): void {
    if (outcome.kind === "failed" || outcome.seen === undefined) return;
    const partition = this.#partitionOf(operation);
    const before = this.#dots.get(partition);
    // Items of a batch may be of one partition: each has what the call came with, and not what the others saw.
    if (this.#seen.has(partition)) before?.join(outcome.seen);
    else this.#dots.set(partition, outcome.seen.copy());
    this.#seen.add(partition);
  }

  /** What the caller will know without an answer of an operation: by partition. */
  covers(seen: ReadonlyMap<number, VersionVector>): void {
    for (const [partition, dots] of seen) {
      const all = dots.copy();
      const before = this.#dots.get(partition);
      if (before !== undefined) all.join(before);
      this.#dots.set(partition, all);
    }
  }

  get token(): Buffer {
    return encodeSession(this.#dots, clusterMark(this.#layout.clusterId));
  }

  #partitionOf(operation: Operation): number {
    if (operation.kind === "range") return operation.partition;
    const { bucket, key } = addressOf(operation);
    return partitionOf(bucket, key, this.#layout.partitionCount);
  }
}
