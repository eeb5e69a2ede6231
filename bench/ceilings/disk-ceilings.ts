/** What LevelDB and the disk alone take. */
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Level } from "level";
import { type Ceiling, type CeilingGroup, inFlight, inTurns, KEY_BYTES, VALUE_BYTES } from "./ceiling.js";

const ROWS = 100_000;
const FILL_ROWS = 1_000;
/** Prime to the number of rows: reads go through all of them, in no order that the store knows. */
const STRIDE = 7_919;
const READS_A_TURN = 64;
const VALUE = Buffer.alloc(VALUE_BYTES, 0x61);
const BYTES = { keyEncoding: "buffer", valueEncoding: "buffer" } as const;

type Store = Level<Buffer, Buffer>;

/** In a temporary folder; `TMPDIR` says on which disk. */
export async function diskCeilings(): Promise<CeilingGroup> {
  const folder = await mkdtemp(join(tmpdir(), "atoll-ceilings-"));
  const db: Store = new Level(join(folder, "level"), BYTES);
  const file = await open(join(folder, "log"), "a");
  for (let row = 0; row < ROWS; row += FILL_ROWS) await db.batch(putsFrom(row, FILL_ROWS));
  return {
    ceilings: [...levelCeilings(db), ...[1, 64, 256].map((records) => flushCeiling(file, records))],
    close: async () => {
      await db.close();
      await file.close();
      await rm(folder, { recursive: true });
    },
  };
}

function levelCeilings(db: Store): Ceiling[] {
  let at = 0;
  const next = (): Buffer => {
    at = (at + STRIDE) % ROWS;
    return keyOf(at);
  };
  const batch = (entries: number, sync: boolean): Ceiling => ({
    name: `LevelDB batch of ${entries} puts, ${sync ? "flushed" : "not flushed"}`,
    measure: (forMs) =>
      inTurns(entries, forMs, () => {
        at = (at + entries) % ROWS;
        return db.batch(putsFrom(at, entries), { sync });
      }),
  });
  return [
    {
      name: "LevelDB getSync",
      measure: (forMs) =>
        inTurns(READS_A_TURN, forMs, () => {
          for (let read = 0; read < READS_A_TURN; read++) db.getSync(next());
          return undefined;
        }),
    },
    { name: "LevelDB get, 64 in flight", measure: (forMs) => inFlight(64, forMs, () => db.get(next())) },
    batch(256, false),
    batch(1, true),
    batch(64, true),
    batch(256, true),
  ];
}

function flushCeiling(file: FileHandle, records: number): Ceiling {
  const bytes = Buffer.alloc(records * (KEY_BYTES + VALUE_BYTES), 0x61);
  return {
    name: `append of ${records === 1 ? "1 record" : `${records} records`} and fdatasync`,
    measure: (forMs) =>
      inTurns(records, forMs, async () => {
        await file.write(bytes);
        await file.datasync();
      }),
  };
}

function putsFrom(row: number, count: number) {
  return Array.from({ length: count }, (_, at) => ({
    type: "put" as const,
    key: keyOf((row + at) % ROWS),
    value: VALUE,
  }));
}

function keyOf(row: number): Buffer {
  return Buffer.from(String(row).padStart(KEY_BYTES, "0"));
}
