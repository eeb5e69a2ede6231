// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One step; the last message before the stream ends well is the outcome.
 */
export interface RepairResponse {
  /**
   * Comparisons of one partition with one peer, and partitions read from the disk.
   */
  'partitionsDone'?: (number);
  'partitionsTotal'?: (number);
  /**
   * Rows of the node asked; its peers repair their own.
   */
  'rowsRepaired'?: (number | string | Long);
  /**
   * Partitions that differed from a peer's.
   */
  'partitionsDiffering'?: (number);
  /**
   * Peers that were not there, or did not answer to the end.
   */
  'nodesMissed'?: (string)[];
  /**
   * Rows of the node asked that had failed their checksum, and are whole again.
   */
  'rowsHealed'?: (number | string | Long);
}

/**
 * One step; the last message before the stream ends well is the outcome.
 */
export interface RepairResponse__Output {
  /**
   * Comparisons of one partition with one peer, and partitions read from the disk.
   */
  'partitionsDone': (number);
  'partitionsTotal': (number);
  /**
   * Rows of the node asked; its peers repair their own.
   */
  'rowsRepaired': (string);
  /**
   * Partitions that differed from a peer's.
   */
  'partitionsDiffering': (number);
  /**
   * Peers that were not there, or did not answer to the end.
   */
  'nodesMissed': (string)[];
  /**
   * Rows of the node asked that had failed their checksum, and are whole again.
   */
  'rowsHealed': (string);
}
