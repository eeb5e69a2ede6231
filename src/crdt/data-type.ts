/**
 * The data types. The type is part of a key's address, so the same key under two types is two keys. The numbers are
 * the wire's (`atoll.kv.v1.DataType`) and the first byte of every row key: they never change.
 */
export const DataType = {
  register: 1,
  multi: 2,
  counter: 3,
  flag: 4,
  set: 5,
  map: 6,
} as const;

type DataTypeName = keyof typeof DataType;
export type DataType = (typeof DataType)[DataTypeName];

/** How a client showed the value; the store keeps it beside the bytes and never looks inside. */
export const ValueEncoding = { bytes: 0, text: 1, msgpack: 2, json: 3 } as const;
export type ValueEncoding = (typeof ValueEncoding)[keyof typeof ValueEncoding];
