// Original file: proto/atoll/admin/v1/admin.proto

import type { NodeState as _atoll_admin_v1_NodeState, NodeState__Output as _atoll_admin_v1_NodeState__Output } from '../../../atoll/admin/v1/NodeState.js';
import type { PeerStatus as _atoll_admin_v1_PeerStatus, PeerStatus__Output as _atoll_admin_v1_PeerStatus__Output } from '../../../atoll/admin/v1/PeerStatus.js';
import type { CatchUpProgress as _atoll_admin_v1_CatchUpProgress, CatchUpProgress__Output as _atoll_admin_v1_CatchUpProgress__Output } from '../../../atoll/admin/v1/CatchUpProgress.js';
import type { PurgeBlocker as _atoll_admin_v1_PurgeBlocker, PurgeBlocker__Output as _atoll_admin_v1_PurgeBlocker__Output } from '../../../atoll/admin/v1/PurgeBlocker.js';
import type { Long } from '@grpc/proto-loader';

export interface GetStatusResponse {
  'clusterId'?: (string);
  'nodeId'?: (string);
  'region'?: (string);
  'version'?: (string);
  'state'?: (_atoll_admin_v1_NodeState);
  /**
   * Why the node is not ready; empty when it is.
   */
  'reason'?: (string);
  'incarnation'?: (number | string | Long);
  'layoutVersion'?: (number | string | Long);
  'uptimeMs'?: (number | string | Long);
  'partitionsHeld'?: (number);
  /**
   * Partitions of this node that may not vote yet.
   */
  'partitionsCatchingUp'?: (number);
  'peers'?: (_atoll_admin_v1_PeerStatus)[];
  /**
   * What this node is fetching of what it lacks.
   */
  'catchUp'?: (_atoll_admin_v1_CatchUpProgress | null);
  /**
   * Members that keep tombstones from being purged here: away, behind, or of another view of the membership.
   */
  'purgeBlockers'?: (_atoll_admin_v1_PurgeBlocker)[];
}

export interface GetStatusResponse__Output {
  'clusterId': (string);
  'nodeId': (string);
  'region': (string);
  'version': (string);
  'state': (_atoll_admin_v1_NodeState__Output);
  /**
   * Why the node is not ready; empty when it is.
   */
  'reason': (string);
  'incarnation': (string);
  'layoutVersion': (string);
  'uptimeMs': (string);
  'partitionsHeld': (number);
  /**
   * Partitions of this node that may not vote yet.
   */
  'partitionsCatchingUp': (number);
  'peers': (_atoll_admin_v1_PeerStatus__Output)[];
  /**
   * What this node is fetching of what it lacks.
   */
  'catchUp': (_atoll_admin_v1_CatchUpProgress__Output | null);
  /**
   * Members that keep tombstones from being purged here: away, behind, or of another view of the membership.
   */
  'purgeBlockers': (_atoll_admin_v1_PurgeBlocker__Output)[];
}
