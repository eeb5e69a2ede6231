/** The data that all fake nodes of a cluster share: a cluster that converges at once. */
import type { kv } from "../../../src/wire/index.js";
import { FakeElements, isOfElements } from "./fake-elements.js";

interface Stored {
  readonly value: kv.Value;
  readonly id: string;
}

export class FakeStore {
  /** Of counters, flags, sets and maps. */
  readonly elements = new FakeElements();
  readonly #rows = new Map<string, Stored[]>();
  /** Request ids of the writes that were applied, in order. A write that was applied twice is in it twice. */
  readonly applied: string[] = [];
  #stamp = 0;

  get(address: kv.Address__Output | null): kv.GetResponse {
    const row = this.#rows.get(rowKey(address)) ?? [];
    return {
      found: row.length > 0,
      values: row.map(({ value }) => value),
      context: Buffer.from(row.map(({ id }) => id).join(",")),
      hlc: row.at(-1)?.value.hlc ?? 0,
    };
  }

  /** A key of one row, of any type. */
  read(address: kv.Address__Output | null): kv.GetResponse {
    return isOfElements(address) ? this.elements.readRow(address) : this.get(address);
  }

  put({ address, value, context }: kv.PutRequest__Output, requestId: string): kv.PutResponse {
    this.#stamp += 1;
    const id = `w${this.#stamp}`;
    const replaced = new Set(context.toString().split(","));
    const siblings = address?.type === "DATA_TYPE_MULTI" ? (this.#rows.get(rowKey(address)) ?? []) : [];
    const kept = siblings.filter((stored) => !replaced.has(stored.id));
    const written: Stored = {
      value: {
        data: value?.data ?? "",
        encoding: value?.encoding ?? "VALUE_ENCODING_UNSPECIFIED",
        hlc: this.#stamp,
      },
      id,
    };
    this.#rows.set(rowKey(address), [...kept, written]);
    this.applied.push(requestId);
    return { hlc: this.#stamp, context: Buffer.from(id), acksReceived: 2, fallbackAcks: 0 };
  }

  update(request: kv.UpdateRequest__Output, requestId: string): kv.UpdateResponse {
    this.#stamp += 1;
    this.elements.update(request);
    this.applied.push(requestId);
    return { hlc: this.#stamp, acksReceived: 2, fallbackAcks: 0 };
  }

  delete(address: kv.Address__Output | null, requestId: string): kv.DeleteResponse {
    this.#stamp += 1;
    if (isOfElements(address)) this.elements.clear(address);
    this.#rows.delete(rowKey(address));
    this.applied.push(requestId);
    return { hlc: this.#stamp, acksReceived: 2, fallbackAcks: 0 };
  }

  /** All keys of a bucket that hold something. */
  rows(type: kv.DataType__Output, bucket: string): kv.ScanRow[] {
    const beginning = `${type}/${bucket}/`;
    const stored = [...this.#rows].map(([at, row]) => ({
      at,
      row: { values: row.map(({ value }) => value), context: Buffer.from(row.map(({ id }) => id).join(",")) },
    }));
    return [...stored, ...this.elements.rows()]
      .filter(({ at }) => at.startsWith(beginning))
      .map(({ at, row }) => ({ key: Buffer.from(at.slice(beginning.length), "hex"), ...row }));
  }

  /** Puts bytes where a client will find them, as if another client had written them. */
  plant(bucket: string, key: string, value: kv.Value): void {
    const address: kv.Address__Output = { type: "DATA_TYPE_REGISTER", bucket, key: Buffer.from(key) };
    this.#rows.set(rowKey(address), [{ value, id: "planted" }]);
  }
}

function rowKey(address: kv.Address__Output | null): string {
  return `${address?.type}/${address?.bucket}/${address?.key.toString("hex")}`;
}
