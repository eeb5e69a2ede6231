// Original file: proto/atoll/kv/v1/kv.proto


export interface Members {
  'members'?: (Buffer | Uint8Array | string)[];
}

export interface Members__Output {
  'members': (Buffer)[];
}
