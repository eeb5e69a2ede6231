// Original file: proto/atoll/kv/v1/kv.proto

import type { Long } from '@grpc/proto-loader';

export interface GetLayoutRequest {
  /**
   * Answer with the layout only when it is newer than this; 0: always.
   */
  'knownVersion'?: (number | string | Long);
}

export interface GetLayoutRequest__Output {
  /**
   * Answer with the layout only when it is newer than this; 0: always.
   */
  'knownVersion': (string);
}
