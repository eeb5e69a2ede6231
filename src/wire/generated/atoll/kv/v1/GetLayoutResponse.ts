// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { Layout as _atoll_kv_v1_Layout, Layout__Output as _atoll_kv_v1_Layout__Output } from '../../../atoll/kv/v1/Layout.js';

export interface GetLayoutResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  /**
   * Absent when the client's layout is current.
   */
  'layout'?: (_atoll_kv_v1_Layout | null);
}

export interface GetLayoutResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  /**
   * Absent when the client's layout is current.
   */
  'layout': (_atoll_kv_v1_Layout__Output | null);
}
