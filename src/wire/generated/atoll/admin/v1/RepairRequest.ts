// Original file: proto/atoll/admin/v1/admin.proto


export interface RepairRequest {
  /**
   * Read every row of the node from its disk first.
   */
  'isFull'?: (boolean);
}

export interface RepairRequest__Output {
  /**
   * Read every row of the node from its disk first.
   */
  'isFull': (boolean);
}
