// Original file: proto/atoll/kv/v1/kv.proto

/**
 * The type is part of the address: two regions can never create one key with two types.
 */
export const DataType = {
  DATA_TYPE_UNSPECIFIED: 'DATA_TYPE_UNSPECIFIED',
  DATA_TYPE_REGISTER: 'DATA_TYPE_REGISTER',
  DATA_TYPE_MULTI: 'DATA_TYPE_MULTI',
  DATA_TYPE_COUNTER: 'DATA_TYPE_COUNTER',
  DATA_TYPE_FLAG: 'DATA_TYPE_FLAG',
  DATA_TYPE_SET: 'DATA_TYPE_SET',
  DATA_TYPE_MAP: 'DATA_TYPE_MAP',
} as const;

/**
 * The type is part of the address: two regions can never create one key with two types.
 */
export type DataType =
  | 'DATA_TYPE_UNSPECIFIED'
  | 0
  | 'DATA_TYPE_REGISTER'
  | 1
  | 'DATA_TYPE_MULTI'
  | 2
  | 'DATA_TYPE_COUNTER'
  | 3
  | 'DATA_TYPE_FLAG'
  | 4
  | 'DATA_TYPE_SET'
  | 5
  | 'DATA_TYPE_MAP'
  | 6

/**
 * The type is part of the address: two regions can never create one key with two types.
 */
export type DataType__Output = typeof DataType[keyof typeof DataType]
