// Original file: proto/atoll/kv/v1/kv.proto


/**
 * One frame of replies; docs/wire.md lays out its bytes.
 */
export interface PipelineResponse {
  'frame'?: (Buffer | Uint8Array | string);
}

/**
 * One frame of replies; docs/wire.md lays out its bytes.
 */
export interface PipelineResponse__Output {
  'frame': (Buffer);
}
