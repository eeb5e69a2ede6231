// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { Change as _atoll_kv_v1_Change, Change__Output as _atoll_kv_v1_Change__Output } from '../../../atoll/kv/v1/Change.js';

export interface WatchResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  'changes'?: (_atoll_kv_v1_Change)[];
  /**
   * Progress, also over what the prefix filtered out.
   */
  'resumeToken'?: (Buffer | Uint8Array | string);
}

export interface WatchResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  'changes': (_atoll_kv_v1_Change__Output)[];
  /**
   * Progress, also over what the prefix filtered out.
   */
  'resumeToken': (Buffer);
}
