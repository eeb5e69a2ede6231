// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { Long } from '@grpc/proto-loader';

export interface UpdateResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  'hlc'?: (number | string | Long);
  'acksReceived'?: (number);
  'fallbackAcks'?: (number);
}

export interface UpdateResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  'hlc': (string);
  'acksReceived': (number);
  'fallbackAcks': (number);
}
