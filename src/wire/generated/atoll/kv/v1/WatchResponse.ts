// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { Change as _atoll_kv_v1_Change, Change__Output as _atoll_kv_v1_Change__Output } from '../../../atoll/kv/v1/Change.js';

/**
 * The first one comes when the watch has begun, and has no changes.
 */
export interface WatchResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  'changes'?: (_atoll_kv_v1_Change)[];
  /**
   * Covers this reply and all before it. Not in each; at most once a second, and also when nothing but other keys changed.
   */
  'resumeToken'?: (Buffer | Uint8Array | string);
}

/**
 * The first one comes when the watch has begun, and has no changes.
 */
export interface WatchResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  'changes': (_atoll_kv_v1_Change__Output)[];
  /**
   * Covers this reply and all before it. Not in each; at most once a second, and also when nothing but other keys changed.
   */
  'resumeToken': (Buffer);
}
