/**
 * The one error of this folder. Its code says what kind of answer the caller needs, its message what was wrong and
 * what to do about it.
 */
export type ClusterErrorCode =
  /** The request makes no sense: options that are malformed or contradict each other or the cluster. */
  | "INVALID"
  /** No cluster, node or region of that name. */
  | "NOT_FOUND"
  /** What the request needs is not running. */
  | "UNAVAILABLE"
  /** It was tried and did not work. */
  | "FAILED";

export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly code: ClusterErrorCode;
  constructor(code: ClusterErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ENOENT`, `ESRCH`, ...), if it has one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
