// Original file: proto/atoll/admin/v1/admin.proto


export interface ListQuarantineRequest {
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListQuarantineRequest__Output {
  'pageSize': (number);
  'pageToken': (string);
}
