// Original file: proto/atoll/kv/v1/kv.proto

/**
 * The reasons in ErrorInfo. Each says what state the request left.
 */
export const ErrorReason = {
  ERROR_REASON_UNSPECIFIED: 'ERROR_REASON_UNSPECIFIED',
  /**
   * INVALID_ARGUMENT: metadata `field` names what was wrong. Nothing was done.
   */
  ERROR_REASON_BAD_REQUEST: 'ERROR_REASON_BAD_REQUEST',
  /**
   * UNAVAILABLE: too few replicas alive, metadata `required` and `alive`. Nothing was written.
   */
  ERROR_REASON_QUORUM_UNAVAILABLE: 'ERROR_REASON_QUORUM_UNAVAILABLE',
  /**
   * DEADLINE_EXCEEDED: metadata `required` and `received`. A write may still land.
   */
  ERROR_REASON_QUORUM_TIMEOUT: 'ERROR_REASON_QUORUM_TIMEOUT',
  /**
   * UNKNOWN: the write may or may not have been applied, and nobody alive can tell. Never applied twice.
   */
  ERROR_REASON_MAYBE_APPLIED: 'ERROR_REASON_MAYBE_APPLIED',
  /**
   * UNAVAILABLE: this node is starting, or catches up before it may coordinate. Nothing was done.
   */
  ERROR_REASON_NOT_READY: 'ERROR_REASON_NOT_READY',
  /**
   * UNAVAILABLE: this node is shutting down. Nothing was done.
   */
  ERROR_REASON_DRAINING: 'ERROR_REASON_DRAINING',
  /**
   * RESOURCE_EXHAUSTED: a bound on queues or requests in flight was met. Nothing was done.
   */
  ERROR_REASON_OVERLOADED: 'ERROR_REASON_OVERLOADED',
  /**
   * UNAVAILABLE: the disk failed or is full; the node reopens its store. A write may have been applied if so said.
   */
  ERROR_REASON_STORAGE_FAILED: 'ERROR_REASON_STORAGE_FAILED',
  /**
   * DATA_LOSS: the replicas asked hold only a damaged record of the row. It heals from the others.
   */
  ERROR_REASON_ROW_DAMAGED: 'ERROR_REASON_ROW_DAMAGED',
  /**
   * FAILED_PRECONDITION: a multi has too many siblings; read it, and put with its context.
   */
  ERROR_REASON_TOO_MANY_SIBLINGS: 'ERROR_REASON_TOO_MANY_SIBLINGS',
  /**
   * UNAVAILABLE: this node's clock is too far from its peers', so it coordinates no writes.
   */
  ERROR_REASON_CLOCK_DRIFT: 'ERROR_REASON_CLOCK_DRIFT',
  /**
   * FAILED_PRECONDITION: the session saw writes of a node that started anew, and nobody can tell whether they survived.
   * Nothing was done; begin a new session.
   */
  ERROR_REASON_SESSION_LOST: 'ERROR_REASON_SESSION_LOST',
  /**
   * OUT_OF_RANGE: the resume token is older than the log, or than a restart after which the nodes cannot tell whether it is.
   * Begin a new watch, and scan once it has begun.
   */
  ERROR_REASON_RESYNC: 'ERROR_REASON_RESYNC',
  /**
   * FAILED_PRECONDITION: the condition of a conditional write did not hold. Nothing was written.
   */
  ERROR_REASON_CONDITION_FAILED: 'ERROR_REASON_CONDITION_FAILED',
  /**
   * FAILED_PRECONDITION: atomicity was asked for keys of different partitions. Nothing was written.
   */
  ERROR_REASON_NOT_ATOMIC: 'ERROR_REASON_NOT_ATOMIC',
  /**
   * UNIMPLEMENTED: this server does not offer the method or the data type yet. Nothing was done.
   */
  ERROR_REASON_UNIMPLEMENTED: 'ERROR_REASON_UNIMPLEMENTED',
  /**
   * DEADLINE_EXCEEDED: the deadline had passed before any work began. Nothing was done.
   */
  ERROR_REASON_DEADLINE_PASSED: 'ERROR_REASON_DEADLINE_PASSED',
  /**
   * INTERNAL: a defect of the server. The state is unknown.
   */
  ERROR_REASON_INTERNAL: 'ERROR_REASON_INTERNAL',
  /**
   * FAILED_PRECONDITION: the member cannot be removed as things are; the message says why. Nothing was done.
   */
  ERROR_REASON_REMOVAL_REFUSED: 'ERROR_REASON_REMOVAL_REFUSED',
  /**
   * UNAVAILABLE: no replica that could be asked has all that the session has seen. Nothing was done.
   */
  ERROR_REASON_SESSION_BEHIND: 'ERROR_REASON_SESSION_BEHIND',
  /**
   * FAILED_PRECONDITION: the node is of another cluster than the request names, or its session or resume token. Nothing was
   * done.
   */
  ERROR_REASON_WRONG_CLUSTER: 'ERROR_REASON_WRONG_CLUSTER',
} as const;

