// Original file: proto/atoll/admin/v1/admin.proto


export interface RepairRequest {
  'isFull'?: (boolean);
}

export interface RepairRequest__Output {
  'isFull': (boolean);
}
