import type { kv } from "../wire/index.js";

/** The type is part of a key's address. */
export type KeyType = Exclude<kv.DataType__Output, "DATA_TYPE_UNSPECIFIED" | number>;

/** A key, as requests name it. */
export interface AddressedKey {
  readonly type: KeyType;
  readonly bucket: string;
  readonly key: Buffer;
}
