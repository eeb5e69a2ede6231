// Original file: proto/atoll/kv/v1/kv.proto

/**
 * How to show a value to a person; the store itself keeps bytes.
 */
export const ValueEncoding = {
  /**
   * Bytes.
   */
  VALUE_ENCODING_UNSPECIFIED: 'VALUE_ENCODING_UNSPECIFIED',
  /**
   * UTF-8 text.
   */
  VALUE_ENCODING_TEXT: 'VALUE_ENCODING_TEXT',
  /**
   * MessagePack.
   */
  VALUE_ENCODING_MSGPACK: 'VALUE_ENCODING_MSGPACK',
  /**
   * JSON, as UTF-8 text.
   */
  VALUE_ENCODING_JSON: 'VALUE_ENCODING_JSON',
} as const;

/**
 * How to show a value to a person; the store itself keeps bytes.
 */
export type ValueEncoding =
  /**
   * Bytes.
   */
  | 'VALUE_ENCODING_UNSPECIFIED'
  | 0
  /**
   * UTF-8 text.
   */
  | 'VALUE_ENCODING_TEXT'
  | 1
  /**
   * MessagePack.
   */
  | 'VALUE_ENCODING_MSGPACK'
  | 2
  /**
   * JSON, as UTF-8 text.
   */
  | 'VALUE_ENCODING_JSON'
  | 3

/**
 * How to show a value to a person; the store itself keeps bytes.
 */
export type ValueEncoding__Output = typeof ValueEncoding[keyof typeof ValueEncoding]
