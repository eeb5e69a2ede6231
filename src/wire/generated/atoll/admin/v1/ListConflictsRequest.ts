// Original file: proto/atoll/admin/v1/admin.proto


export interface ListConflictsRequest {
  /**
   * Empty: of every bucket.
   */
  'bucket'?: (string);
  /**
   * Keys begin with it.
   */
  'prefix'?: (Buffer | Uint8Array | string);
  /**
   * Send the values, too.
   */
  'isValuesShown'?: (boolean);
  /**
   * The most conflicts of a page, up to 1000; 0: 100.
   */
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListConflictsRequest__Output {
  /**
   * Empty: of every bucket.
   */
  'bucket': (string);
  /**
   * Keys begin with it.
   */
  'prefix': (Buffer);
  /**
   * Send the values, too.
   */
  'isValuesShown': (boolean);
  /**
   * The most conflicts of a page, up to 1000; 0: 100.
   */
  'pageSize': (number);
  'pageToken': (string);
}
