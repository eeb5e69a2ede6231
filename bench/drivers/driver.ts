/** What the load tool asks of a store, whichever it is: the same operations for all, so that comparing them is fair. */
import type { Consistency, TlsOptions } from "../../src/client/index.js";
import type { Operation, OperationKind } from "../workload/index.js";

/** Where a store is and how to ask it; sent to client processes, so it is data only. */
export interface Target {
  /** `host:port` of one or more nodes. */
  readonly endpoints: readonly string[];
  readonly region?: string | undefined;
  /** Keys go there. */
  readonly bucket: string;
  readonly timeoutMs: number;
  readonly readConsistency?: Consistency | undefined;
  readonly writeConsistency?: Consistency | undefined;
  readonly tls?: TlsOptions | undefined;
}

/** One client's connection. */
export interface Connection {
  /**
   * Resolves to whether what was asked for was there; writes say true. Rejects with an error whose `reason` or `code`
   * says what kind of failure it is.
   */
  perform(operation: Operation): Promise<boolean>;
  close(): Promise<void>;
}

export interface Driver {
  readonly name: string;
  /** For people. */
  readonly summary: string;
  readonly operations: ReadonlySet<OperationKind>;
  /** What a success of it means, in lines; printed with the results, because stores promise different things. */
  guarantees(target: Target): readonly string[];
  /** Rejects when nothing answers there. */
  connect(target: Target): Promise<Connection>;
}

/** A failure with a name, for a driver of a store whose errors have none. */
export class DriverError extends Error {
  override readonly name = "DriverError";
  readonly reason: string;

  constructor(reason: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** The name under which failures of one kind are counted. */
export function reasonOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return "UNKNOWN";
  if ("reason" in thrown && typeof thrown.reason === "string") return thrown.reason;
  if ("code" in thrown && (typeof thrown.code === "string" || typeof thrown.code === "number"))
    return String(thrown.code);
  return thrown instanceof Error ? thrown.name : "UNKNOWN";
}
