/**
 * What clients were told about their writes, and whether a cluster kept to it. A register's promises, by key:
 *
 *   acknowledged        its value is there, or one with a higher stamp
 *   maybe applied       its value may be there
 *   refused for good    its value is never there
 */
import { type AtollClient, AtollError, type Register, type RegisterRead } from "../../../src/client/index.js";

type Outcome =
  | { readonly kind: "acknowledged"; readonly hlc: bigint }
  | { readonly kind: "maybe" | "refused"; readonly error: AtollError };

export interface Write {
  readonly key: string;
  /** Unique among all writes. */
  readonly value: string;
  readonly outcome: Outcome;
  /** Of `performance.now()`. */
  readonly startedAtMs: number;
  readonly tookMs: number;
}

const READ_BATCH = 500;

export class History {
  readonly writes: Write[] = [];

  /** Writes, and remembers what came of it. Never rejects. */
  async put(bucket: Register<string>, key: string, value: string): Promise<Write> {
    const startedAtMs = performance.now();
    const outcome = await outcomeOf(bucket, key, value);
    const write = { key, value, outcome, startedAtMs, tookMs: performance.now() - startedAtMs };
    this.writes.push(write);
    return write;
  }

  count(kind: Outcome["kind"]): number {
    return this.writes.filter((write) => write.outcome.kind === kind).length;
  }

  /** What the writes that were not acknowledged were told, each text once. */
  failures(): string[] {
    const texts = this.writes.map(({ outcome }) =>
      outcome.kind === "acknowledged"
        ? ""
        : `${outcome.kind}: ${outcome.error.code} ${outcome.error.reason ?? ""} ${outcome.error.message}`,
    );
    return [...new Set(texts)].filter((text) => text !== "");
  }

  /** Reads every key that was written; returns each promise that was broken. */
  async brokenIn(db: AtollClient, bucket: string): Promise<string[]> {
    const byKey = new Map<string, Write[]>();
    for (const write of this.writes) byKey.set(write.key, [...(byKey.get(write.key) ?? []), write]);
    const keys = [...byKey.keys()];
    const broken: string[] = [];
    for (let at = 0; at < keys.length; at += READ_BATCH) {
      const results = await db.register<string>(bucket).getMany(keys.slice(at, at + READ_BATCH));
      for (const result of results) {
        const key = String(result.key);
        const problem = result.ok ? brokenPromise(byKey.get(key) ?? [], result.result) : String(result.error);
        if (problem !== undefined) broken.push(`${db.region}, ${key}: ${problem}`);
      }
    }
    return broken;
  }
}

/** What is wrong with the value that a key has at last, given all writes to it. */
export function brokenPromise(writes: readonly Write[], read: RegisterRead<string>): string | undefined {
  const highest = writes.reduce<Write | undefined>(
    (best, write) => (hlcOf(write) > (best === undefined ? 0n : hlcOf(best)) ? write : best),
    undefined,
  );
  if (!read.found) return highest === undefined ? undefined : `${highest.value} was acknowledged and is lost`;
  const winner = writes.find((write) => write.value === read.value);
  if (winner === undefined) return `${read.value} was never written`;
  if (winner.outcome.kind === "refused")
    return `${read.value} is there, but its writer heard "${winner.outcome.error}"`;
  if (winner.outcome.kind === "acknowledged" && winner.outcome.hlc !== read.hlc) {
    return `${read.value} has stamp ${read.hlc}, and its writer was told ${winner.outcome.hlc}`;
  }
  if (highest !== undefined && hlcOf(highest) > read.hlc) {
    return `${highest.value} was acknowledged at ${hlcOf(highest)}, and ${read.value} of ${read.hlc} is there`;
  }
  return undefined;
}

function hlcOf({ outcome }: Write): bigint {
  return outcome.kind === "acknowledged" ? outcome.hlc : 0n;
}

async function outcomeOf(bucket: Register<string>, key: string, value: string): Promise<Outcome> {
  try {
    const { hlc } = await bucket.put(key, value);
    return { kind: "acknowledged", hlc };
  } catch (thrown) {
    const error = AtollError.from(thrown);
    return { kind: error.maybeApplied ? "maybe" : "refused", error };
  }
}
