// Original file: proto/atoll/admin/v1/admin.proto


export interface GetLagRequest {
}

export interface GetLagRequest__Output {
}