/**
 * The reasons in ErrorInfo. Each says what state the request left.
 */
export type ErrorReason =
  | 'ERROR_REASON_UNSPECIFIED'
  | 0
  /**
   * INVALID_ARGUMENT: metadata `field` names what was wrong. Nothing was done.
   */
  | 'ERROR_REASON_BAD_REQUEST'
  | 1
  /**
   * UNAVAILABLE: too few replicas alive, metadata `required` and `alive`. Nothing was written.
   */
  | 'ERROR_REASON_QUORUM_UNAVAILABLE'
  | 2
  /**
   * DEADLINE_EXCEEDED: metadata `required` and `received`. A write may still land.
   */
  | 'ERROR_REASON_QUORUM_TIMEOUT'
  | 3
  /**
   * UNKNOWN: the write may or may not have been applied, and nobody alive can tell. Never applied twice.
   */
  | 'ERROR_REASON_MAYBE_APPLIED'
  | 4
  /**
   * UNAVAILABLE: this node is starting, or catches up before it may coordinate. Nothing was done.
   */
  | 'ERROR_REASON_NOT_READY'
  | 5
  /**
   * UNAVAILABLE: this node is shutting down. Nothing was done.
   */
  | 'ERROR_REASON_DRAINING'
  | 6
  /**
   * RESOURCE_EXHAUSTED: a bound on queues or requests in flight was met. Nothing was done.
   */
  | 'ERROR_REASON_OVERLOADED'
  | 7
  /**
   * UNAVAILABLE: the disk failed or is full; the node reopens its store. A write may have been applied if so said.
   */
  | 'ERROR_REASON_STORAGE_FAILED'
  | 8
  /**
   * DATA_LOSS: the replicas asked hold only a damaged record of the row. It heals from the others.
   */
  | 'ERROR_REASON_ROW_DAMAGED'
  | 9
  /**
   * FAILED_PRECONDITION: a multi has too many siblings; read it, and put with its context.
   */
  | 'ERROR_REASON_TOO_MANY_SIBLINGS'
  | 10
  /**
   * UNAVAILABLE: this node's clock is too far from its peers', so it coordinates no writes.
   */
  | 'ERROR_REASON_CLOCK_DRIFT'
  | 11
  /**
   * FAILED_PRECONDITION: the session saw writes of a node that started anew, and nobody can tell whether they survived.
   * Nothing was done; begin a new session.
   */
  | 'ERROR_REASON_SESSION_LOST'
  | 12
  /**
   * OUT_OF_RANGE: the resume token is older than the log, or than a restart after which the nodes cannot tell whether it is.
   * Begin a new watch, and scan once it has begun.
   */
  | 'ERROR_REASON_RESYNC'
  | 13
  /**
   * FAILED_PRECONDITION: the condition of a conditional write did not hold. Nothing was written.
   */
  | 'ERROR_REASON_CONDITION_FAILED'
  | 14
  /**
   * FAILED_PRECONDITION: atomicity was asked for keys of different partitions. Nothing was written.
   */
  | 'ERROR_REASON_NOT_ATOMIC'
  | 15
  /**
   * UNIMPLEMENTED: this server does not offer the method or the data type yet. Nothing was done.
   */
  | 'ERROR_REASON_UNIMPLEMENTED'
  | 16
  /**
   * DEADLINE_EXCEEDED: the deadline had passed before any work began. Nothing was done.
   */
  | 'ERROR_REASON_DEADLINE_PASSED'
  | 17
  /**
   * INTERNAL: a defect of the server. The state is unknown.
   */
  | 'ERROR_REASON_INTERNAL'
  | 18
  /**
   * FAILED_PRECONDITION: the member cannot be removed as things are; the message says why. Nothing was done.
   */
  | 'ERROR_REASON_REMOVAL_REFUSED'
  | 19
  /**
   * UNAVAILABLE: no replica that could be asked has all that the session has seen. Nothing was done.
   */
  | 'ERROR_REASON_SESSION_BEHIND'
  | 20
  /**
   * FAILED_PRECONDITION: the node is of another cluster than the request names, or its session or resume token. Nothing was
   * done.
   */
  | 'ERROR_REASON_WRONG_CLUSTER'
  | 21

/**
 * The reasons in ErrorInfo. Each says what state the request left.
 */
export type ErrorReason__Output = typeof ErrorReason[keyof typeof ErrorReason]
