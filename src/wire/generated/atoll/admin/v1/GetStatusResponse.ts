// Original file: proto/atoll/admin/v1/admin.proto

import type { NodeState as _atoll_admin_v1_NodeState, NodeState__Output as _atoll_admin_v1_NodeState__Output } from '../../../atoll/admin/v1/NodeState.js';
import type { PeerStatus as _atoll_admin_v1_PeerStatus, PeerStatus__Output as _atoll_admin_v1_PeerStatus__Output } from '../../../atoll/admin/v1/PeerStatus.js';
import type { CatchUpProgress as _atoll_admin_v1_CatchUpProgress, CatchUpProgress__Output as _atoll_admin_v1_CatchUpProgress__Output } from '../../../atoll/admin/v1/CatchUpProgress.js';
import type { Blocker as _atoll_admin_v1_Blocker, Blocker__Output as _atoll_admin_v1_Blocker__Output } from '../../../atoll/admin/v1/Blocker.js';
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
  'purgeBlockers'?: (_atoll_admin_v1_Blocker)[];
  /**
   * Rows of this node whose end is past by every clock, and that wait to be removed. 10000: as many or more.
   */
  'rowsToReclaim'?: (number | string | Long);
  /**
   * Members that keep these from being removed here: away while too few clocks are in sight, first in line to remove them and
   * do not, or this node itself, whose clock is wrong or which lacks data. None while it is under way.
   */
  'reclaimBlockers'?: (_atoll_admin_v1_Blocker)[];
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
  'purgeBlockers': (_atoll_admin_v1_Blocker__Output)[];
  /**
   * Rows of this node whose end is past by every clock, and that wait to be removed. 10000: as many or more.
   */
  'rowsToReclaim': (string);
  /**
   * Members that keep these from being removed here: away while too few clocks are in sight, first in line to remove them and
   * do not, or this node itself, whose clock is wrong or which lacks data. None while it is under way.
   */
  'reclaimBlockers': (_atoll_admin_v1_Blocker__Output)[];
}
