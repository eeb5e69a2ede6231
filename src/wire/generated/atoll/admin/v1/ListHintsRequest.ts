// Original file: proto/atoll/admin/v1/admin.proto


export interface ListHintsRequest {
}

export interface ListHintsRequest__Output {
}
