// Original file: proto/atoll/kv/v1/kv.proto


export interface Removal {
}

export interface Removal__Output {
}
