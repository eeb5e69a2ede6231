// Original file: proto/atoll/kv/v1/kv.proto

import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';

export interface Address {
  'type'?: (_atoll_kv_v1_DataType);
  /**
   * 1 to 64 characters of A-Z a-z 0-9 . _ -
   */
  'bucket'?: (string);
  /**
   * 1 byte to the key limit (4 KiB). A non-empty {tag} inside makes only the tag count for the partition.
   */
  'key'?: (Buffer | Uint8Array | string);
}

export interface Address__Output {
  'type': (_atoll_kv_v1_DataType__Output);
  /**
   * 1 to 64 characters of A-Z a-z 0-9 . _ -
   */
  'bucket': (string);
  /**
   * 1 byte to the key limit (4 KiB). A non-empty {tag} inside makes only the tag count for the partition.
   */
  'key': (Buffer);
}
