// Original file: proto/atoll/admin/v1/admin.proto


export interface GetDigestRequest {
  /**
   * Leave out the single partitions.
   */
  'isSummaryOnly'?: (boolean);
}

export interface GetDigestRequest__Output {
  /**
   * Leave out the single partitions.
   */
  'isSummaryOnly': (boolean);
}
