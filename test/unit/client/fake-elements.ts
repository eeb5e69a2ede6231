/** What fake nodes hold of counters, flags, sets and maps: plain elements, changed one after another. */
import type { kv } from "../../../src/wire/index.js";

type Address = kv.Address__Output | null;

interface Held {
  readonly path: Buffer[];
  readonly type: kv.DataType__Output;
  readonly member: Buffer;
  readonly values?: kv.Value[];
  readonly counter?: string;
  readonly flag?: boolean;
}

/** Small, so that whoever reads a few elements reads pages. */
const PAGE_SIZE_DEFAULT = 2;
const NONE: Buffer = Buffer.alloc(0);

export function isOfElements(address: Address): boolean {
  return address?.type !== "DATA_TYPE_REGISTER" && address?.type !== "DATA_TYPE_MULTI";
}

export class FakeElements {
  readonly #keys = new Map<string, Map<string, Held>>();

  update({ address, operations }: kv.UpdateRequest__Output): void {
    for (const operation of operations) this.#apply(address, operation);
  }

  clear(address: Address): void {
    this.#of(address).clear();
  }

  /** All keys that hold something. */
  rows(): { readonly at: string; readonly row: kv.ScanRow }[] {
    const filled = [...this.#keys].filter(([, elements]) => elements.size > 0);
    return filled.map(([at, elements]) => ({
      at,
      row: { counter: [...elements.values()][0]?.counter ?? 0 },
    }));
  }

  read(request: kv.GetRequest__Output): kv.GetResponse {
    const { address, leafType, member, path } = request;
    const type = address?.type ?? "DATA_TYPE_UNSPECIFIED";
    const isMany = type === "DATA_TYPE_SET" || type === "DATA_TYPE_MAP";
    if (isMany && member.length === 0 && leafType === "DATA_TYPE_UNSPECIFIED") return this.#page(request);
    const at = idOf(path, type === "DATA_TYPE_MAP" ? leafType : type, member);
    const held = this.#of(address).get(at);
    return { found: held !== undefined, ...held };
  }

  readRow(address: Address): kv.GetResponse {
    const [held] = this.#of(address).values();
    return { found: held !== undefined, ...held };
  }

  #page({ address, isCountOnly, pageSize, pageToken, path }: kv.GetRequest__Output): kv.GetResponse {
    const below = [...this.#of(address)]
      .filter(([, held]) => path.every((step, at) => held.path[at]?.equals(step) === true))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const left = below.filter(([id]) => id > pageToken.toString());
    const page = left.slice(0, pageSize === 0 ? PAGE_SIZE_DEFAULT : pageSize);
    const nextPageToken = left.length > page.length ? Buffer.from(page.at(-1)?.[0] ?? "") : NONE;
    if (isCountOnly) return { cardinality: page.length, nextPageToken };
    return { elements: page.map(([, held]) => held), nextPageToken };
  }

  #apply(address: Address, operation: kv.Operation__Output): void {
    const { path } = operation;
    const elements = this.#of(address);
    const hold = (type: kv.DataType__Output, held: Partial<Held>, member = NONE): void => {
      elements.set(idOf(path, type, member), { path, type, member, ...held });
    };
    switch (operation.action) {
      case "counterAdd": {
        const before = elements.get(idOf(path, "DATA_TYPE_COUNTER", NONE))?.counter ?? "0";
        return hold("DATA_TYPE_COUNTER", {
          counter: String(BigInt(before) + BigInt(operation.counterAdd ?? "0")),
        });
      }
      case "flagSet":
        if (operation.flagSet) return hold("DATA_TYPE_FLAG", { flag: true });
        elements.delete(idOf(path, "DATA_TYPE_FLAG", NONE));
        return;
      case "setAdd":
        for (const member of operation.setAdd?.members ?? []) hold("DATA_TYPE_SET", { flag: true }, member);
        return;
      case "setRemove":
        for (const member of operation.setRemove?.members ?? [])
          elements.delete(idOf(path, "DATA_TYPE_SET", member));
        return;
      case "put":
        return hold("DATA_TYPE_REGISTER", { values: [operation.put ?? {}] });
      default:
        for (const [id, held] of elements)
          if (path.every((step, at) => held.path[at]?.equals(step) === true)) elements.delete(id);
    }
  }

  #of(address: Address): Map<string, Held> {
    const key = `${address?.type}/${address?.bucket}/${address?.key.toString("hex")}`;
    const elements = this.#keys.get(key) ?? new Map<string, Held>();
    this.#keys.set(key, elements);
    return elements;
  }
}

function idOf(path: readonly Buffer[], type: kv.DataType__Output, member: Buffer): string {
  return `${path.map((step) => `${step.toString("hex")}/`).join("")} ${type} ${member.toString("hex")}`;
}
