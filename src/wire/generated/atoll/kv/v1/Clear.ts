// Original file: proto/atoll/kv/v1/kv.proto


export interface Clear {
}

export interface Clear__Output {
}
