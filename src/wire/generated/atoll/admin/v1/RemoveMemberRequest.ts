// Original file: proto/atoll/admin/v1/admin.proto


export interface RemoveMemberRequest {
  'nodeId'?: (string);
}

export interface RemoveMemberRequest__Output {
  'nodeId': (string);
}
