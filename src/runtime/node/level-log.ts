/**
 * Finds, before LevelDB opens a store, what it will drop from the store's log.
 *
 * LevelDB passes over what it cannot read in its log, goes on with what follows, and tells nobody but a text file that it
 * never flushes; the log is gone by then. What is missing in the middle shows nowhere: the mark and the clocks are of
 * later. So the log is read here first, by LevelDB's rules, while nothing is lost yet that could show it.
 *
 * LevelDB's numbering of all changes, without gaps, shows also what it is silent about: blocks of zeros, and the unflushed
 * end of an older log that a power cut took while a newer log has gone on.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32c } from "@node-rs/crc32";

const BLOCK_BYTES = 32 * 1024;
/** Of a fragment: masked crc32c u32, length u16, type u8. The checksum covers the type and what follows. */
const HEADER_BYTES = 7;
/** Of a batch: number of its first change u64, number of changes u32. */
const BATCH_HEADER_BYTES = 12;
const MASK_DELTA = 0xa282ead8;
const WHOLE = 1;
const FIRST = 2;
const MIDDLE = 3;
const LAST = 4;

/** What will not be there once the store is open. */
export interface LogDamage {
  /** Of the log, unreadable. */
  readonly droppedBytes: number;
  /** Numbered by later ones, and not there. */
  readonly missingChanges: number;
}

interface Fragment {
  readonly type: number;
  readonly payload: Buffer;
}

/** What LevelDB reads, or a number of bytes that it drops there. */
type Read<What> = What | number;

/**
 * Undefined when LevelDB will read all that was written, but for an end that was cut off: whether that was ever
 * acknowledged the mark tells.
 * @param folder of the store; one that is not there has no log
 */
export async function findLogDamage(folder: string): Promise<LogDamage | undefined> {
  let droppedBytes = 0;
  let missingChanges = 0;
  let next: number | undefined;
  for (const name of await logsIn(folder)) {
    for (const batch of readBatches(await readLog(join(folder, name)))) {
      if (typeof batch === "number") {
        droppedBytes += batch;
        continue;
      }
      const first = Number(batch.readBigUInt64LE(0));
      missingChanges += Math.max(0, first - (next ?? first));
      next = first + batch.readUInt32LE(8);
    }
  }
  return droppedBytes + missingChanges === 0 ? undefined : { droppedBytes, missingChanges };
}

/** Oldest first. LevelDB deletes a log once its changes are in a table, so there are few. */
async function logsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const logs = names.filter((name) => /^\d+\.log$/.test(name));
  return logs.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

/** Bounded by LevelDB, to little more than a write buffer. One that cannot be read is dropped by LevelDB, too. */
async function readLog(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    // A log that vanishes is that of another process, which has turned it into a table.
    return Buffer.alloc(isMissing(error) ? 0 : BLOCK_BYTES, 0xff);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function* readBatches(log: Buffer): Generator<Read<Buffer>> {
  /** Of a batch whose end has not come yet. */
  let begun: Buffer[] | undefined;
  const giveUp = (): number => bytesOf(begun ?? []);
  for (const fragment of readFragments(log)) {
    if (typeof fragment === "number") {
      yield giveUp() + fragment;
      begun = undefined;
      continue;
    }
    const { type, payload } = fragment;
    if (type === WHOLE || type === FIRST) {
      yield giveUp();
      begun = [payload];
    } else if (begun !== undefined && (type === MIDDLE || type === LAST)) {
      begun.push(payload);
    } else {
      yield giveUp() + payload.length;
      begun = undefined;
    }
    if (begun !== undefined && (type === WHOLE || type === LAST)) {
      const batch = begun.length === 1 ? payload : Buffer.concat(begun);
      yield batch.length < BATCH_HEADER_BYTES ? batch.length : batch;
      begun = undefined;
    }
  }
}

function* readFragments(log: Buffer): Generator<Read<Fragment>> {
  for (let start = 0; start < log.length; start += BLOCK_BYTES) {
    const block = log.subarray(start, start + BLOCK_BYTES);
    let at = 0;
    while (block.length - at >= HEADER_BYTES) {
      const length = block.readUInt16LE(at + 4);
      const type = block.readUInt8(at + 6);
      const end = at + HEADER_BYTES + length;
      // Cut off while it was written.
      if (end > block.length && block.length < BLOCK_BYTES) return;
      // Zeros: space that was never written to.
      const isUnwritten = type === 0 && length === 0;
      if (end > block.length || isUnwritten || !isIntact(block.subarray(at, end))) {
        yield isUnwritten ? 0 : block.length - at;
        break;
      }
      yield { type, payload: block.subarray(at + HEADER_BYTES, end) };
      at = end;
    }
  }
}

function isIntact(fragment: Buffer): boolean {
  const rotated = (fragment.readUInt32LE(0) - MASK_DELTA) >>> 0;
  return crc32c(fragment.subarray(6)) === ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

function bytesOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
