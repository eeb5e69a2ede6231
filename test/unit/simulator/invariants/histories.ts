/** Histories in short, for the invariants to judge. */
import { actorOf, Context, VersionVector } from "../../../../src/causality/index.js";
import { ValueEncoding } from "../../../../src/crdt/index.js";
import { History, type KeyUnderTest, type Read, type Write } from "../../../../src/simulator/history.js";

export const KEYS = [
  { type: "register", isStrict: true },
  { type: "multi", isStrict: true },
] as const;

export class Story {
  readonly history = new History(KEYS);
  readonly register: KeyUnderTest = keyAt(this.history, 0);
  readonly multi: KeyUnderTest = keyAt(this.history, 1);

  /** An acknowledged put at a time, whose stamp is that time too; `change` says what is otherwise. */
  write(key: KeyUnderTest, value: string, atMs: number, change: Partial<Write> = {}): Write {
    const write: Write = {
      kind: "put",
      key,
      value,
      requestId: value,
      session: undefined,
      observed: undefined,
      startedAtMs: atMs,
      endedAtMs: atMs + 1,
      fate: "acknowledged",
      hlc: BigInt(atMs),
      acksReceived: 2,
      fallbackAcks: 0,
      minter: 1,
      ...change,
    };
    this.history.writes.push(write);
    return write;
  }

  /** A read of values, each by its stamp. */
  read(key: KeyUnderTest, atMs: number, values: Readonly<Record<string, number>>, stamp?: number): Read {
    const read = readOf(key, atMs, values, stamp);
    this.history.reads.push(read);
    return read;
  }

  /** A strict read of a multi by its dots of one actor: which live, and up to which the answer knows the row. */
  knowingRead(atMs: number, live: readonly number[], knownUpTo: number): void {
    const actor = actorOf(1, 1);
    const context = new Context(VersionVector.from([[actor, knownUpTo]]));
    const dots = live.map((counter) => ({ actor, counter }));
    this.history.reads.push({ ...readOf(this.multi, atMs, {}), token: { live: dots, context } });
  }
}

export function readOf(
  key: KeyUnderTest,
  atMs: number,
  values: Readonly<Record<string, number>>,
  stamp = Math.max(0, ...Object.values(values)),
): Read {
  return {
    key,
    isStrict: true,
    session: undefined,
    askedOf: 1,
    startedAtMs: atMs,
    endedAtMs: atMs + 1,
    values: Object.entries(values).map(([text, hlc]) => ({
      data: Buffer.from(text),
      encoding: ValueEncoding.text,
      hlc: BigInt(hlc),
      expiresAtMs: 0,
    })),
    texts: Object.keys(values),
    stamp: BigInt(stamp),
    token: { live: [], context: new Context() },
  };
}

function keyAt(history: History, at: number): KeyUnderTest {
  const key = history.keys[at];
  if (key === undefined) throw new Error("no such key");
  return key;
}
