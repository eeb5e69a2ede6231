/**
 * What only a removed node has, as a file of JSON lines in its data folder, for `atoll admin quarantine`. A file is there
 * whole or not at all, and none is ever overwritten: where a node is started again after its removal and has more to
 * tell than before, the next file has a number.
 *
 *     {"node", "partition", "bucket", "key" | "keyHex", "type", "dot", "stamp", "writtenAt", "state", "encoding", "data"}
 *
 * `state` is value, deleted or damaged; only a value has `encoding`, and its bytes as base64 in `data`.
 */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { formatDot, hlcWallMs } from "../causality/index.js";
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { NodeApi, UnreplicatedWrite } from "../node/index.js";

const NAME = /^quarantine(?:-(\d{1,9}))?\.jsonl$/;
const PARTIAL = "quarantine.partial";

interface Quarantine {
  /** Undefined: the other members have everything. */
  readonly file: string | undefined;
  readonly writes: number;
}

/** Resolves once it is on the disk. Rejects when it cannot be: then everything is in the store, as before. */
export async function writeQuarantine(
  folder: string,
  nodeId: string,
  node: Pick<NodeApi, "unreplicated">,
): Promise<Quarantine> {
  const partial = join(folder, PARTIAL);
  const writes = await writeAll(partial, nodeId, node);
  const before = await lastQuarantine(folder);
  const isKnown = before !== undefined && (await isSame(partial, join(folder, before.name)));
  if (writes === 0 || isKnown) {
    await rm(partial);
    return { file: before === undefined ? undefined : join(folder, before.name), writes };
  }
  const number = (before?.number ?? 0) + 1;
  const file = join(folder, number === 1 ? "quarantine.jsonl" : `quarantine-${number}.jsonl`);
  await rename(partial, file);
  await syncFolder(folder);
  return { file, writes };
}

async function writeAll(path: string, nodeId: string, node: Pick<NodeApi, "unreplicated">): Promise<number> {
  const file = await open(path, "w");
  let count = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const take = (writes: readonly UnreplicatedWrite[], next: () => void): void => {
        count += writes.length;
        const lines = writes.map((write) => `${JSON.stringify(lineOf(nodeId, write))}\n`).join("");
        file.appendFile(lines).then(next, reject);
      };
      node.unreplicated(take, (error) => (error === undefined ? resolve() : reject(error)));
    });
    await file.sync();
  } finally {
    await file.close();
  }
  return count;
}

function lineOf(
  nodeId: string,
  { bucket, dot, hlc, key, partition, state, type }: UnreplicatedWrite,
): object {
  return {
    node: nodeId,
    partition,
    bucket,
    ...(isUtf8(key) ? { key: key.toString("utf8") } : { keyHex: key.toString("hex") }),
    type: nameOf(DataType, type),
    dot: formatDot(dot),
    stamp: String(hlc),
    writtenAt: new Date(hlcWallMs(hlc)).toISOString(),
    state: state.kind,
    ...(state.kind === "value"
      ? { encoding: nameOf(ValueEncoding, state.encoding), data: state.data.toString("base64") }
      : {}),
  };
}

function nameOf(numbers: Readonly<Record<string, number>>, number: number): string {
  return Object.keys(numbers).find((name) => numbers[name] === number) ?? String(number);
}

async function lastQuarantine(
  folder: string,
): Promise<{ readonly name: string; readonly number: number } | undefined> {
  const found = (await readdir(folder)).flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [{ name, number: Number(match[1] ?? 1) }];
  });
  return found.sort((a, b) => a.number - b.number).at(-1);
}

/** Both are in the order of the store. */
async function isSame(one: string, other: string): Promise<boolean> {
  const [left, right] = await Promise.all([digestOf(one), digestOf(other)]);
  return left === right;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** A folder remembers its names only once it is flushed itself. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
