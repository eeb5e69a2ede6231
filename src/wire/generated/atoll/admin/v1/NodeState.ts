// Original file: proto/atoll/admin/v1/admin.proto

export const NodeState = {
  NODE_STATE_UNSPECIFIED: 'NODE_STATE_UNSPECIFIED',
  /**
   * Waits for its peers before it may coordinate writes.
   */
  NODE_STATE_JOINING: 'NODE_STATE_JOINING',
  /**
   * Serves.
   */
  NODE_STATE_READY: 'NODE_STATE_READY',
  /**
   * Serves others' replication, but lacks data it once had; votes in no quorum for some partition.
   */
  NODE_STATE_CATCHING_UP: 'NODE_STATE_CATCHING_UP',
  /**
   * Shutting down.
   */
  NODE_STATE_DRAINING: 'NODE_STATE_DRAINING',
  /**
   * Reopens its store after a disk error.
   */
  NODE_STATE_RECOVERING: 'NODE_STATE_RECOVERING',
} as const;

export type NodeState =
  | 'NODE_STATE_UNSPECIFIED'
  | 0
  /**
   * Waits for its peers before it may coordinate writes.
   */
  | 'NODE_STATE_JOINING'
  | 1
  /**
   * Serves.
   */
  | 'NODE_STATE_READY'
  | 2
  /**
   * Serves others' replication, but lacks data it once had; votes in no quorum for some partition.
   */
  | 'NODE_STATE_CATCHING_UP'
  | 3
  /**
   * Shutting down.
   */
  | 'NODE_STATE_DRAINING'
  | 4
  /**
   * Reopens its store after a disk error.
   */
  | 'NODE_STATE_RECOVERING'
  | 5

export type NodeState__Output = typeof NodeState[keyof typeof NodeState]
