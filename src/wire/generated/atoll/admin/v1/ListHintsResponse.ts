// Original file: proto/atoll/admin/v1/admin.proto

import type { PeerHints as _atoll_admin_v1_PeerHints, PeerHints__Output as _atoll_admin_v1_PeerHints__Output } from '../../../atoll/admin/v1/PeerHints.js';

export interface ListHintsResponse {
  'peers'?: (_atoll_admin_v1_PeerHints)[];
}

export interface ListHintsResponse__Output {
  'peers': (_atoll_admin_v1_PeerHints__Output)[];
}
