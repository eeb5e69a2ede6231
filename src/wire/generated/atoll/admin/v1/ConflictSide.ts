// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ConflictSide {
  /**
   * Of the node that coordinated the write; empty: it has been removed from the cluster.
   */
  'region'?: (string);
  /**
   * member.incarnation:counter
   */
  'dot'?: (string);
  /**
   * The stamp of the write: 48 bits of milliseconds since 1970, 16 bits of counter.
   */
  'hlc'?: (number | string | Long);
  'isDelete'?: (boolean);
  /**
   * Of the whole value.
   */
  'sizeBytes'?: (number | string | Long);
  /**
   * When values are asked for: the first 16 KiB, as the node has no more.
   */
  'data'?: (Buffer | Uint8Array | string);
  /**
   * bytes, text, msgpack or json
   */
  'encoding'?: (string);
}

export interface ConflictSide__Output {
  /**
   * Of the node that coordinated the write; empty: it has been removed from the cluster.
   */
  'region': (string);
  /**
   * member.incarnation:counter
   */
  'dot': (string);
  /**
   * The stamp of the write: 48 bits of milliseconds since 1970, 16 bits of counter.
   */
  'hlc': (string);
  'isDelete': (boolean);
  /**
   * Of the whole value.
   */
  'sizeBytes': (string);
  /**
   * When values are asked for: the first 16 KiB, as the node has no more.
   */
  'data': (Buffer);
  /**
   * bytes, text, msgpack or json
   */
  'encoding': (string);
}
