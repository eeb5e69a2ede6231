// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface CatchUpProgress {
  /**
   * Partitions that are being caught up.
   */
  'partitions'?: (number);
  /**
   * Those of them of which all rows are fetched, because no source's log reaches back to what they hold.
   */
  'fullSyncs'?: (number);
  /**
   * Dots that were lacking when these catch-ups began, and how many of them were read out of the sources' logs.
   */
  'dotsTotal'?: (number | string | Long);
  'dotsDone'?: (number | string | Long);
  'rowsReceived'?: (number | string | Long);
}

export interface CatchUpProgress__Output {
  /**
   * Partitions that are being caught up.
   */
  'partitions': (number);
  /**
   * Those of them of which all rows are fetched, because no source's log reaches back to what they hold.
   */
  'fullSyncs': (number);
  /**
   * Dots that were lacking when these catch-ups began, and how many of them were read out of the sources' logs.
   */
  'dotsTotal': (string);
  'dotsDone': (string);
  'rowsReceived': (string);
}
