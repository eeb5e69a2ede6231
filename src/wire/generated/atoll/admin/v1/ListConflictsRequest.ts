// Original file: proto/atoll/admin/v1/admin.proto


export interface ListConflictsRequest {
  'bucket'?: (string);
  'isValuesShown'?: (boolean);
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListConflictsRequest__Output {
  'bucket': (string);
  'isValuesShown': (boolean);
  'pageSize': (number);
  'pageToken': (string);
}
