// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { Long } from '@grpc/proto-loader';

export interface PutResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  'hlc'?: (number | string | Long);
  /**
   * Opaque causal context that includes this write.
   */
  'context'?: (Buffer | Uint8Array | string);
  /**
   * Replicas that have it on disk.
   */
  'acksReceived'?: (number);
  /**
   * Nodes that hold a copy of it on disk for a replica that is away; see `is_sloppy`.
   */
  'fallbackAcks'?: (number);
}

export interface PutResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  'hlc': (string);
  /**
   * Opaque causal context that includes this write.
   */
  'context': (Buffer);
  /**
   * Replicas that have it on disk.
   */
  'acksReceived': (number);
  /**
   * Nodes that hold a copy of it on disk for a replica that is away; see `is_sloppy`.
   */
  'fallbackAcks': (number);
}
