// Original file: proto/atoll/kv/v1/kv.proto

import type { ConsistencyLevel as _atoll_kv_v1_ConsistencyLevel, ConsistencyLevel__Output as _atoll_kv_v1_ConsistencyLevel__Output } from '../../../atoll/kv/v1/ConsistencyLevel.js';

/**
 * How many replicas to wait for. All replicas always get a write.
 */
export interface Consistency {
  'level'?: (_atoll_kv_v1_ConsistencyLevel);
  /**
   * r or w as a number of replicas, wherever they are: 1 to the size of the replica set.
   */
  'replicas'?: (number);
  'choice'?: "level"|"replicas";
}

/**
 * How many replicas to wait for. All replicas always get a write.
 */
export interface Consistency__Output {
  'level'?: (_atoll_kv_v1_ConsistencyLevel__Output);
  /**
   * r or w as a number of replicas, wherever they are: 1 to the size of the replica set.
   */
  'replicas'?: (number);
  'choice'?: "level"|"replicas";
}
