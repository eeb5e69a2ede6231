// Original file: proto/atoll/kv/v1/kv.proto

import type { Member as _atoll_kv_v1_Member, Member__Output as _atoll_kv_v1_Member__Output } from '../../../atoll/kv/v1/Member.js';
import type { ReplicaSet as _atoll_kv_v1_ReplicaSet, ReplicaSet__Output as _atoll_kv_v1_ReplicaSet__Output } from '../../../atoll/kv/v1/ReplicaSet.js';
import type { Long } from '@grpc/proto-loader';

export interface Layout {
  'version'?: (number | string | Long);
  'clusterId'?: (string);
  'partitionCount'?: (number);
  'members'?: (_atoll_kv_v1_Member)[];
  /**
   * One for each partition, in order.
   */
  'replicaSets'?: (_atoll_kv_v1_ReplicaSet)[];
}

export interface Layout__Output {
  'version': (string);
  'clusterId': (string);
  'partitionCount': (number);
  'members': (_atoll_kv_v1_Member__Output)[];
  /**
   * One for each partition, in order.
   */
  'replicaSets': (_atoll_kv_v1_ReplicaSet__Output)[];
}
