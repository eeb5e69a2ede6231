/**
 * Turns what LevelDB and the file system throw into `StoreError`, whose code says what the node can do about it.
 * LevelDB reports most failures as text, and abstract-level wraps some of them twice, so the whole chain of causes
 * is read.
 */
import { StoreError, type StoreErrorCode } from "../store.js";

/** Bounds the walk through a chain of causes that might be a ring. */
const MAX_CAUSES = 8;

/** `error` as a `StoreError`: itself when it is one, else with a code found in it or its causes. */
export function toStoreError(error: unknown, action: string): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  const chain = causes(error);
  const code = chain.map(codeOf).find((found) => found !== undefined);
  const innermost = chain.at(-1);
  const detail = innermost instanceof Error ? innermost.message : String(innermost);
  return new StoreError(code ?? closedCode(chain) ?? "IO", `${action}: ${detail}`, error);
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (
    let next: unknown = error;
    next !== undefined && chain.length < MAX_CAUSES;
    next = next instanceof Error ? next.cause : undefined
  ) {
    chain.push(next);
  }
  return chain;
}

function codeOf(error: unknown): StoreErrorCode | undefined {
  const code = systemCode(error);
  const message = error instanceof Error ? error.message : "";
  // First, because LevelDB may dress a full disk up as any kind of failure.
  if (
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    /no space left on device|disk quota exceeded/i.test(message)
  ) {
    return "DISK_FULL";
  }
  if (code === "LEVEL_LOCKED") {
    return "LOCKED";
  }
  if (code === "LEVEL_CORRUPTION" || /^corruption\b/i.test(message)) {
    return "CORRUPT";
  }
  return undefined;
}

/** "Not open" is the whole story only when no cause behind it says why. */
function closedCode(chain: readonly unknown[]): StoreErrorCode | undefined {
  const code = systemCode(chain.at(-1));
  return code === "LEVEL_DATABASE_NOT_OPEN" || code === "LEVEL_ITERATOR_NOT_OPEN" ? "CLOSED" : undefined;
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
