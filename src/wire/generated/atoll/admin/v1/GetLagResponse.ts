// Original file: proto/atoll/admin/v1/admin.proto

import type { PeerLag as _atoll_admin_v1_PeerLag, PeerLag__Output as _atoll_admin_v1_PeerLag__Output } from '../../../atoll/admin/v1/PeerLag.js';
import type { RegionLag as _atoll_admin_v1_RegionLag, RegionLag__Output as _atoll_admin_v1_RegionLag__Output } from '../../../atoll/admin/v1/RegionLag.js';

export interface GetLagResponse {
  'nodeId'?: (string);
  'peers'?: (_atoll_admin_v1_PeerLag)[];
  /**
   * From writes as they arrive, by the region they were written in.
   */
  'regions'?: (_atoll_admin_v1_RegionLag)[];
}

export interface GetLagResponse__Output {
  'nodeId': (string);
  'peers': (_atoll_admin_v1_PeerLag__Output)[];
  /**
   * From writes as they arrive, by the region they were written in.
   */
  'regions': (_atoll_admin_v1_RegionLag__Output)[];
}
