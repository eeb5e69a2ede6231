import { status as GrpcStatus, Metadata, type ServiceError } from "@grpc/grpc-js";
import { decodeStatusDetails, type kv, STATUS_DETAILS_KEY } from "../wire/index.js";
import { type ErrorReason, errorReason } from "./error-reason.js";

/** The names of the gRPC status codes, without OK. */
export type ErrorCode = Exclude<keyof typeof GrpcStatus, "OK">;

/** What an `AtollError` is made of, each as the error then has it. Programs make one in tests of their own. */
export interface AtollErrorInit {
  readonly code: ErrorCode;
  readonly reason: ErrorReason | undefined;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly maybeApplied?: boolean;
  readonly cause?: unknown;
}

/**
 * The one error that this package throws.
 *
 * `code` says what kind of failure it is and is what programs should branch on; `reason` says which, when the server
 * named one; `metadata` holds its figures (`required`, `alive`, `received`, `field`) as text.
 */
export class AtollError extends Error {
  override readonly name = "AtollError";
  readonly code: ErrorCode;
  /** The name of an `atoll.kv.v1.ErrorReason`; undefined when the failure arose on this side of the wire. */
  readonly reason: ErrorReason | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * True when a write may have been applied although it failed, or may still be: read before deciding what to do. A
   * write that failed with `false` was not applied and never will be. Always false for reads.
   */
  readonly maybeApplied: boolean;

  constructor(init: AtollErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.reason = init.reason;
    this.metadata = init.metadata ?? {};
    this.maybeApplied = init.maybeApplied ?? false;
  }

  /** Anything that was thrown, as an AtollError: itself, a gRPC status, an abort, or an INTERNAL that wraps it. */
  static from(thrown: unknown): AtollError {
    if (thrown instanceof AtollError) return thrown;
    if (isServiceError(thrown)) {
      const [trailer] = thrown.metadata.get(STATUS_DETAILS_KEY);
      const details = Buffer.isBuffer(trailer) ? decodeStatusDetails(trailer) : undefined;
      return new AtollError({
        code: codeName(thrown.code),
        reason: details === undefined ? undefined : errorReason(details.reason),
        message: details?.message || thrown.details || thrown.message,
        metadata: details?.metadata ?? {},
        cause: thrown,
      });
    }
    if (thrown instanceof Error && thrown.name === "AbortError") return AtollError.cancelled(thrown);
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new AtollError({ code: "INTERNAL", reason: undefined, message, cause: thrown });
  }

  /** The failure of one item of a batch, in the terms a call of its own would have used. */
  static fromItem({ code, message, metadata, reason }: kv.ItemError__Output): AtollError {
    return AtollError.refused(code, reason.replace(/^ERROR_REASON_/, ""), message, { ...metadata });
  }

  /** What a node refused: a gRPC status code, and the name of the reason. */
  static refused(
    code: number,
    reason: string,
    message: string,
    metadata: Readonly<Record<string, string>>,
  ): AtollError {
    return new AtollError({ code: codeName(code), reason: errorReason(reason), message, metadata });
  }

  /** The caller asked for something that cannot be; `field` names what was wrong. Nothing was sent. */
  static invalid(field: string, message: string, cause?: unknown): AtollError {
    return new AtollError({
      code: "INVALID_ARGUMENT",
      reason: undefined,
      message,
      metadata: { field },
      cause,
    });
  }

  /** The caller's AbortSignal fired. */
  static cancelled(cause: unknown): AtollError {
    return new AtollError({
      code: "CANCELLED",
      reason: undefined,
      message: "the call was aborted by its signal",
      cause,
    });
  }

  /** The same failure, of a write that may have been applied. */
  asMaybeApplied(): AtollError {
    if (this.maybeApplied) return this;
    const { code, reason, message, metadata, cause } = this;
    return new AtollError({ code, reason, message, metadata, maybeApplied: true, cause });
  }
}

/** The name of a gRPC status code; a number that gRPC does not know reads as UNKNOWN, as the protocol asks. */
function codeName(code: number): ErrorCode {
  return CODE_NAMES.get(code) ?? "UNKNOWN";
}

const CODE_NAMES: ReadonlyMap<number, ErrorCode> = new Map(
  (
    [
      "CANCELLED",
      "UNKNOWN",
      "INVALID_ARGUMENT",
      "DEADLINE_EXCEEDED",
      "NOT_FOUND",
      "ALREADY_EXISTS",
      "PERMISSION_DENIED",
      "RESOURCE_EXHAUSTED",
      "FAILED_PRECONDITION",
      "ABORTED",
      "OUT_OF_RANGE",
      "UNIMPLEMENTED",
      "INTERNAL",
      "UNAVAILABLE",
      "DATA_LOSS",
      "UNAUTHENTICATED",
    ] satisfies ErrorCode[]
  ).map((name) => [GrpcStatus[name], name]),
);

function isServiceError(thrown: unknown): thrown is ServiceError {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    typeof thrown.code === "number" &&
    "details" in thrown &&
    typeof thrown.details === "string" &&
    "metadata" in thrown &&
    thrown.metadata instanceof Metadata
  );
}
