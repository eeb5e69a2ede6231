// Original file: proto/atoll/admin/v1/admin.proto


export interface QuarantinedWrite {
  'nodeId'?: (string);
  'row'?: (Buffer | Uint8Array | string);
}

export interface QuarantinedWrite__Output {
  'nodeId': (string);
  'row': (Buffer);
}
