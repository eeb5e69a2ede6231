// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { ScanRow as _atoll_kv_v1_ScanRow, ScanRow__Output as _atoll_kv_v1_ScanRow__Output } from '../../../atoll/kv/v1/ScanRow.js';

export interface ScanResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  'rows'?: (_atoll_kv_v1_ScanRow)[];
  /**
   * The key of the last row; empty in the last reply of a scan that came to the end.
   */
  'nextPageToken'?: (Buffer | Uint8Array | string);
}

export interface ScanResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  'rows': (_atoll_kv_v1_ScanRow__Output)[];
  /**
   * The key of the last row; empty in the last reply of a scan that came to the end.
   */
  'nextPageToken': (Buffer);
}
