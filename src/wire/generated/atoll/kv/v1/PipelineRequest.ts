// Original file: proto/atoll/kv/v1/kv.proto


/**
 * One frame of operations; docs/wire.md lays out its bytes.
 */
export interface PipelineRequest {
  'frame'?: (Buffer | Uint8Array | string);
}

/**
 * One frame of operations; docs/wire.md lays out its bytes.
 */
export interface PipelineRequest__Output {
  'frame': (Buffer);
}
