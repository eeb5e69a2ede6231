// Original file: proto/atoll/kv/v1/kv.proto


export interface ReplicaSet {
  /**
   * Member numbers.
   */
  'members'?: (number)[];
}

export interface ReplicaSet__Output {
  /**
   * Member numbers.
   */
  'members': (number)[];
}
